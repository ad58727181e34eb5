"""Router, take-over and the whole way from the post to the clocks, on real processes with real Kafka between them.

The complaints of a round go through the stages one by one: ingest alone files and publishes them, then two router
processes settle what waits in their topic, then the responder process takes that over. A stage's rate is
read from the instants of its transactions. After that as many again are posted while all three run. Each complaint has
a way back, so its acknowledgement is composed and queued; the vendor behind it never answers, so sending costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.denominators.bulk import bulk_rate
from tests.bench.doors import signed_door, silent_vendor
from tests.bench.report import Report
from tests.bench.rounds import Measured, in_series, ratios
from tests.bench.sizes import Sizes
from tests.bench.stages import ROUTERS, Stages
from tests.bench.table import Figure
from tests.support.house import running_house
from tests.support.stack import Stack
from tests.support.waiting import outside_loop

pytestmark = pytest.mark.bench

_STAGES = ("ingest", "router", "take-over")


@pytest.fixture
def stages(stack: Stack, sizes: Sizes) -> Iterator[Stages]:
    """A house with one account."""
    with silent_vendor() as hook, running_house(stack, extra={"ASCOLTO_SEND_SLOTS": "1"}) as house:
        door = signed_door(house, reply_url=hook)
        measured = Stages(house=house, door=door, events=sizes.events)
        yield measured
        measured.stop_routers()


def test_the_stages_keep_up(stages: Stages, report: Report, sizes: Sizes) -> None:
    found: Measured = {name: [] for name in (*_STAGES, "D", "together")}
    for _ in range(sizes.rounds):
        found["ingest"].append(stages.ingest_alone())
        found["D"].append(outside_loop(bulk_rate(stages.house.database_url, seconds=sizes.seconds)))
        found["router"].append(stages.router_alone())
        found["take-over"].append(stages.responder_alone())
        found["together"].append(stages.together())
    _tell(report, found)


def _tell(report: Report, found: Measured) -> None:
    best = in_series(*(found[stage] for stage in _STAGES))
    report.add(
        Figure(
            measure="router complaints/s : D",
            values=ratios(found["router"], found["D"]),
            must=0.25,
            aim=0.50,
            note=f"{ROUTERS} router processes, their topic filled before they started, publishing what they decide",
            parts={"router, 1/s": found["router"], "D, 1/s": found["D"]},
        ),
        Figure(
            measure="whole pipeline : harmonic sum of its stages",
            values=ratios(found["together"], best),
            must=0.4,
            aim=0.7,
            note="from the first post to the last complaint's clocks, acknowledgements composed and queued",
            parts={f"{stage} alone, 1/s": found[stage] for stage in _STAGES}
            | {"in series, 1/s": best, "together, 1/s": found["together"]},
        ),
    )
