"""Notices surges complaint by complaint, and says of each complaint which surge it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.router.domain.surges.counts import FEWEST, WINDOWS, Raised
from services.router.domain.surges.memory import Memory, start_of
from services.router.domain.surges.observed import Observation
from services.router.domain.surges.signs import Key, Sign, key_of, shows, sign_of, speaks
from services.router.domain.surges.unlikely import unlikeliness

SURE: Final = 9.0
"""A count is noticed when its chance is one in a billion: some hundred counts are looked at for each complaint."""

SAME: Final = 0.4
"""What shares this part of its complaints with a surge is that surge, seen from another side."""

_NEW: Final = 0.1
_FADED: Final = 0.33
_MOST_SIGNS: Final = 6
# Going through what is remembered takes milliseconds: so often in a bucket of time, and once for each sign.
_MOST_LOOKS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """Many customers with the same thing: what they share, since when, how many they were and how many are usual."""

    signs: tuple[Sign, ...]
    began_at: datetime
    noticed_at: datetime
    customers: int
    usual: float
    unlikeliness: float
    complaints: tuple[UUID, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Going:
    """A surge that goes on; `members` are the complaints of the last two hours that belong to it.

    `shares` tells for each sign which share of all complaints was usual before, since a surge that lasts is not usual
    itself; `peak` is the most that two hours brought.
    """

    surge: Surge
    members: dict[UUID, datetime] = field(default_factory=dict)
    shares: dict[Sign, float] = field(default_factory=dict)
    peak: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What a complaint brought, by the numbers of the surges: one that began, those it belongs to, one that widened."""

    began: int | None = None
    belongs_to: tuple[int, ...] = ()
    widened: int | None = None


class Detector:
    """Looks at each complaint once, in bounded memory; `going` holds the surges that go on, by their numbers."""

    def __init__(self) -> None:
        self.going: dict[int, Going] = {}
        self._memory = Memory()
        self._last = 0
        self._looked_at: set[Key] = set()
        self._looked_during = 0

    def remember(self, observation: Observation) -> None:
        """Count a complaint of the past and notice nothing."""
        self._memory.add(observation)

    def resume(self, surge: Surge) -> int:
        """Go on with a surge that was noticed; return its number."""
        self._last += 1
        self.going[self._last] = going = Going(surge=surge)
        going.shares = {sign: self._memory.counts.share(key_of(sign)) for sign in surge.signs}
        for observation in self._memory.recent:
            if observation.at >= surge.began_at and _belongs(surge, observation):
                going.members[observation.complaint_id] = observation.at
        return self._last

    def observe(self, observation: Observation) -> Noticed:
        """Count a complaint and say what it brought."""
        keys = self._memory.add(observation)
        belongs_to = tuple(n for n, going in self.going.items() if _belongs(going.surge, observation))
        for number in belongs_to:
            self.going[number].members[observation.complaint_id] = observation.at
        if self._told_by_a_word(observation, belongs_to):
            return Noticed(belongs_to=belongs_to)
        surge = self._confirmed(self._unusual(keys), belongs_to)
        if surge is None:
            return Noticed(belongs_to=belongs_to)
        same = self._same(surge)
        if same is not None:
            if not self._widen(same, surge):
                return Noticed(belongs_to=belongs_to)
            return Noticed(belongs_to=tuple({*belongs_to, same}), widened=same)
        number = self.resume(surge)
        return Noticed(began=number, belongs_to=(*belongs_to, number))

    def over(self) -> list[int]:
        """Take out the surges that have come to their end and return their numbers."""
        first = start_of(self._memory.counts.now - WINDOWS[-1] + 1)
        for going in self.going.values():
            going.members = {one: at for one, at in going.members.items() if at >= first}
        ended = [number for number, going in self.going.items() if not self._goes_on(going)]
        for number in ended:
            del self.going[number]
        return ended

    def size(self) -> int:
        """Return how many entries are held in all."""
        return self._memory.size() + sum(len(going.members) for going in self.going.values())

    def _goes_on(self, going: Going) -> bool:
        """Whether there is still more of it than usual, and not much less than there was."""
        counts = self._memory.counts
        lately = max(counts.lately(key_of(sign)) for sign in going.shares)
        going.peak = max(going.peak, lately)
        if lately < going.peak * _FADED:
            return False
        return any(counts.goes_on(key_of(sign), share=share) for sign, share in going.shares.items())

    def _unusual(self, keys: Iterable[Key]) -> list[Raised]:
        raised = [(_sure(one), one) for one in self._memory.counts.raised(filter(speaks, keys))]
        return [one for sure, one in sorted(raised, key=lambda r: -r[0]) if sure >= SURE]

    def _told_by_a_word(self, observation: Observation, belongs_to: Sequence[int]) -> bool:
        """Whether a surge explains the complaint by more than its matter: nothing else is looked for in it then."""
        signs = (sign for number in belongs_to for sign in self.going[number].surge.signs)
        return any(sign.word is not None and shows(sign, observation) for sign in signs)

    def _confirmed(self, found: Sequence[Raised], belongs_to: Sequence[int]) -> Surge | None:
        """Return the clearest of what was found and not known yet, counted in customers."""
        now = self._memory.counts.now
        if self._looked_during != now:
            self._looked_at, self._looked_during = set(), now
        for one in found:
            sign = sign_of(one.key)
            known = any(sign in self.going[number].surge.signs for number in belongs_to)
            if known or one.key in self._looked_at or len(self._looked_at) >= _MOST_LOOKS:
                continue
            self._looked_at.add(one.key)
            if (surge := self._in_customers(one, sign)) is not None:
                return surge
        return None

    def _in_customers(self, found: Raised, sign: Sign) -> Surge | None:
        members = list(self._memory.showing(sign, found.window))
        customers = len({member.party_id for member in members})
        if customers < FEWEST:
            return None
        weighed = self._memory.counts.weighed(found.key, found.window, customers)
        if weighed is None or (sure := _sure(weighed)) < SURE:
            return None
        return Surge(
            signs=(sign,), began_at=min(m.at for m in members), noticed_at=max(m.at for m in members),
            customers=customers, usual=weighed.usual, unlikeliness=sure,
            complaints=tuple(member.complaint_id for member in members),
        )  # fmt: skip

    def _same(self, surge: Surge) -> int | None:
        """Return the going surge that this is another side of."""
        for number, going in self.going.items():
            shared = sum(one in going.members for one in surge.complaints)
            if shared >= SAME * min(len(surge.complaints), max(1, len(going.members))):
                return number
        return None

    def _widen(self, number: int, found: Surge) -> bool:
        """Know a surge by one more sign, if that finds more of it; False when it does not."""
        going = self.going[number]
        fresh = [one for one in found.complaints if one not in going.members]
        if len(fresh) < _NEW * len(found.complaints) or len(going.surge.signs) == _MOST_SIGNS:
            return False
        signs = going.surge.signs
        # A matter as a whole says less than a word does: what else happens in it is not drawn in.
        if found.signs[0].word is None and any(sign.word is not None for sign in signs):
            return False
        signs = (*signs, *found.signs)
        going.shares |= {sign: self._memory.counts.share(key_of(sign)) for sign in found.signs}
        customers = max(going.surge.customers, found.customers)
        going.surge = replace(going.surge, signs=signs, customers=customers)
        for observation in self._memory.among(frozenset(fresh)):
            going.members[observation.complaint_id] = observation.at
        return True


def _sure(raised: Raised) -> float:
    return unlikeliness(raised.count, usual=raised.usual, seen=raised.seen)


def _belongs(surge: Surge, observation: Observation) -> bool:
    return any(shows(sign, observation) for sign in surge.signs)
