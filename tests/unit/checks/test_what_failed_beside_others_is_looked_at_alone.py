"""What failed beside others is run once more, alone; nothing else turns a run that failed into one that passed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.checks import second_look
from tests.support.run import CHECKOUT

PASSES = "def test_passes(): pass\n"
FAILS = "def test_fails(): assert not 'a defect'\n"
STALLS = """
from pathlib import Path

def test_stalls():
    been_here = Path(__file__).with_suffix(".been_here")
    first = not been_here.exists()
    been_here.touch()
    assert not first, "a stall"
"""


def looked(folder: Path, files: dict[str, str], *options: str) -> tuple[int, str]:
    """Run these tests and return how that ended and what was said."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    # Of the plug-ins only xdist: the others take seconds to load, three times a run.
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "deploy.checks.second_look", "-p", "xdist", "-n", "2", "--dist", "loadscope", *options],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_what_passes_alone_passes_and_is_named(tmp_path: Path) -> None:
    code, said = looked(tmp_path, {"good": PASSES, "stalls": STALLS})
    assert code == 0, said
    assert "1 failed, 1 passed" in said, "the first result stays visible"
    assert "a stall" in said
    assert "\n===== second look: failed beside others, passed alone" in said
    assert said.rstrip().endswith("  test_stalls.py::test_stalls")


def test_what_fails_alone_as_well_fails_the_run(tmp_path: Path) -> None:
    code, said = looked(tmp_path, {"good": PASSES, "stalls": STALLS, "bad": FAILS})
    assert code == 1, said
    assert "2 failed, 1 passed" in said
    assert "1 failed, 1 passed" in said
    assert said.rstrip().endswith("===== second look: failed alone as well\n  test_bad.py::test_fails")


def test_a_run_that_passes_is_not_looked_at_again(tmp_path: Path) -> None:
    code, said = looked(tmp_path, {"good": PASSES})
    assert (code, "second look" in said) == (0, False), said


@pytest.mark.parametrize(
    ("files", "options"),
    [
        pytest.param({"good": PASSES, "stalls": STALLS, "torn": "import nothing_of_the_kind\n"}, (), id="collection"),
        pytest.param({"stalls": STALLS, "good": PASSES}, ("-x",), id="ended-early"),
        pytest.param({"stalls": STALLS}, ("--no-such-option",), id="usage"),
        pytest.param({"stalls": STALLS}, ("-k", "nothing"), id="nothing-to-run"),
        pytest.param(
            {f"stalls{n}": STALLS for n in range(second_look.MOST + 1)}, (), id="too-many"
        ),
    ],
)  # fmt: skip
def test_what_is_not_the_failure_of_a_few_tests_is_not_looked_at_again(
    tmp_path: Path, files: dict[str, str], options: tuple[str, ...]
) -> None:
    code, said = looked(tmp_path, files, *options)
    assert code != 0, said
    assert "second look" not in said


def test_what_a_set_up_has_not_reached_counts_as_failed(tmp_path: Path) -> None:
    broken = "import pytest\n\n@pytest.fixture\ndef part():\n    raise OSError\n\ndef test_part(part): pass\n"
    code, said = looked(tmp_path, {"good": PASSES, "broken": broken})
    assert code == 1, said
    assert said.rstrip().endswith("===== second look: failed alone as well\n  test_broken.py::test_part")
