"""Five hundred endpoints of which fifty never answer: how late the others hear, with and without them."""

from __future__ import annotations

import pytest

from tests.bench.report import Report
from tests.bench.rounds import percentile
from tests.bench.table import Figure
from tests.integration.responder.crowd import crowd

ENDPOINTS, HUNG = 500, 50
ROUNDS, EVERY_S, PARTS = 6, 5.0, 20


@pytest.mark.bench
@pytest.mark.timeout(600)
async def test_fifty_of_five_hundred_hang(database_url: str, report: Report) -> None:
    async with crowd(database_url, size=ENDPOINTS) as found:
        await found.lateness(
            rounds=2, every_s=EVERY_S, parts=PARTS, within_s=120
        )  # connections are opened, statements prepared
        alone = await found.lateness(rounds=ROUNDS, every_s=EVERY_S, parts=PARTS, within_s=120)
        found.hangs = set(range(0, ENDPOINTS, ENDPOINTS // HUNG))
        beside = await found.lateness(rounds=ROUNDS, every_s=EVERY_S, parts=PARTS, within_s=120)
    ratio = percentile(beside, 0.99) / percentile(alone, 0.99)
    report.remark(
        f"webhooks: {ENDPOINTS} endpoints every {EVERY_S:g} s; p50/p99 {percentile(alone, 0.5) * 1000:.0f}/"
        f"{percentile(alone, 0.99) * 1000:.0f} ms, with {HUNG} hung {percentile(beside, 0.5) * 1000:.0f}/"
        f"{percentile(beside, 0.99) * 1000:.0f} ms"
    )
    report.add(
        Figure(
            measure=f"webhooks: p99 of the others with {HUNG} of {ENDPOINTS} hung : without",
            values=[ratio],
            must=1.5,
            aim=1.2,
            at_most=True,
        )
    )
