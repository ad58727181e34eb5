"""A channel that was just laid out passes the suite of all channels before anybody has touched it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.new_channel import CannotLayOut, lay_out, main

HOUSE = Path(__file__).parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A second house with the channels, their suite and nothing that needs a database."""
    leave = shutil.ignore_patterns("__pycache__", ".local", ".venv")
    shutil.copytree(HOUSE / "shared", tmp_path / "shared", ignore=leave)
    shutil.copytree(
        HOUSE / "tests" / "contract" / "channels", tmp_path / "tests" / "contract" / "channels", ignore=leave
    )
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_channel_just_laid_out_passes_the_suite_of_all(copy: Path) -> None:
    written = lay_out(name="pigeon_post", title="Pigeon post", channels=copy / "shared" / "channels")
    assert {"inbound.py", "outbound.py", "README.md", "test_pigeon_post.py"} <= {path.name for path in written}
    suite = [
        "tests/contract/channels",
        "shared/channels/pigeon_post",
        "--ignore=tests/contract/channels/test_new_channel.py",
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-k",
        "pigeon_post",
        *suite,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    passed = int(run.stdout.rsplit(" passed", 1)[0].rsplit(maxsplit=1)[-1])
    assert passed > 50, "the suite must have seen the new channel"
    assert "skipped" not in run.stdout


@pytest.mark.parametrize("name", ["", "Post", "9post", "post-card", "../evil", "post_", "p" * 40, "class.x"])
def test_a_bad_name_is_refused_in_words(name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotLayOut):
        lay_out(name=name, title="x", channels=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    lay_out(name="post", title="Post", channels=tmp_path)
    with pytest.raises(CannotLayOut):
        lay_out(name="post", title="Post", channels=tmp_path)


def test_without_a_name_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "NAME" in capsys.readouterr().out
