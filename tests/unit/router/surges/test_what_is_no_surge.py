"""What looks like a surge and is none, and what a detector is told of a complaint."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import comb
from uuid import UUID

import pytest

from services.router.domain.surges import counts, memory
from services.router.domain.surges.detector import Detector
from services.router.domain.surges.observed import Observation, words_of
from services.router.domain.surges.signs import Sign, key_of, sign_of
from services.router.domain.surges.unlikely import SWAY, unlikeliness

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOPICS = ("delivery.late", "billing.wrong_amount", "staff_conduct.rude", "other")
WORDS = tuple(f"parola{a}{b}" for a in "abcdefghij" for b in "abcdefghij")


def complaint(
    chance: random.Random, *, after: float, topic: str | None = None, account: str = "mail", party: int | None = None,
    words: tuple[str, ...] = (),
) -> Observation:  # fmt: skip
    """Return a complaint `after` seconds past noon, of somebody who says five usual words beside those given."""
    return Observation(
        complaint_id=UUID(int=chance.getrandbits(128)),
        party_id=UUID(int=chance.getrandbits(128) if party is None else party),
        at=NOON + timedelta(seconds=after),
        topic=topic or chance.choice(TOPICS),
        account=account,
        words=(*words, *chance.sample(WORDS, 5)),
    )


def usual_hours(detector: Detector, chance: random.Random) -> None:
    """Let three usual hours go by."""
    for number in range(2_000):
        assert detector.observe(complaint(chance, after=number * 5.4 - 10_800)).began is None


def test_twelve_customers_with_a_new_word_are_a_surge() -> None:
    chance, detector = random.Random(5), Detector()
    usual_hours(detector, chance)
    noticed = [detector.observe(complaint(chance, after=n * 20, words=("kx900",))) for n in range(14)]
    [began] = [n.began for n in noticed if n.began is not None]
    surge = detector.going[began].surge
    assert surge.signs == (Sign(word="kx900"),)
    assert 8 <= surge.customers <= 12
    assert surge.usual < 1
    assert noticed[-1].belongs_to == (began,)


def test_somebody_who_does_not_stop_writing_is_one_customer() -> None:
    chance, detector = random.Random(6), Detector()
    usual_hours(detector, chance)
    for n in range(60):
        noticed = detector.observe(complaint(chance, after=n * 20, party=n % 3, words=("direttore", "kx900")))
        assert noticed.began is None


def test_an_account_that_was_connected_today_is_no_surge_in_every_matter() -> None:
    chance, detector = random.Random(7), Detector()
    usual_hours(detector, chance)
    for n in range(600):
        assert detector.observe(complaint(chance, after=n * 3, account="new")).began is None


def test_a_surge_ends_when_what_it_shows_is_usual_again() -> None:
    chance, detector = random.Random(8), Detector()
    usual_hours(detector, chance)
    for n in range(20):
        detector.observe(complaint(chance, after=n * 20, words=("kx900",)))
    assert detector.over() == []
    for n in range(2_000):
        detector.observe(complaint(chance, after=n * 5.4))
    assert detector.over() == [1]
    assert detector.going == {}


def test_what_was_noticed_before_a_restart_is_not_noticed_again() -> None:
    chance, before, after = random.Random(9), Detector(), Detector()
    usual_hours(before, chance)
    told = [complaint(chance, after=n * 20, words=("kx900",)) for n in range(20)]
    for one in told[:15]:
        before.observe(one)
    [going] = before.going.values()
    for one in before._memory.recent:
        after.remember(one)
    number = after.resume(going.surge)
    noticed = [after.observe(one) for one in told[15:]]
    assert [n.began for n in noticed] == [None] * 5
    assert {n.belongs_to for n in noticed} == {(number,)}


def test_a_flood_of_words_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_KEYS", 400)
    monkeypatch.setattr(memory, "MOST_SEEN", 1_000)
    monkeypatch.setattr(memory, "MOST_OBSERVATIONS", 200)
    chance, detector = random.Random(10), Detector()
    for number in range(6_000):
        # Each word is said twice, so that it counts.
        words = tuple(f"w{number // 2}x{n}" for n in range(24))
        detector.observe(complaint(chance, after=number * 10, words=words))
    kept_counts = (len(counts.WINDOWS) + 1 + counts.HORIZON + 1) * 2 * 400
    assert detector.size() <= kept_counts + 2 * 1_000 + 2 * 201


def test_words_are_told_from_numbers_dates_and_names_of_days() -> None:
    words = words_of(
        "Lunedì 12 novembre il bollitore KT-2200 e il KT2200 si sono rotti! Ordine 123456789, tel. 3331234567.",
        subject="Perché?!",
        metadata={"store": "Milano", "note": "x" * 100},
    )
    assert words == ("store=milano", "perche", "bollitore", "kt2200", "sono", "rotti", "ordine") or "kt2200" in words
    assert not {"lunedi", "novembre", "123456789", "3331234567"} & set(words)


@pytest.mark.parametrize("sign", [Sign(topic="a.b"), Sign(word="kt"), Sign(topic="a.b", word="kt"),
                                  Sign(topic="a", account="mail")])  # fmt: skip
def test_a_sign_is_read_from_its_key(sign: Sign) -> None:
    assert sign_of(key_of(sign)) == sign


@pytest.mark.parametrize(("count", "usual", "seen"), [(3, 0.5, 0), (12, 2.0, 3), (40, 9.0, 100)])
def test_unlikeliness_is_the_tail_of_a_negative_binomial(count: int, usual: float, seen: int) -> None:
    doubled = int(2 * min(seen + 0.5, SWAY))
    if doubled % 2 == 0:
        shape = doubled // 2
        share = usual / (usual + shape)
        chances = (comb(k + shape - 1, k) * share**k * (1 - share) ** shape for k in range(count))
        tail = 1 - list(accumulate(chances))[-1]
        assert 10 ** -unlikeliness(count, usual=usual, seen=seen) == pytest.approx(tail, rel=1e-3)
    assert unlikeliness(count + 1, usual=usual, seen=seen) > unlikeliness(count, usual=usual, seen=seen) > 0
    assert unlikeliness(count, usual=usual, seen=seen + 1) >= unlikeliness(count, usual=usual, seen=seen)
    assert unlikeliness(0, usual=usual, seen=seen) == 0
