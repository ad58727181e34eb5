"""The machine's clock as one process sees it: a file says by how many seconds it is wrong, and may say it anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_SEED = Path(__file__).parent / "seeds" / "stepped_clock"


@dataclass(frozen=True, slots=True)
class StepClock:
    """The clock of the services that were started with its settings."""

    file: Path

    def step(self, *, hours: float) -> None:
        """Set it this far ahead of the truth, or behind it, at once."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(hours * 3600))
        draft.replace(self.file)

    @property
    def settings(self) -> dict[str, str]:
        """What a service is started with."""
        return {"PYTHONPATH": str(_SEED), "ASCOLTO_TEST_CLOCK_STEP": str(self.file)}
