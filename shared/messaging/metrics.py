"""What messaging shows to Prometheus; labels are names of ours, never anything of a customer."""

from __future__ import annotations

import asyncio

from prometheus_client import Counter, Gauge, Histogram

outbox_depth = Gauge("ascolto_outbox_events", "Events that wait to be published (counted up to 100,001)", ["schema"])
outbox_age = Gauge("ascolto_outbox_oldest_seconds", "Age of the oldest event that waits to be published", ["schema"])
lanes = Gauge("ascolto_relay_lanes", "Lanes of the outbox that this process publishes", ["schema"])
published = Counter("ascolto_relay_published", "Events that Kafka has taken", ["schema", "topic"])
producers_replaced = Counter("ascolto_relay_producers_replaced", "Producers given up and made anew", ["schema"])
consumed = Counter("ascolto_consumer_records", "Records by their fate", ["topic", "group", "fate"])
settling = Histogram(
    "ascolto_consumer_batch_seconds",
    "Time from a batch read to its offsets committed",
    ["topic", "group"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
dead = Counter("ascolto_dead_letters", "Records and events that went to the dead letters", ["schema", "reason"])
holding = Gauge("ascolto_consumer_held", "1 while a run of failing records makes the consumer wait", ["topic", "group"])
waits = Counter("ascolto_consumer_waits", "Batches put back to be settled later", ["topic", "group", "cause"])
lag = Gauge("ascolto_consumer_lag_records", "Records not yet settled", ["topic", "group"])
rebuilt = Counter("ascolto_consumer_rebuilt", "Kafka consumers given up and made anew", ["topic", "group", "cause"])
commits_failed = Counter("ascolto_consumer_offset_commits_failed", "Offset commits that failed", ["topic", "group"])
loop_lag = Gauge("ascolto_event_loop_lag_seconds", "How late the event loop ran a timer, worst of the last 5 s")

_TICK_S = 0.1
_WINDOW = 50


async def watch_loop_lag() -> None:
    """Measure for ever how late the event loop is: beyond a few seconds Kafka expels its consumers."""
    loop = asyncio.get_running_loop()
    worst: list[float] = []
    while True:
        before = loop.time()
        await asyncio.sleep(_TICK_S)
        worst = [*worst[-_WINDOW + 1 :], max(0.0, loop.time() - before - _TICK_S)]
        loop_lag.set(max(worst))
