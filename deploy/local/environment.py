"""What the services are told, and what `make run` leaves for programs in `.local/ascolto.env`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local import ports
from deploy.local.layout import Layout, write_private
from deploy.local.services import CHECKOUT, NAMES, addresses
from deploy.local.standins import StandIns

PREFERRED = {
    "ingest": 8001,
    "router": 8002,
    "responder": 8003,
    "smtp": 2525,
    "sent": 8025,
    "relay": 2526,
    "mailbox": 1143,
    "postgres": 15432,
    "kafka": 19092,
    "kafka_controller": 19093,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person's environment names to be used in place of parts of our own; None means that we start one."""

    database_url: str | None
    kafka_bootstrap_servers: str | None


def given(layout: Layout) -> Given:
    """Return what is to be used instead; what an earlier run of ours wrote and a shell has read is not meant."""
    ours = read(layout)
    own_database = ours.get("ASCOLTO_OWN_POSTGRES") == "yes" and os.environ.get("DATABASE_URL") == ours["DATABASE_URL"]
    own_broker = (
        ours.get("ASCOLTO_OWN_KAFKA") == "yes"
        and os.environ.get("KAFKA_BOOTSTRAP_SERVERS") == ours["KAFKA_BOOTSTRAP_SERVERS"]
    )
    return Given(
        database_url=None if own_database else os.environ.get("DATABASE_URL") or None,
        kafka_bootstrap_servers=None if own_broker else os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
    )


def choose_ports() -> tuple[dict[str, int], list[str]]:
    """Return a port for each part, and in words which of them gave way; ASCOLTO_<PART>_PORT changes the wish."""
    wished = {name: int(os.environ.get(f"ASCOLTO_{name.upper()}_PORT") or p) for name, p in PREFERRED.items()}
    chosen = ports.promised(wished)
    gave_way = [f"{name} {wished[name]} -> {chosen[name]}" for name in wished if wished[name] != chosen[name]]
    return chosen, gave_way


def for_services(
    layout: Layout, *, chosen: Mapping[str, int], database_url: str, kafka_bootstrap_servers: str
) -> dict[str, str]:
    """Return the whole environment of the services; what the person has set stays as it is where that makes sense."""
    defaults = {
        "ASCOLTO_HOUSE_KEY_FILE": str(layout.house_key),
        "ASCOLTO_BLOB_URL": f"file:{layout.local / 'blobs'}",
        "ASCOLTO_RULEBOOK_DIR": str(CHECKOUT / "deploy" / "rulebook"),
        "ASCOLTO_MAIL_RELAY_URL": f"smtp://{ports.LOOPBACK}:{chosen['relay']}",
        "ASCOLTO_ALLOW_PRIVATE_TARGETS": "true",
    }
    return {
        **defaults,
        **_theirs(own_broker=given(layout).kafka_bootstrap_servers is None),
        **addresses({name: chosen[name] for name in NAMES}),
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap_servers,
        "ASCOLTO_SMTP_HOST": ports.LOOPBACK,
        "ASCOLTO_SMTP_PORT": str(chosen["smtp"]),
    }


def _theirs(*, own_broker: bool) -> dict[str, str]:
    # How a broker of theirs is spoken to does not hold for ours.
    return {name: value for name, value in os.environ.items() if not (own_broker and name.startswith("KAFKA_"))}


def write(layout: Layout, services: Mapping[str, str], *, api_key: str, standins: StandIns, own: Given) -> None:
    """Leave the addresses and the key for programs; `own` names what was given, the rest is ours."""
    values = {
        **{f"ASCOLTO_{name.upper()}_URL": services[f"ASCOLTO_{name.upper()}_URL"] for name in NAMES},
        "ASCOLTO_SMTP": f"{services['ASCOLTO_SMTP_HOST']}:{services['ASCOLTO_SMTP_PORT']}",
        "ASCOLTO_API_KEY": api_key,
        "ASCOLTO_SENT_URL": standins.url,
        "ASCOLTO_RELAY": f"{ports.LOOPBACK}:{standins.smtp_port}",
        "DATABASE_URL": services["DATABASE_URL"],
        "KAFKA_BOOTSTRAP_SERVERS": services["KAFKA_BOOTSTRAP_SERVERS"],
        "ASCOLTO_OWN_POSTGRES": "no" if own.database_url else "yes",
        "ASCOLTO_OWN_KAFKA": "no" if own.kafka_bootstrap_servers else "yes",
    }
    write_private(layout.environment_file, "".join(f"{name}={value}\n" for name, value in values.items()))


def read(layout: Layout) -> dict[str, str]:
    """Return what the last run left, nothing when there was none."""
    if not layout.environment_file.exists():
        return {}
    lines = layout.environment_file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
