"""How loudly it is said that two complaints are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.sameness import Told, likeness, numbers_of, rare, text_traces, traces_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANNA, HER_PHONE = uuid4(), uuid4()
WORDS = frozenset(
    ("pacco", "consegna", "corriere", "arrivato", "lunedi", "nessuno", "risponde", "numero", "verde", "rimborso")
)


def told(**fields: object) -> Told:
    values: dict[str, object] = {
        "complaint_id": uuid4(), "received_at": NOON, "category": "delivery", "name": None,
        "points": frozenset({uuid4()}), "verified": frozenset(), "numbers": frozenset(), "words": frozenset(),
    }  # fmt: skip
    return Told(**(values | fields))  # type: ignore[arg-type]


def test_a_category_alone_is_no_sign() -> None:
    assert likeness(told(), told()).score == 0


def test_the_more_signs_the_surer_and_a_vouched_point_more_than_a_claimed_one() -> None:
    claimed = {"points": frozenset({ANNA})}
    vouched = claimed | {"verified": frozenset({ANNA})}
    number = {"numbers": frozenset({"12345678"})}
    scores = [
        likeness(told(**one), told(**one)).score
        for one in (claimed, vouched, claimed | number, vouched | number, vouched | number | {"words": WORDS})
    ]
    assert scores == sorted(scores)
    assert len(set(scores)) == 5
    assert 0.5 < scores[0] < scores[-1] < 1


def test_another_order_of_the_same_customer_is_another_complaint() -> None:
    one = told(points=frozenset({ANNA}), verified=frozenset({ANNA}), numbers=frozenset({"11111111"}))
    other = replace(one, complaint_id=uuid4(), numbers=frozenset({"22222222"}))
    assert likeness(one, other).score < 0.55


def test_a_text_that_goes_round_is_no_sign() -> None:
    one, *others = (told(words=WORDS) for _ in range(6))
    assert likeness(one, others[0]).score > 0.55
    assert not rare(one, others)
    assert likeness(one, others[0], text_is_rare=False).score == 0


def test_numbers_of_orders_are_found() -> None:
    assert numbers_of("Ordine 40-12, pacco RX123456789IT, tel 0612", order_reference="ab-99/1") == {
        "rx123456789it", "ab991",
    }  # fmt: skip


def test_texts_that_share_most_words_share_a_trace() -> None:
    changed = (WORDS - {"verde"}) | {"cortesia"}
    assert set(text_traces(WORDS)) & set(text_traces(changed))
    assert not set(text_traces(WORDS)) & set(text_traces(frozenset(word[::-1] for word in WORDS)))
    assert text_traces(frozenset({"solo", "due"})) == []


_some = st.frozensets(st.sampled_from([UUID(int=n) for n in range(4)]), max_size=3)
_told = st.builds(
    Told, complaint_id=st.uuids(), received_at=st.just(NOON), category=st.sampled_from(["a", "b"]),
    name=st.sampled_from([None, "Anna Rossi", "rossi ANNA", "Bruno"]), points=_some, verified=_some,
    numbers=st.frozensets(st.sampled_from(["123456", "654321"])),
    words=st.frozensets(st.sampled_from(sorted(WORDS))),
)  # fmt: skip


@given(_told, _told)
def test_which_is_asked_about_which_does_not_matter(one: Told, other: Told) -> None:
    found = likeness(one, other)
    assert found == likeness(other, one)
    assert 0 <= found.score <= 1
    # Whatever makes two complaints likely the same leaves a trace that they share, but for a name.
    if {"verified_point", "contact_point", "number"} & set(found.signs) and one.points & other.points:
        assert set(traces_of(one)) & set(traces_of(other))
