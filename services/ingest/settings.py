"""What ingest is told beside the settings of every service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class IngestSettings(ServiceSettings):
    """The settings of ingest."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=2525, description="where mail is taken in; 0 turns the listener off")
    smtp_size_limit: int = Field(default=45 * 1024 * 1024, description="bytes; announced as SIZE")
    smtp_certificate: Path | None = Field(default=None, description="PEM chain; STARTTLS is offered when set")
    smtp_private_key: Path | None = None
    parse_timeout_s: float = Field(default=20.0, description="a mail that takes longer to read is quarantined")
    public_url: str | None = Field(default=None, description="how the outside reaches ingest; default ingest_url")
    form_posts_per_minute: int = Field(default=20, description="per address and account")
    delivery_retention_days: int = Field(default=30, description="how long raw deliveries that were filed are kept")
    balance_fold_s: float = 2.0
