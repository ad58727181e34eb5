"""What the local stack says when it cannot go on: what happened, why, what to do, and where the log is."""

from __future__ import annotations

from pathlib import Path


class CannotGoOn(Exception):
    """A stage failed for a reason that a person can mend."""

    def __init__(self, what: str, *, why: str, mend: str, log: Path | None = None) -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why, self.mend, self.log = what, why, mend, log

    def lines(self) -> list[str]:
        """Return the failure as a person reads it."""
        said = [f"{self.what}", f"  why:  {self.why}", f"  do:   {self.mend}"]
        return [*said, f"  log:  {self.log}"] if self.log else said


def tail(log: Path, *, lines: int = 6) -> str:
    """Return the last lines of a log that say something, for the reason of a failure."""
    if not log.exists():
        return "nothing was logged"
    said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n        ".join(said[-lines:]) or "nothing was logged"
