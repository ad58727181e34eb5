"""What the router is told beside the settings of every service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class RouterSettings(ServiceSettings):
    """The settings of the router."""

    batch_size: int = Field(default=500, ge=1, le=2000, description="records settled in one transaction")
    # Long enough for a router that was away to catch up, short enough for a customer who waits for an acknowledgement.
    patience_s: float = Field(default=120.0, description="how long an early message waits for its complaint")
    watch_every_s: float = Field(default=3.0, gt=0, description="how often it is looked for surges")
    rulebook_second_person: bool = Field(
        default=False, description="who published a rulebook may not put it in force: somebody else does"
    )
    classifier_dir: Path | None = Field(
        default=None, description="a folder of `ascolto classifier train` that decides the category where it is sure"
    )
    simulating_processes: int = Field(default=2, ge=1, le=64, description="processes that decide the past again")
