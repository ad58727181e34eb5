"""The signs by which complaints of one cause are alike, and the keys under which they are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.router.domain.surges.observed import Observation

Key = str

_APART: Final = "\x1f"
_WITHIN: Final = f"w{_APART}"
_ACCOUNT: Final = f"c{_APART}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What complaints have in common: a matter, a word, or a matter with a word or an account."""

    topic: str | None = None
    account: str | None = None
    word: str | None = None


def keys_of(observation: Observation, words: Iterable[str]) -> list[Key]:
    """Return the keys under which a complaint with these words is counted."""
    topic, account = observation.topic, observation.account
    within = f"{_WITHIN}{topic}{_APART}"
    keys = [f"t{_APART}{topic}", f"{_ACCOUNT}{account}", f"a{_APART}{topic}{_APART}{account}"]
    for word in words:
        keys += (word, within + word)
    return keys


def sign_of(key: Key) -> Sign:
    """Return what complaints that are counted under a key have in common."""
    match key.split(_APART):
        case ["t", topic]:
            return Sign(topic=topic)
        case ["a", topic, account]:
            return Sign(topic=topic, account=account)
        case ["w", topic, word]:
            return Sign(topic=topic, word=word)
        case _:
            return Sign(word=key)


def key_of(sign: Sign) -> Key:
    """Return the key under which complaints with a sign are counted: `sign_of` turned round."""
    if sign.topic is None:
        return sign.word or ""
    if sign.word is not None:
        return f"{_WITHIN}{sign.topic}{_APART}{sign.word}"
    if sign.account is not None:
        return f"a{_APART}{sign.topic}{_APART}{sign.account}"
    return f"t{_APART}{sign.topic}"


def parents_of(key: Key) -> tuple[Key, ...]:
    """Return the keys that a key is a part of; when they rise as a whole, it rises with them and says nothing."""
    sign = sign_of(key)
    if sign.topic is None or (sign.word is None and sign.account is None):
        return ()
    topic = key_of(Sign(topic=sign.topic))
    return (topic,) if sign.account is None else (topic, f"{_ACCOUNT}{sign.account}")


def speaks(key: Key) -> bool:
    """Whether complaints that are counted under a key may have a cause in common; an account alone is none."""
    return not key.startswith(_ACCOUNT)


def is_narrow(key: Key) -> bool:
    """Whether a key says no more than that a word was said in a matter; such keys are many, and each word stands alone
    too."""
    return key.startswith(_WITHIN)


def shows(sign: Sign, observation: Observation) -> bool:
    """Whether a complaint shows the sign."""
    return (
        (sign.topic is None or sign.topic == observation.topic)
        and (sign.account is None or sign.account == observation.account)
        and (sign.word is None or sign.word in observation.words)
    )
