"""A day of complaints as a company with customers in five languages has it, with surges planted in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from services.router.domain.surges.observed import Observation

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
LANGUAGES = ("it", "en", "fr", "de", "es")
# Little by night, most before noon, a second hill in the evening.
RHYTHM = (6, 4, 3, 2, 2, 3, 8, 22, 48, 70, 78, 74, 60, 58, 64, 66, 62, 58, 52, 50, 54, 48, 30, 14)
TOPICS = [
    "delivery.late",
    "other",
    "delivery.not_received",
    "delivery.wrong_item",
    "damage_in_transit.item_broken",
    "missing_part.part",
    "product_defect.failed_in_use",
    "product_defect.faulty_on_arrival",
    "billing.wrong_amount",
    "billing.duplicate_charge",
    "refund_return.refund_late",
    "refund_return.return_refused",
    "contract.renewal",
    "service_quality.outage",
    "installation_repair.no_show",
    "staff_conduct.rude",
    "complaint_handling.no_reply",
    "digital_service.app",
    "digital_service.login",
    "promotion_fairness.misleading_ad",
    "payment.failed",
    "data_privacy.erasure",
]
ACCOUNTS = ("mail", "form", "whatsapp", "page", "sms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A surge: who is hit says one of these words (or none) and is filed mostly under this topic."""

    name: str
    topic: str
    words: tuple[str, ...]
    begins: timedelta
    lasts: timedelta
    per_hour: float
    clear: float = 0.8
    """The share of its complaints that is filed under the topic; the others lie somewhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A complaint, and the planted surge that it is due to."""

    observation: Observation
    planted: str | None


def five_surges(chance: random.Random) -> list[Planted]:
    """Return five surges of different kinds, none of which begins before six in the morning."""

    def at(first: float, last: float) -> timedelta:
        return timedelta(hours=chance.uniform(first, last))

    return [
        Planted(name="outage", topic="service_quality.outage", words=("fibra", "bologna"), begins=at(6, 8),
                lasts=timedelta(hours=2), per_hour=180),
        Planted(name="batch", topic="product_defect.failed_in_use", words=("kt2200",), begins=at(8, 10),
                lasts=timedelta(hours=4), per_hour=24),
        Planted(name="payments", topic="payment.failed", words=(), begins=at(11, 13), lasts=timedelta(hours=2),
                per_hour=500, clear=0.95),
        Planted(name="login", topic="digital_service.login", words=("codice", "otp", "scaduto"), begins=at(15, 17),
                lasts=timedelta(hours=1.5), per_hour=120, clear=0.7),
        Planted(name="strike", topic="delivery.late", words=("zetacorriere", "sciopero"), begins=at(19, 21),
                lasts=timedelta(hours=3), per_hour=60, clear=0.6),
    ]  # fmt: skip


def day(seed: int, *, complaints: int, surges: Sequence[Planted]) -> Iterator[Said]:
    """Yield a day's complaints in the order in which they come."""
    chance = random.Random(seed)
    town = _Town(chance)
    usual = [Said(observation=town.complaint(at), planted=None) for at in _instants(chance, complaints)]
    hit = [
        Said(observation=town.hit(surge, MIDNIGHT + surge.begins + timedelta(hours=after)), planted=surge.name)
        for surge in surges
        for after in _poisson(chance, surge.per_hour, surge.lasts / timedelta(hours=1))
    ]
    yield from sorted([*usual, *hit], key=lambda said: said.observation.at)


def _instants(chance: random.Random, complaints: int) -> list[datetime]:
    hours = chance.choices(range(24), weights=RHYTHM, k=complaints)
    return [MIDNIGHT + timedelta(hours=hour + chance.random()) for hour in hours]


def _poisson(chance: random.Random, per_hour: float, hours: float) -> Iterator[float]:
    after = chance.expovariate(per_hour)
    while after < hours:
        yield after
        after += chance.expovariate(per_hour)


class _Town:
    """Who complains, of what, and with which words: some words are said by everybody, most by hardly anybody."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._topics = _zipf(TOPICS, chance, bend=0.9, shuffled=False)
        self._products = _zipf([f"mk{n}" for n in range(400)], chance)
        self._towns = _zipf([f"citta{n}" for n in range(250)] + ["bologna"], chance)
        self._general = {one: _zipf([f"{one}g{'abcdefghij'[n % 10]}{n}x" for n in range(1500)], chance)
                         for one in LANGUAGES}  # fmt: skip
        self._own = {(one, topic): _zipf([f"{one}{topic[:9]}{n}" for n in range(60)], chance)
                     for one in LANGUAGES for topic in TOPICS}  # fmt: skip
        self._customers = 60_000
        # Somebody who does not stop writing about the same thing.
        self._tireless = [UUID(int=chance.getrandbits(128)) for _ in range(20)]

    def complaint(self, at: datetime) -> Observation:
        """Return a complaint of no surge; what people complain of drifts with the hour."""
        chance = self._chance
        topic = self._topics()
        if chance.random() < 0.02 * (at.hour - 16):
            topic = "digital_service.app"
        if chance.random() < 0.002:
            party, topic, words = chance.choice(self._tireless), "staff_conduct.rude", ["direttore", "vergogna"]
        else:
            party, words = UUID(int=chance.randrange(self._customers)), []
        return self._observation(at, topic, party, words)

    def hit(self, surge: Planted, at: datetime) -> Observation:
        """Return a complaint that is due to a surge; not everybody says all of its words."""
        chance = self._chance
        topic = surge.topic if chance.random() < surge.clear else self._topics()
        words = [word for word in surge.words if chance.random() < 0.85]
        return self._observation(at, topic, UUID(int=chance.getrandbits(100)), words)

    def _observation(self, at: datetime, topic: str, party: UUID, words: list[str]) -> Observation:
        chance = self._chance
        language = chance.choices(LANGUAGES, weights=(6, 2, 1, 1, 1))[0]
        said = [*words, *(self._general[language]() for _ in range(10)), *(self._own[language, topic]() for _ in "123")]
        if chance.random() < 0.4:
            said.append(self._products())
        if chance.random() < 0.3:
            said.append(self._towns())
        said.append(f"nome{chance.randrange(200_000)}")
        return Observation(
            complaint_id=UUID(int=chance.getrandbits(128)), party_id=party, at=at, topic=topic,
            account=chance.choice(ACCOUNTS), words=tuple(dict.fromkeys(said)),
        )  # fmt: skip


class _zipf:  # noqa: N801 - called as the function that it is
    """Draws one of the words: the first most often, each next one less."""

    def __init__(
        self, words: Sequence[str], chance: random.Random, *, bend: float = 1.0, shuffled: bool = True
    ) -> None:
        self._words = list(words)
        if shuffled:
            chance.shuffle(self._words)
        self._weights = list(accumulate(1 / (rank + 2) ** bend for rank in range(len(words))))
        self._chance = chance

    def __call__(self) -> str:
        return self._chance.choices(self._words, cum_weights=self._weights)[0]
