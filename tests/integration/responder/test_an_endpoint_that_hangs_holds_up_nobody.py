"""Endpoints that never answer cost their own share of what is in hand, and the others hear as soon as without them."""

from __future__ import annotations

from tests.bench.rounds import percentile
from tests.integration.responder.crowd import crowd

# One second of a busy machine; were the hung ones in the way, the others would wait for their 15 s to end.
SLACK_S = 1.0


async def test_a_tenth_of_the_endpoints_hangs_and_the_others_do_not_notice(database_url: str) -> None:
    # Fewer slots than the hung ones could fill with all that happens for them: only the pace keeps some free.
    async with crowd(database_url, size=40, slots=16) as found:
        alone = percentile(await found.lateness(rounds=5, every_s=0.3), 0.99)
        found.hangs = {0, 10, 20, 30}
        beside = percentile(await found.lateness(rounds=8, every_s=0.3), 0.99)
        assert found.open_calls == found.hangs
        assert await found.waiting() >= 4 * 8  # nothing of theirs is dropped
    assert beside < 2 * alone + SLACK_S, (alone, beside)
