"""Whatever happened to a complaint: its chain holds, and a ledger that was changed anywhere no longer fits it."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.responder.domain.audit import Difference, folded, in_chain, in_state
from services.responder.domain.chain import link, links
from services.responder.domain.entries import Entry, written
from tests.unit.responder.house import Desk
from tests.unit.responder.test_the_ledger_recomputes_the_work import live, policy_names, stories, thorough

COMPLAINT, ANOTHER = UUID(int=0xC0), UUID(int=0xA0)

Ledger = tuple[list[Entry], list[bytes]]


def found(ledger: Ledger, *, head: bytes, complaint: UUID = COMPLAINT) -> list[Difference]:
    return list(in_chain("R", complaint, *ledger, head=head))


def independently(previous: bytes | None, entry: Entry) -> bytes:
    """The link as the documentation says it, without our code."""
    content = [previous and previous.hex(), str(COMPLAINT), entry.seq, written(entry.at), entry.kind, entry.by]
    text = json.dumps([*content, entry.data], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


@thorough
@given(policy=policy_names, story=stories)
def test_every_chain_holds_and_is_what_the_documentation_says(policy: str, story: list[tuple[str, int, int]]) -> None:
    desk, _, _ = live(policy, story)
    chain = links(None, COMPLAINT, desk.entries)
    assert found((desk.entries, chain), head=chain[-1]) == []
    previous = None
    for entry, made in zip(desk.entries, chain, strict=True):
        assert made == independently(previous, entry)
        previous = made


@thorough
@given(policy=policy_names, story=stories, cut=st.integers(0, 60))
def test_a_chain_made_in_pieces_is_the_one_made_at_once(
    policy: str, story: list[tuple[str, int, int]], cut: int
) -> None:
    desk, _, _ = live(policy, story)
    first = links(None, COMPLAINT, desk.entries[:cut])
    rest = links(first[-1] if first else None, COMPLAINT, desk.entries[cut:])
    assert first + rest == links(None, COMPLAINT, desk.entries)


@thorough
@given(policy=policy_names, story=stories, seed=st.integers(0, 99))
def test_keys_in_another_order_are_the_same_entry(policy: str, story: list[tuple[str, int, int]], seed: int) -> None:
    desk, _, _ = live(policy, story)
    chance = random.Random(seed)

    def stirred(value: object) -> object:
        if isinstance(value, dict):
            items = [(key, stirred(inner)) for key, inner in value.items()]
            chance.shuffle(items)
            return dict(items)
        return [stirred(inner) for inner in value] if isinstance(value, list) else value

    other = [replace(entry, data=stirred(entry.data)) for entry in desk.entries]  # type: ignore[arg-type]
    assert links(None, COMPLAINT, other) == links(None, COMPLAINT, desk.entries)


def _changed(**other: object) -> Callable[[Ledger, int], Ledger]:
    def change(ledger: Ledger, n: int) -> Ledger:
        entries = list(ledger[0])
        entries[n] = replace(entries[n], **other)  # type: ignore[arg-type]
        return entries, ledger[1]

    return change


def _later(ledger: Ledger, n: int) -> Ledger:
    return _changed(at=ledger[0][n].at + timedelta(microseconds=1))(ledger, n)


def _more_said(ledger: Ledger, n: int) -> Ledger:
    return _changed(data=ledger[0][n].data | {"said": None})(ledger, n)


def _changed_and_chained_anew(ledger: Ledger, n: int) -> Ledger:
    entries, chain = _changed(by="somebody")(ledger, n)
    chain = list(chain)
    chain[n] = link(chain[n - 1] if n else None, COMPLAINT, entries[n])
    return entries, chain


def _removed(ledger: Ledger, n: int) -> Ledger:
    return ledger[0][:n] + ledger[0][n + 1 :], ledger[1][:n] + ledger[1][n + 1 :]


def _removed_and_counted_anew(ledger: Ledger, n: int) -> Ledger:
    entries, chain = _removed(ledger, n)
    return [replace(entry, seq=seq) for seq, entry in enumerate(entries, 1)], chain


def _inserted(ledger: Ledger, n: int) -> Ledger:
    entries, chain = ledger
    moved = [*entries[: n + 1], entries[n], *entries[n + 1 :]]
    return [replace(entry, seq=seq) for seq, entry in enumerate(moved, 1)], [*chain[: n + 1], chain[n], *chain[n + 1 :]]


def _appended(ledger: Ledger, n: int) -> Ledger:
    entries, chain = ledger
    more = replace(entries[n], seq=len(entries) + 1)
    return [*entries, more], [*chain, link(chain[-1], COMPLAINT, more)]


def _link_replaced(ledger: Ledger, n: int) -> Ledger:
    return ledger[0], [*ledger[1][:n], bytes(32), *ledger[1][n + 1 :]]


TAMPERINGS: dict[str, Callable[[Ledger, int], Ledger]] = {
    "kind": _changed(kind="delivered"),
    "by": _changed(by="somebody"),
    "at": _later,
    "data": _more_said,
    "changed and chained anew": _changed_and_chained_anew,
    "removed": _removed,
    "removed and counted anew": _removed_and_counted_anew,
    "inserted": _inserted,
    "appended with a link that fits": _appended,
    "link": _link_replaced,
}


@pytest.fixture(scope="module")
def desk() -> Desk:
    made, _, _ = live(
        "retail.default",
        [("acknowledgement_queued", 1, 0), ("acknowledgement_sent", 1, 0), ("claim", 5, 0), ("reply", 9, 0),
         ("reply_sent", 2, 0), ("wait", 60, 3), ("customer", 600, 1), ("resolve", 60, 0), ("close", 900, 0)],
    )  # fmt: skip
    assert len(made.entries) >= 9
    return made


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_no_entry_can_be_changed_removed_or_inserted_unseen(desk: Desk, tampering: str) -> None:
    chain = links(None, COMPLAINT, desk.entries)
    for n in range(len(desk.entries)):
        tampered = TAMPERINGS[tampering]((desk.entries, chain), n)
        assert found(tampered, head=chain[-1]), (tampering, n)


def test_the_entry_that_was_changed_is_named_and_no_other(desk: Desk) -> None:
    chain = links(None, COMPLAINT, desk.entries)
    (difference,) = found(_changed(by="somebody")((desk.entries, chain), 3), head=chain[-1])
    assert difference.what.startswith("entry 4 (")
    (difference,) = found(_removed((desk.entries, chain), 3), head=chain[-1])
    assert difference.what == "entry 4 is missing"


def test_the_ledger_of_another_complaint_does_not_fit(desk: Desk) -> None:
    chain = links(None, COMPLAINT, desk.entries)
    assert found((desk.entries, chain), head=chain[-1], complaint=ANOTHER)


def test_what_differs_in_the_state_is_named_with_both_values_but_for_peoples_own_words(desk: Desk) -> None:
    computed = folded(desk.entries)
    assert computed is not None
    clock = computed.clocks["resolve"]
    steps = (replace(computed.steps[0], evidence="a name", state="skipped"), *computed.steps[1:])
    stored = replace(computed, owner="else", steps=steps, clocks=computed.clocks | {"resolve": replace(clock, round=9)})
    said = sorted(map(str, in_state("R", stored, computed)))
    assert said == sorted(
        [
            f"R: clock resolve: round: stored 9, recomputed {clock.round}",
            f"R: state: owner: stored else, recomputed {computed.owner}",
            "R: step listen: evidence differs",
            "R: step listen: state: stored skipped, recomputed open",
        ]
    )
    assert folded(desk.entries[1:]) is None
