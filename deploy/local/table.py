"""What is printed at the end: the samples as a table, the addresses, and lines to paste."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.local.channels import MAILBOX
from deploy.local.doors import Doors
from deploy.local.follow import Followed

_HEAD = ("reference", "channel", "language", "category", "queue", "playbook", "acknowledged", "next due (UTC)")


def samples(followed: Sequence[Followed]) -> str:
    """Return the samples as a table, one a line."""
    rows = [_HEAD, *(_row(f) for f in followed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(f"  {line}" for line in lines)


def addresses(doors: Doors, *, router_url: str, sent_url: str) -> str:
    """Return where a person finds what."""
    found = {
        "console": f"{doors.responder_url}/",
        "API docs": f"{doors.ingest_url}/docs  {router_url}/docs  {doors.responder_url}/docs",
        "web form": f"{doors.ingest_url}/forms/{doors.accounts.names['web_form']}",
        "SMTP": f"{doors.smtp}, for {MAILBOX}",
        "what was sent": f"{sent_url}/",
    }
    return "\n".join(f"  {name:<14} {where}" for name, where in found.items())


def lines_to_paste(doors: Doors, *, environment_file: Path) -> str:
    """Return three commands that work in any shell; the key stays in its file, out of the shell's history.

    A 503 asks its caller to come again after `Retry-After` seconds, and curl does, with the same Idempotency-Key.
    """
    read = f". '{environment_file}'"
    call = 'curl -s --retry 3 -H "Authorization: Bearer $ASCOLTO_API_KEY"'
    return "\n".join(
        (
            f"  ({read}; {call} -H \"Idempotency-Key: $(date +%s)\" -H 'Content-Type: application/json' "
            f'-d \'{{"text": "My parcel is a week late."}}\' {doors.ingest_url}/v1/complaints)',
            f"  ({read}; {call} '{doors.responder_url}/v1/complaints?order=due_at&limit=5')",
            f"  ({read}; {call} {doors.responder_url}/v1/queue-health)",
        )
    )


def _row(one: Followed) -> tuple[str, ...]:
    complaint = one.complaint
    facts = (_short(complaint.get(name)) for name in ("language", "category", "queue", "playbook"))
    return (one.reference or "not seen yet", one.sample.door, *facts, _acknowledged(complaint), _next_due(complaint))


def _acknowledged(complaint: dict[str, Any]) -> str:
    acknowledgement = complaint.get("acknowledgement") or {}
    if not acknowledgement.get("sent_at"):
        reason = acknowledgement.get("reason")
        return f"{acknowledgement.get('state', 'not yet')}{f': {reason}' if reason else ''}"
    took = _instant(acknowledgement["sent_at"]) - _instant(complaint["received_at"])
    # A vendor stamps whole seconds: within the first one the difference may fall below nothing.
    return f"after {max(0.0, took.total_seconds()):.1f} s"


def _next_due(complaint: dict[str, Any]) -> str:
    running = [clock for clock in complaint.get("clocks", []) if clock["state"] == "running"]
    if not running:
        return "-"
    clock = min(running, key=lambda c: str(c["due_at"]))
    return f"{_instant(clock['due_at']):%a %d %b %H:%M} {clock['kind']}"


def _short(fact: object) -> str:
    return str(fact) if fact else "-"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
