"""What all three services are told by their environment; read once in `app.py` and passed on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import SettingsConfigDict

from shared.house_key import read_or_make, service_token
from shared.kafka_settings import KafkaSettings


class ServiceSettings(KafkaSettings):
    """The settings of a service; the environment variable is the field's name behind `ASCOLTO_` unless said here."""

    model_config = SettingsConfigDict(env_prefix="ASCOLTO_")  # the rest is inherited

    database_url: str = Field(validation_alias="DATABASE_URL", description="postgresql://user:password@host:port/name")
    topic_prefix: str = Field(default="", description="put before every topic and consumer group, to share a broker")
    house_key: str | None = Field(default=None, description="32 bytes in base64; else house_key_file is used")
    house_key_file: Path = Field(default=Path(".local/house.key"), description="made once, mode 0600")
    blob_url: str = Field(default="file:.local/blobs", description="file:<folder>, s3://bucket/prefix, gs://, az://")
    rulebook_dir: Path = Path("deploy/rulebook")
    ingest_url: str = "http://127.0.0.1:8001"
    router_url: str = "http://127.0.0.1:8002"
    responder_url: str = "http://127.0.0.1:8003"
    root_path: str = Field(default="", description="the prefix under which a proxy serves this service")
    mail_relay_url: str | None = Field(default=None, description="smtp://host:port for channels without their own")
    mail_from: str = "complaints@localhost"
    allow_private_targets: bool = Field(default=False, description="let vendors' addresses be private or loopback ones")
    database_pool: int = Field(default=8, description="connections that one process keeps")
    log_level: str = "INFO"
    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="names this process of the service and no other, at every start the same: its consumers then take "
        "their partitions back at once after a crash",
    )

    @cached_property
    def async_url(self) -> str:
        """The database's address as SQLAlchemy's asyncpg dialect wants it."""
        scheme, _, rest = self.database_url.partition("://")
        return self.database_url if "+" in scheme else f"postgresql+asyncpg://{rest}"

    @cached_property
    def consumer_options(self) -> dict[str, Any]:
        """What a consumer is given beside its group: with an `instance` it is a static member."""
        return self.kafka_options | ({"group_instance_id": self.instance} if self.instance else {})

    @cached_property
    def key(self) -> bytes:
        """The house key of this installation."""
        return read_or_make(configured=self.house_key, file=self.house_key_file)

    @cached_property
    def service_token(self) -> str:
        """The credential between services."""
        return service_token(self.key)


S = TypeVar("S", bound=ServiceSettings)


def from_environment(kind: type[S]) -> S:
    """Return a service's settings; where they are no good, end the process and say in a line each what to mend."""
    try:
        return kind()  # type: ignore[call-arg]  # the environment gives what is missing
    except ValidationError as error:
        raise SystemExit("\n".join(_lines(error))) from None


def _lines(error: ValidationError) -> Iterator[str]:
    # Never what was given: a password may stand in it.
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        where = "".join(f"{part}: " for part in fault["loc"])
        yield f"cannot start: {where}{fault['msg'].removeprefix('Value error, ')}"
