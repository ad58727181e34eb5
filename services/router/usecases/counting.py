"""Counts what filing did, for /metrics; a batch that is settled again after a rollback counts again."""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import Counter, Gauge

from services.router.usecases.batch import Batch

_FILED = Counter("router_messages_filed_total", "Messages filed, by what tied them to their complaint.", ["joined_by"])
_CHANGED = Counter("router_message_changes_total", "Edits and removals filed.", ["kind"])
_EARLY = Counter("router_early_messages_total", "Messages that came before what they belong to.")
_SUGGESTED = Counter("router_links_suggested_total", "Links suggested between complaints.")

rulebook_in_force = Gauge("router_rulebook_in_force", "1 for the version that decides.", ["version"])


def count(batch: Batch) -> None:
    """Add the batch to the counters."""
    for joined_by, n in Tally(row.joined_by for row in batch.messages).items():
        _FILED.labels(joined_by).inc(n)
    for kind, n in Tally(row.change.kind for row in batch.changes).items():
        _CHANGED.labels(kind).inc(n)
    _EARLY.inc(len(batch.early))
    _SUGGESTED.inc(len(batch.suspected))
