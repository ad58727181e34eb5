"""Whatever people, customers, vendors and time do, in any order: the ledger alone gives the same state again."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.responder.domain import acknowledging, actions, outcomes, replies, routed, steps
from services.responder.domain.entries import Entry
from services.responder.domain.figures import COUNTERS, contribution, deltas
from services.responder.domain.firing import fire, next_instant
from services.responder.domain.fold import apply, apply_all, fold
from services.responder.domain.refusal import Refused
from services.responder.domain.telling import tell
from services.responder.domain.work import WorkState
from shared.rulebook.happenings import TOLD
from tests.unit.responder.house import RECEIVED, VOCABULARY, Desk

Act = Callable[[Desk, datetime, int], Sequence[Entry]]


def resolve(desk: Desk, now: datetime, n: int) -> Sequence[Entry]:
    return outcomes.resolve(
        desk.state,
        outcome=("upheld", "withdrawn")[n % 2],
        root_cause="carrier",
        redress=["apology"],
        summary=None,
        vocabulary=VOCABULARY,
        terms=desk.terms,
        by="key:a",
        now=now,
    )


ACTS: dict[str, Act] = {
    "claim": lambda d, now, n: actions.claim(d.state, owner=f"agent{n % 2}", by="key:a", now=now),
    "release": lambda d, now, n: actions.release(d.state, by="key:a", now=now),
    "wait": lambda d, now, n: actions.wait(
        d.state, reason="photo", until=now + timedelta(days=n % 12), terms=d.terms, by="key:a", now=now
    ),
    "hear": lambda d, now, n: actions.wait(
        d.state,
        reason="agent",
        ground="hearing_of_intermediary",
        until=now + timedelta(days=n % 12),
        terms=d.terms,
        by="key:a",
        now=now,
    ),
    "tell": lambda d, now, n: tell(
        d.state, what=TOLD[n % len(TOLD)], at=now - timedelta(minutes=n), terms=d.terms, by="key:a", now=now
    ),
    "resume": lambda d, now, n: actions.resume(d.state, reason="phoned", terms=d.terms, by="key:a", now=now),
    "extend": lambda d, now, n: actions.extend(
        d.state,
        clock="resolve",
        reason="holding reply",
        until=d.state.clocks["resolve"].due_at + timedelta(days=n % 9),
        terms=d.terms,
        by="key:a",
        now=now,
    ),
    "resolve": resolve,
    "reopen": lambda d, now, n: outcomes.reopen(
        d.state, reason="not_fixed", terms=d.terms, vocabulary=VOCABULARY, by="key:a", now=now
    ),
    "close": lambda d, now, n: outcomes.close(d.state, by="key:a", now=now),
    "reply": lambda d, now, n: replies.reply(d.state, outbound_id=f"r{n}", final=False, by="key:a", now=now),
    "reply_sent": lambda d, now, n: replies.reply_sent(
        d.state, outbound_id=f"r{n}", provider_message_id=None, final=bool(n % 2), terms=d.terms, now=now
    ),
    "acknowledgement_queued": lambda d, now, n: acknowledging.acknowledgement_queued(
        d.state, outbound_id=f"a{n % 2}", now=now
    ),
    "acknowledgement_sent": lambda d, now, n: acknowledging.acknowledgement_sent(
        d.state, outbound_id=f"a{n % 2}", channel="email", provider_message_id=None, terms=d.terms, now=now
    ),
    "acknowledgement_failed": lambda d, now, n: acknowledging.acknowledgement_failed(
        d.state, outbound_id=f"a{n % 2}", reason="bounced", now=now
    ),
    "acknowledgement_withheld": lambda d, now, n: acknowledging.acknowledgement_withheld(
        d.state, reasons=["no_way_back"], owed=bool(n % 2), now=now
    ),
    "customer": lambda d, now, n: routed.customer_wrote(
        d.state,
        message_id=f"m{n}",
        at=now - timedelta(minutes=n % 90),
        routed_sequence=d.state.routed_sequence + 1,
        terms=d.terms,
        now=now,
    ),
    "transfer": lambda d, now, n: routed.transferred(
        d.state, queue=f"queue{n % 3}", by="key:a", reason="wrong desk", at=now, routed_sequence=9
    ),
    "step": lambda d, now, n: steps.set_step(
        d.state,
        step=("listen", "solve", "confirm")[n % 3],
        to=("done", "skipped")[n % 4 == 0],
        evidence="tracking",
        reason="not needed",
        by="key:a",
        now=now,
    ),
    "nothing": lambda d, now, n: (),
}

stories = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 10_000), st.integers(0, 1000)), max_size=25
)  # fmt: skip
policy_names = st.sampled_from(
    (
        "retail.default",
        "social.default",
        "safety.urgent",
        "uk.fca.disp1.general",
        "it.insurance.ivass",
        "us.cfpb.portal",
        "it.post.agcom",
        "it.water.arera.rqsii",
        "uk.ofcom.adr_letter",
    )
)
thorough = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def live(policy: str, story: list[tuple[str, int, int]]) -> tuple[Desk, list[WorkState], datetime]:
    """Let a story happen: time first, then the act, which may be refused."""
    desk, now = Desk(policy), RECEIVED
    states = [desk.state]
    for act, minutes, n in story:
        now += timedelta(minutes=minutes)
        desk.time_passes(now)
        states.append(desk.state)
        with suppress(Refused):
            desk.does(ACTS[act](desk, now, n))
        states.append(desk.state)
    return desk, states, now


@thorough
@given(policy=policy_names, story=stories, seed=st.integers(0, 99))
def test_the_ledger_shuffled_and_doubled_gives_the_state_that_grew_entry_by_entry(
    policy: str, story: list[tuple[str, int, int]], seed: int
) -> None:
    desk, _, _ = live(policy, story)
    shuffled = desk.entries * 2
    random.Random(seed).shuffle(shuffled)
    assert fold(shuffled) == desk.state
    assert [entry.seq for entry in desk.entries] == list(range(1, len(desk.entries) + 1))


@thorough
@given(policy=policy_names, story=stories)
def test_an_entry_applied_again_changes_nothing(policy: str, story: list[tuple[str, int, int]]) -> None:
    desk, _, _ = live(policy, story)
    assert all(apply(desk.state, entry) == desk.state for entry in desk.entries)


@thorough
@given(policy=policy_names, story=stories)
def test_entries_and_state_survive_being_written_down(policy: str, story: list[tuple[str, int, int]]) -> None:
    desk, _, _ = live(policy, story)
    read_back = msgspec.json.decode(msgspec.json.encode(desk.entries), type=list[Entry])
    assert fold(read_back) == desk.state
    assert msgspec.json.decode(msgspec.json.encode(desk.state), type=WorkState) == desk.state


@thorough
@given(policy=policy_names, story=stories)
def test_counters_kept_by_deltas_equal_a_recount(policy: str, story: list[tuple[str, int, int]]) -> None:
    desk, states, _ = live(policy, story)
    kept: dict[str, Counter[str]] = {}
    for before, after in zip([None, *states[:-1]], states, strict=True):
        for delta in deltas(before, after):
            kept.setdefault(delta.queue, Counter()).update({name: getattr(delta, name) for name in COUNTERS})
    here = contribution(desk.state)
    recount = {desk.state.queue: {name: getattr(here, name) for name in COUNTERS}}
    assert {
        queue: {n: c for n, c in counts.items() if c} for queue, counts in kept.items() if any(counts.values())
    } == {queue: {n: c for n, c in counts.items() if c} for queue, counts in recount.items()}


@thorough
@given(policy=policy_names, story=stories)
def test_a_clock_breaches_once_a_round_and_never_early(policy: str, story: list[tuple[str, int, int]]) -> None:
    desk, _, now = live(policy, story)
    fired = Counter(
        (e.kind, e.data["clock"], e.data["round"]) for e in desk.entries if e.kind in ("breached", "lapsed")
    )
    again = {e.data["outbound_id"] for e in desk.entries if e.kind == "acknowledgement_failed"}
    assert all(times == 1 for (_, clock, _), times in fired.items() if clock != "acknowledge" or not again)
    state = None
    for entry in desk.entries:
        if entry.kind == "breached":
            assert state is not None
            assert entry.at == state.clocks[entry.data["clock"]].due_at <= now
        state = apply(state, entry)
    desk.time_passes(now)
    ahead = next_instant(desk.state)
    assert ahead is None or ahead > now


@thorough
@given(policy=policy_names, story=stories, minutes=st.integers(1, 60_000), parts=st.integers(2, 5))
def test_a_night_without_service_ends_as_if_it_had_been_awake(
    policy: str, story: list[tuple[str, int, int]], minutes: int, parts: int
) -> None:
    desk, _, now = live(policy, story)
    later = now + timedelta(minutes=minutes)
    at_once = apply_all(desk.state, fire(desk.state, terms=desk.terms, now=later))
    for part in range(1, parts + 1):
        desk.time_passes(now + timedelta(minutes=minutes) * part / parts)
    assert desk.state == at_once


@thorough
@given(policy=policy_names, story=stories)
def test_a_date_once_promised_is_never_moved_back(policy: str, story: list[tuple[str, int, int]]) -> None:
    _, states, _ = live(policy, story)
    for before, after in itertools.pairwise(states):
        for kind, clock in after.clocks.items():
            earlier = before.clocks.get(kind)
            if earlier is not None and earlier.round == clock.round:
                assert clock.due_at >= earlier.due_at
