"""What is configured for Kafka reaches its clients, and what does not fit together is refused in words."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.kafka_settings import KafkaSettings
from tests.support.certificates import Certificate, new_certificate

SASL = {"KAFKA_SASL_MECHANISM": "SCRAM-SHA-512", "KAFKA_SASL_USERNAME": "ascolto", "KAFKA_SASL_PASSWORD": "geheim"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECURITY_PROTOCOL", "CA_FILE", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD",
                 "SASL_PASSWORD_FILE"):  # fmt: skip
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Certificate:
    return new_certificate(tmp_path, now=NOW, valid_for=timedelta(days=1))


def settings(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> KafkaSettings:
    for name, value in given.items():
        monkeypatch.setenv(name, str(value))
    return KafkaSettings()


def test_without_settings_nothing_changes() -> None:
    assert KafkaSettings().kafka_options == {"security_protocol": "PLAINTEXT"}


def test_sasl_and_tls_reach_the_client(monkeypatch: pytest.MonkeyPatch, authority: Certificate) -> None:
    given = SASL | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_CA_FILE": authority.chain}
    options = dict(settings(monkeypatch, given).kafka_options)
    context: ssl.SSLContext = options.pop("ssl_context")
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    [vouches] = context.get_ca_certs()
    assert vouches["subject"] == ((("commonName", "localhost"),),)
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "ascolto",
        "sasl_plain_password": "geheim",
    }


def test_the_password_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("geheim\n")
    given = {k: v for k, v in SASL.items() if k != "KAFKA_SASL_PASSWORD"} | {
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_PASSWORD_FILE": file,
    }
    assert settings(monkeypatch, given).kafka_options["sasl_plain_password"] == "geheim"


PLAINTEXT = {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}
SASL_SSL = SASL | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (SASL, "KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD would not be used"),
        (SASL | {"KAFKA_SECURITY_PROTOCOL": "SSL"}, "would not be used: set KAFKA_SECURITY_PROTOCOL to SASL_SSL"),
        (PLAINTEXT | {"KAFKA_CA_FILE": "/etc/hosts"}, "KAFKA_CA_FILE would not be used"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "KAFKA_SASL_MECHANISM is missing"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "KAFKA_SASL_USERNAME is missing"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "give either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE"),
        (SASL_SSL | {"KAFKA_SASL_PASSWORD_FILE": "/etc/hosts"}, "give either KAFKA_SASL_PASSWORD or"),
        (SASL_SSL | {"KAFKA_SASL_PASSWORD": "", "KAFKA_SASL_PASSWORD_FILE": "/no/such"}, "cannot be read: /no/such"),
        (SASL_SSL | {"KAFKA_SASL_PASSWORD": "", "KAFKA_SASL_PASSWORD_FILE": "/dev/null"}, "FILE is empty"),
        (SASL_SSL | {"KAFKA_CA_FILE": "/no/such"}, "KAFKA_CA_FILE holds no certificates in PEM"),
        (SASL_SSL | {"KAFKA_CA_FILE": "/etc/hosts"}, "KAFKA_CA_FILE holds no certificates in PEM"),
        (SASL_SSL | {"KAFKA_SASL_MECHANISM": "GSSAPI"}, "'PLAIN', 'SCRAM-SHA-256' or 'SCRAM-SHA-512'"),
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, given)
    assert said in str(refused.value)
    assert "geheim" not in str(refused.value)
