"""Busy ports, other people's databases, foreign jars and a machine where something is missing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import account, bootstrap, environment, jars, layout, ports
from deploy.local.faults import CannotGoOn


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def here(tmp_path: Path) -> layout.Layout:
    return layout.Layout(local=tmp_path)


def test_a_busy_port_gives_way_to_a_free_one(busy_port: int) -> None:
    chosen = ports.choose(busy_port)
    assert chosen != busy_port
    assert ports.is_free(chosen)


def test_a_free_port_is_the_one_that_was_asked_for() -> None:
    free = ports.any_free()
    assert ports.choose(free) == free


def test_two_checkouts_that_start_together_are_not_promised_one_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wished = {"ingest": ports.any_free()}
    ask = f"import json,sys; from deploy.local import ports; print(json.dumps(ports.promised({wished!r})), flush=True)"
    other = subprocess.Popen(
        [sys.executable, "-c", ask + "; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    theirs = json.loads(other.stdout.readline())
    ours = ports.promised(wished)
    assert theirs == wished
    assert ours != wished
    other.communicate("")
    assert ports.promised(wished) == wished, "a promise ends with the process it was made to"


def test_what_an_earlier_run_wrote_is_not_taken_for_somebody_elses_database(
    here: layout.Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "postgresql://ascolto:x@127.0.0.1:15432/ascolto"
    here.environment_file.write_text(
        f"DATABASE_URL={own}\nKAFKA_BOOTSTRAP_SERVERS=127.0.0.1:19092\nASCOLTO_OWN_POSTGRES=yes\nASCOLTO_OWN_KAFKA=yes\n"
    )
    monkeypatch.setenv("DATABASE_URL", own)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker.example:9092")
    assert environment.given(here) == environment.Given(
        database_url=None, kafka_bootstrap_servers="broker.example:9092"
    )
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/ascolto")
    assert environment.given(here).database_url == "postgresql://db.example/ascolto"


def test_the_addresses_and_the_key_are_readable_for_their_owner_alone(here: layout.Layout) -> None:
    layout.write_private(here.environment_file, "ASCOLTO_API_KEY=secret\n")
    layout.write_private(here.environment_file, "ASCOLTO_API_KEY=other\n")
    assert here.environment_file.stat().st_mode & 0o777 == 0o600
    assert environment.read(here) == {"ASCOLTO_API_KEY": "other"}


def test_a_second_run_in_one_checkout_is_told_of_the_first(here: layout.Layout) -> None:
    with layout.only_one(here):
        assert layout.holder(here) == os.getpid()
        with pytest.raises(CannotGoOn, match="runs already"), layout.only_one(here):
            pass
    assert layout.holder(here) is None


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = tmp_path / "foreign.jar"
    foreign.write_bytes(b"something else")
    monkeypatch.setattr(jars, "_download", lambda _jar, _folder: foreign)
    with pytest.raises(CannotGoOn, match="not the jar that was locked"):
        jars.fetch(jars.locked()[:1], folder=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.jar"))


def test_a_damaged_jar_in_the_cache_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = jars.locked()[0]
    (tmp_path / jar.file_name).write_bytes(b"cut off")
    monkeypatch.setattr(jars, "_download", lambda _jar, _folder: pytest.fail("fetched"))
    with pytest.raises(pytest.fail.Exception, match="fetched"):
        jars.fetch([jar], folder=tmp_path)


def test_the_lock_names_coordinates_and_hashes_and_no_address() -> None:
    said = jars.LOCK.read_text()
    assert "://" not in said
    assert len(tomllib.loads(said)["dependencies"]) == len(jars.locked()) == 46
    assert all(len(jar.sha256) == 64 for jar in jars.locked())


def test_what_is_missing_on_a_bare_machine_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "LOCAL", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap, "has", lambda _module: False)
    with pytest.raises(bootstrap.Missing, match=r"apt-get install python3\.\d+-venv$") as missing:
        bootstrap.find_uv()
    assert "\n" not in str(missing.value)


def test_data_go_elsewhere_when_the_checkout_is_closed_and_its_modes_stay(tmp_path: Path) -> None:
    home = tmp_path / "home"
    closed = home / "checkout"
    closed.mkdir(parents=True)
    home.chmod(0o700)
    unprivileged = account.Account(uid=65534, gid=65534)
    assert account.SERVICE_FOLDER in account.reachable_folder(closed / "postgres", account=unprivileged).parents
    assert account.reachable_folder(closed / "postgres", account=account.Account()) == closed / "postgres"
    assert home.stat().st_mode & 0o777 == 0o700
