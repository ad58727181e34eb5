"""Ids and references are computed, so a retry names the same thing."""

from __future__ import annotations

import uuid

from shared import ids


def test_a_reference_has_nine_characters_that_nobody_mistakes() -> None:
    for _ in range(2_000):
        reference = ids.reference(uuid.uuid4())
        assert len(reference) == 9
        assert set(reference) <= set(ids.REFERENCE_ALPHABET)
    assert not set("ILOU01") & set(ids.REFERENCE_ALPHABET)


def test_references_spread_over_the_whole_alphabet() -> None:
    letters = "".join(ids.reference(uuid.UUID(int=n)) for n in range(5_000))
    counts = [letters.count(letter) for letter in ids.REFERENCE_ALPHABET]
    assert min(counts) > 0.85 * len(letters) / 30
    assert max(counts) < 1.15 * len(letters) / 30


def test_the_same_message_opens_the_same_complaint_and_another_attempt_another_reference() -> None:
    first = ids.message_id(account="shop", provider_message_id="m1")
    assert first == ids.message_id(account="shop", provider_message_id="m1")
    assert first != ids.message_id(account="shop2", provider_message_id="m1")
    assert ids.complaint_id(first) == ids.complaint_id(first) != first
    assert ids.reference(first, attempt=1) != ids.reference(first)


def test_neighbouring_parts_do_not_run_into_each_other() -> None:
    assert ids.message_id(account="a", provider_message_id="bc") != ids.message_id(
        account="ab", provider_message_id="c"
    )
    assert ids.event_id("a", "bc") != ids.event_id("ab", "c")
