"""Endpoints that never answer cost their own share of what is in hand, and the others hear as soon as without them."""

from __future__ import annotations

from tests.bench.rounds import percentile
from tests.integration.responder.crowd import crowd

# A second until the hung ones lose their slots, and one of a busy machine; were they in the way, it would be 15.
SLACK_S = 2.0


async def test_a_tenth_of_the_endpoints_hangs_and_the_others_do_not_notice(database_url: str) -> None:
    # Fewer slots than the hung ones fill with what happens for them within a second: only the pace frees them again.
    async with crowd(database_url, size=40, slots=16) as found:
        alone = percentile(await found.lateness(rounds=5, every_s=0.3, parts=2), 0.99)
        found.hangs = {0, 10, 20, 30}
        beside = percentile(await found.lateness(rounds=8, every_s=0.3, parts=2), 0.99)
        assert found.open_calls == found.hangs
        assert await found.waiting() >= 4 * 8  # nothing of theirs is dropped
    assert beside < 2 * alone + SLACK_S, (alone, beside)
