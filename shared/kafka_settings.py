"""How Kafka is reached: the one place that builds what every client is given."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class KafkaSettings(BaseSettings):
    """Where Kafka is, and what proves both sides to each other; what does not fit together is refused at the start."""

    # What was given is left out of errors: they are logged, and a password may stand in it.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    kafka_bootstrap_servers: str = Field(
        default="127.0.0.1:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS", description="host:port[,host:port]"
    )
    kafka_security_protocol: SecurityProtocol = Field(default="PLAINTEXT", validation_alias="KAFKA_SECURITY_PROTOCOL")
    kafka_ca_file: Path | None = Field(
        default=None,
        validation_alias="KAFKA_CA_FILE",
        description="PEM; whose certificates the brokers show, where that is not one of the system's authorities",
    )
    kafka_sasl_mechanism: SaslMechanism | None = Field(default=None, validation_alias="KAFKA_SASL_MECHANISM")
    kafka_sasl_username: str | None = Field(default=None, validation_alias="KAFKA_SASL_USERNAME")
    kafka_sasl_password: SecretStr | None = Field(default=None, validation_alias="KAFKA_SASL_PASSWORD")
    kafka_sasl_password_file: Path | None = Field(
        default=None, validation_alias="KAFKA_SASL_PASSWORD_FILE", description="instead of the password itself"
    )

    @cached_property
    def kafka_options(self) -> dict[str, Any]:
        """What every client is given beside `bootstrap_servers`, in aiokafka's words."""
        options: dict[str, Any] = {"security_protocol": self.kafka_security_protocol}
        if self.kafka_security_protocol.endswith("SSL"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_security_protocol.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.kafka_sasl_mechanism,
                "sasl_plain_username": self.kafka_sasl_username,
                "sasl_plain_password": self._password(),
            }
        return options

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = "; ".join((*_sasl_faults(self), *_tls_faults(self)))
        if wrong:
            raise ValueError(wrong)
        return self

    def _password(self) -> str | None:
        if self.kafka_sasl_password_file:
            return self.kafka_sasl_password_file.read_text().strip()
        return self.kafka_sasl_password.get_secret_value() if self.kafka_sasl_password else None


def _sasl_faults(given: KafkaSettings) -> Iterator[str]:
    protocol = given.kafka_security_protocol
    named = {
        "KAFKA_SASL_MECHANISM": given.kafka_sasl_mechanism,
        "KAFKA_SASL_USERNAME": given.kafka_sasl_username,
        "KAFKA_SASL_PASSWORD": given.kafka_sasl_password,
        "KAFKA_SASL_PASSWORD_FILE": given.kafka_sasl_password_file,
    }
    if not protocol.startswith("SASL"):
        if unused := [name for name, value in named.items() if value]:
            mend = "SASL_SSL (or SASL_PLAINTEXT), or leave them out"
            yield f"{', '.join(unused)} would not be used: set KAFKA_SECURITY_PROTOCOL to {mend}"
        return
    for name in ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME"):
        if not named[name]:
            yield f"{name} is missing, which KAFKA_SECURITY_PROTOCOL={protocol} needs"
    yield from _password_faults(given)


def _password_faults(given: KafkaSettings) -> Iterator[str]:
    file = given.kafka_sasl_password_file
    if bool(given.kafka_sasl_password) == bool(file):
        yield "give either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE"
    elif file:
        try:
            if not file.read_text().strip():
                yield f"KAFKA_SASL_PASSWORD_FILE is empty: {file}"
        except (OSError, UnicodeDecodeError) as error:
            yield f"KAFKA_SASL_PASSWORD_FILE cannot be read: {file} ({type(error).__name__})"


def _tls_faults(given: KafkaSettings) -> Iterator[str]:
    file = given.kafka_ca_file
    if file is None:
        return
    if not given.kafka_security_protocol.endswith("SSL"):
        yield "KAFKA_CA_FILE would not be used: set KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL, or leave it out"
        return
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        yield f"KAFKA_CA_FILE holds no certificates in PEM, or cannot be read: {file} ({type(error).__name__})"
