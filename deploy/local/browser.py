"""A Chromium for the browser tests: the one of this machine, Debian's, or the one that Playwright fetches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_APT = {"DEBIAN_FRONTEND": "noninteractive"}


def chromium() -> str | None:
    """Return the path of a Chromium; ASCOLTO_CHROMIUM names another one."""
    named = os.environ.get("ASCOLTO_CHROMIUM")
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return named or found or (str(_MAC) if _MAC.exists() else None) or _of_playwright()


def install() -> str | None:
    """Return the path of a Chromium, installed if need be; None when this machine lets us have none."""
    return chromium() or _by_apt() or _by_playwright()


def _by_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Chromium for the browser tests, by apt-get (once, about 100 MB) ...", flush=True)
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        if _quietly(["apt-get", *command]):
            break
    return chromium()


def _by_playwright() -> str | None:
    print("Chromium for the browser tests, by Playwright (once, about 100 MB) ...", flush=True)
    _quietly([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"])
    found = chromium()
    # It comes without the system's libraries, which only root may install: a Chromium that cannot start is none.
    return found if found and not _quietly([found, "--version"]) else None


def _of_playwright() -> str | None:
    base = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = (
        [Path(base)] if base else [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    )
    for cache in caches:
        for pattern in (
            "chromium*/chrome-*/chrome",
            "chromium*/chrome-*/headless_shell",
            "chromium*/*/*headless-shell",
        ):
            if found := sorted(cache.glob(pattern)):
                return str(found[-1])
    return None


def _quietly(command: list[str]) -> int:
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **_APT})
    return done.returncode


if __name__ == "__main__":
    if install() is None:
        print("No Chromium, so the browser tests are skipped: as root, apt-get install chromium", file=sys.stderr)
