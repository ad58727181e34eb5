"""What a run of `make bench` measured, kept as JSON; `python -m tests.bench.report [FILE]` shows it again."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from shared.clock import SystemClock
from tests.bench.sizes import sizes
from tests.bench.table import Figure, details, table

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "bench"
LATEST = FOLDER / "latest.json"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it lies on disk."""

    at: str
    machine: str
    sizes: dict[str, float]
    figures: list[Figure]
    remarks: list[str] = []


@dataclass(slots=True)
class Report:
    """Gathers figures while the run goes on."""

    figures: list[Figure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, *figures: Figure) -> None:
        """Take figures in; AssertionError when one misses what it must reach, after all are taken in."""
        self.figures += figures
        missed = [figure.measure for figure in figures if figure.verdict == "MISSED"]
        assert not missed, f"missed: {missed}"

    def remark(self, line: str) -> None:
        """Take in a line that is shown below the table."""
        self.remarks.append(line)

    def kept(self) -> Kept:
        """Return it with when, where and how much."""
        return Kept(
            at=SystemClock().now().isoformat(timespec="seconds"),
            machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
            f"{platform.python_version()}",
            sizes=sizes().told(),
            figures=self.figures,
            remarks=self.remarks,
        )


def write(report: Kept) -> Path:
    """Keep the report under its time and as the latest one; return where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = msgspec.json.format(msgspec.json.encode(report))
    file = FOLDER / f"{report.at.replace(':', '').replace('+0000', 'Z')}.json"
    for place in (file, LATEST):
        place.write_bytes(content)
    return file


def read(file: Path) -> Kept:
    """Return a report that was kept."""
    return msgspec.json.decode(file.read_bytes(), type=Kept)


def shown(report: Kept) -> list[str]:
    """Return the lines that a person reads, the table first."""
    asked = ", ".join(f"{name} {value:g}" for name, value in report.sizes.items())
    head = [f"{report.at}, {report.machine}; {asked}", ""]
    return [*head, *table(report.figures), *details(report.figures), "", *report.remarks]


if __name__ == "__main__":
    sys.stdout.write("\n".join(shown(read(Path(sys.argv[1]) if sys.argv[1:] else LATEST))) + "\n")
