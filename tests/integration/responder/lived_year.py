"""A year of complaints, lived through by the responder's own rules and by chance, and stored as it stores them."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from services.responder.domain import actions, outcomes, steps
from services.responder.domain.acknowledging import (
    acknowledgement_failed,
    acknowledgement_queued,
    acknowledgement_sent,
    acknowledgement_withheld,
)
from services.responder.domain.chain import hashes
from services.responder.domain.entries import Entry
from services.responder.domain.figures import contribution
from services.responder.domain.firing import fire
from services.responder.domain.fold import apply_all
from services.responder.domain.opening import Opening, open_work
from services.responder.domain.outcomes import Vocabulary
from services.responder.domain.refusal import Refused
from services.responder.domain.replies import reply, reply_sent
from services.responder.domain.routed import customer_wrote, recategorised, transferred
from services.responder.domain.work import WorkState
from services.responder.store.derived import DERIVED, derived
from services.responder.store.ledger import CLOCK_COLUMNS, clock_row
from services.responder.usecases.counting import LEVELS
from shared.ids import reference
from tests.unit.responder.house import STEPS, terms

NOW: Final = datetime(2026, 11, 20, 11, 7, 9, tzinfo=UTC)
_WORDS: Final = Vocabulary(
    outcomes=frozenset({"upheld", "partially_upheld", "not_upheld", "withdrawn"}),
    root_causes=frozenset({"packaging", "carrier"}),
    redress=frozenset({"spare_part", "apology", "voucher"}),
    reopen_reasons=frozenset({"not_fixed"}),
)
QUEUES: Final = ("logistics", "refunds", "accounting")
_POLICIES: Final = ("retail.default", "social.default", "uk.fca.disp1.general")


@dataclass
class Lived:
    """One complaint of the year."""

    complaint: UUID
    opening: Opening
    chance: Random
    entries: list[Entry] = field(default_factory=list)
    state: WorkState | None = None

    def does(self, decide: Any, *given: Any, **named: Any) -> None:
        """Do something; what is refused does not happen."""
        with suppress(Refused):
            entries = decide(self.state, *given, **named)
            self.entries += entries
            self.state = apply_all(self.state, entries)


def live(number: int, *, received_at: datetime | None = None) -> Lived:
    """Return a complaint received in the year before NOW, or at an instant of its own, as it stands at NOW."""
    chance = Random(f"year {number}")
    complaint = UUID(int=chance.getrandbits(128), version=4)
    # Half of them lately, so that much is still open.
    back = timedelta(days=365) if number % 2 else timedelta(days=25)
    opening = Opening(
        reference=reference(complaint), account="care", channel=chance.choice(("email", "whatsapp")),
        received_at=received_at or NOW - timedelta(seconds=chance.randint(1, int(back.total_seconds()))),
        queue=chance.choice(QUEUES), playbook="latte", policy=chance.choice(_POLICIES), priority="P3",
        category=chance.choice(("delivery", "billing")), subcategory=None, severity=chance.choice(("S1", "S3")),
        language=chance.choice(("it", "en")), rulebook="test",
    )  # fmt: skip
    lived = Lived(complaint=complaint, opening=opening, chance=chance)
    by_policy = terms(opening.policy)
    lived.entries = list(open_work(opening, terms=by_policy, steps=STEPS, now=opening.received_at))
    lived.state = apply_all(None, lived.entries)
    at = _acknowledge(lived, opening.received_at + timedelta(seconds=chance.randint(1, 900)))
    for n in range(chance.randint(0, 9)):
        at += timedelta(seconds=int(chance.expovariate(1 / (3 * 86_400))) + 1)
        if at >= NOW:
            break
        _deed(lived, n, at)
    lived.does(fire, terms=by_policy, now=NOW)
    return lived


def _acknowledge(lived: Lived, at: datetime) -> datetime:
    by_policy, what = terms(lived.opening.policy), lived.chance.random()
    if at >= NOW:
        return at
    if what < 0.15:
        owed = what < 0.1
        lived.does(acknowledgement_withheld, reasons=["team_missing", "length"] if owed else ["automatic_mail"],
                   owed=owed, now=at)  # fmt: skip
        return at
    lived.does(acknowledgement_queued, outbound_id="a", now=at)
    if 0.75 < what < 0.9:
        at += timedelta(days=lived.chance.randint(1, 12))  # its vendor was away; so a bounce changes the silence much
        if at >= NOW:
            return at
    if what < 0.9:
        lived.does(acknowledgement_sent, outbound_id="a", channel="email", provider_message_id=None, terms=by_policy,
                   now=at)  # fmt: skip
    if 0.8 < what < 0.9:
        at += timedelta(seconds=60)
        lived.does(acknowledgement_failed, outbound_id="a", reason="bounced", now=at)
    return at


def _deed(lived: Lived, n: int, at: datetime) -> None:
    deed = lived.chance.choice(
        (_write, _write, _reply, _reply, _reply, _claim, _release, _wait, _extend, _transfer, _correct, _step, _resolve,
         _resolve, _close, _reopen)
    )  # fmt: skip
    deed(lived, n, at)


def _given(lived: Lived, at: datetime) -> dict[str, Any]:
    return {"terms": terms(lived.opening.policy), "now": at}


def _turn(lived: Lived) -> int:
    assert lived.state is not None
    return lived.state.routed_sequence + 1


def _write(lived: Lived, n: int, at: datetime) -> None:
    turn = _turn(lived)
    lived.does(customer_wrote, message_id=f"m{n}", at=at, routed_sequence=turn, **_given(lived, at))


def _reply(lived: Lived, n: int, at: datetime) -> None:
    final, sent_at = lived.chance.random() < 0.3, at + timedelta(seconds=1)
    lived.does(reply, outbound_id=f"r{n}", final=final, by="key:a", now=at)
    if lived.entries[-1].data.get("outbound_id") == f"r{n}":
        given = {"outbound_id": f"r{n}", "provider_message_id": None, "final": final}
        lived.does(reply_sent, **given, **_given(lived, sent_at))


def _claim(lived: Lived, _n: int, at: datetime) -> None:
    lived.does(actions.claim, owner="anna", by="key:a", now=at)


def _release(lived: Lived, _n: int, at: datetime) -> None:
    lived.does(actions.release, by="key:a", now=at)


def _wait(lived: Lived, _n: int, at: datetime) -> None:
    lived.does(actions.wait, reason="a photo", until=at + timedelta(days=3), by="key:a", **_given(lived, at))


def _extend(lived: Lived, _n: int, at: datetime) -> None:
    until = at + timedelta(days=25)
    lived.does(actions.extend, clock="resolve", reason="a part", until=until, by="key:a", **_given(lived, at))


def _transfer(lived: Lived, _n: int, at: datetime) -> None:
    assert lived.state is not None
    queue = lived.chance.choice([q for q in QUEUES if q != lived.state.queue])
    lived.does(transferred, queue=queue, by="key:a", reason="x", at=at, routed_sequence=_turn(lived))


def _correct(lived: Lived, _n: int, at: datetime) -> None:
    said = {"category": "refund_return", "subcategory": None, "severity": "S2", "priority": "P2", "reason": None}
    lived.does(recategorised, **said, by="router", at=at, routed_sequence=_turn(lived))


def _step(lived: Lived, _n: int, at: datetime) -> None:
    to = lived.chance.choice(("done", "skipped"))
    lived.does(steps.set_step, step="listen", to=to, evidence="e", reason="r", by="key:a", now=at)


def _resolve(lived: Lived, _n: int, at: datetime) -> None:
    redress = lived.chance.sample(sorted(_WORDS.redress), lived.chance.randint(0, 2))
    outcome = lived.chance.choice(sorted(_WORDS.outcomes))
    lived.does(outcomes.resolve, outcome=outcome, root_cause="carrier", redress=redress, summary=None,
               vocabulary=_WORDS, by="key:a", **_given(lived, at))  # fmt: skip


def _close(lived: Lived, _n: int, at: datetime) -> None:
    lived.does(outcomes.close, by="key:a", now=at)


def _reopen(lived: Lived, _n: int, at: datetime) -> None:
    lived.does(outcomes.reopen, reason="not_fixed", vocabulary=_WORDS, by="key:a", **_given(lived, at))


async def store(database_url: str, year: list[Lived]) -> None:
    """Store them in an empty responder, with the levels that their queues count to."""
    tables: dict[str, list[tuple[Any, ...]]] = {"timeline": [], "work": [], "clocks": [], "counters": []}
    levels: Counter[tuple[str, str]] = Counter()
    for one in year:
        assert one.state is not None
        chain = hashes(None, one.complaint, one.entries)
        tables["timeline"] += [
            (one.complaint, e.seq, e.at, e.kind, e.by, msgspec.json.encode(e.data).decode(), made)
            for e, made in zip(one.entries, chain, strict=True)
        ]
        state = msgspec.json.encode(one.state)
        turn = one.state.routed_sequence
        tables["work"].append((one.complaint, '{"queue": "x"}', turn, state, chain[-1], *derived(one.state)))
        tables["clocks"] += [(one.complaint, kind, *clock_row(clock)) for kind, clock in one.state.clocks.items()]
        here = contribution(one.state)
        levels.update({(here.queue, measure): getattr(here, measure) for measure in LEVELS})
    tables["counters"] = [(queue, measure, 0, 0, value) for (queue, measure), value in levels.items()]
    columns = {
        "timeline": ("complaint_id", "seq", "at", "kind", "by", "data", "hash"),
        "work": ("complaint_id", "decision", "routed_sequence", "snapshot", "head", *DERIVED),
        "clocks": ("complaint_id", "kind", *CLOCK_COLUMNS),
        "counters": ("queue", "measure", "slot", "bucket", "value"),
    }
    connection = await asyncpg.connect(database_url)
    try:
        for table, rows in tables.items():
            await connection.copy_records_to_table(table, schema_name="responder", columns=columns[table], records=rows)
    finally:
        await connection.close()
