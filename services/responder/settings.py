"""What the responder is told beside the settings of every service."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class ResponderSettings(ServiceSettings):
    """The settings of the responder."""

    organisation: str = Field(default="Customer care", min_length=1, description="how acknowledgements sign")
    send_slots: int = Field(default=32, ge=1, description="messages in hand at once")
    ledger_hour: int = Field(default=2, ge=0, le=23, description="the hour, in UTC, at which the night's round begins")
    webhook_slots: int = Field(default=256, ge=1, description="calls to other systems in hand at once")
    stream_readers: int = Field(default=200, ge=1, description="queue-health streams open at once")
    figures_seconds: int = Field(default=45, ge=1, le=600, description="how long the figures of a cohort may take")
