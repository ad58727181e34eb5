"""A simulation tells of every complaint what the rulebook would decide of it if it came, however they are divided."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.router.domain.comparing import Comparison
from services.router.usecases.compare_decisions import Row, compare_decisions
from services.router.usecases.deciding import ByRulebook, Judgement
from shared.contracts.received import MessageReceived
from shared.rulebook.bundle import laid_out, loaded_from
from tests.integration.router.stories import said
from tests.support.rulebook_editions import DEFAULT, NAMED, edition, with_rules
from tests.unit.router.corpus import COMPLAINTS, DANGEROUS, HARMLESS

TEXTS = [text for *_, text in COMPLAINTS] + list(DANGEROUS + HARMLESS)


ANOTHER = with_rules(edition("other", desk="operations"), NAMED)

MORE = ("", " Fire!", " grazie", "😡", " 1.284,60 €", " $2000", " Ordine AB-44821, divano.")


@st.composite
def complaints(draw: st.DrawFn) -> tuple[MessageReceived, int]:
    """Draw a message and how many complaints of its sender there are."""
    message = said(
        draw(st.sampled_from(TEXTS)) + draw(st.sampled_from(MORE)),
        id_=str(draw(st.integers(0, 10_000))),
        account=draw(st.sampled_from(["care", "shop"])),
        channel=draw(st.sampled_from(["email", "facebook_page"])),
        public=draw(st.booleans()),
        segment=draw(st.sampled_from(["consumer", "business"])),
        automatic=draw(st.sampled_from([None, "a header"])),
        outcome_sought=draw(st.sampled_from([None, "refund"])),
        language=draw(st.sampled_from([None, "it", "de"])),
        order_reference=draw(st.sampled_from([None, "AB-1"])),
    )
    return message, draw(st.integers(1, 5))


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("candidate")
    laid_out(ANOTHER, folder)
    return folder


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("present")
    laid_out(edition("present"), folder)
    return folder


PRESENT = ByRulebook(rulebook=loaded_from(edition("present")))
OTHER = ByRulebook(rulebook=loaded_from(ANOTHER))


def row(message: MessageReceived, said_of_it: Judgement) -> Row:
    bodies = msgspec.json.encode(message).decode(), msgspec.json.encode(said_of_it.decision).decode()
    return message.reference, *bodies, said_of_it.outcome_sought


@given(st.lists(complaints(), max_size=8), st.integers(0, 8), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_simulated_is_what_would_be_decided(
    present: Path, candidate: Path, drawn: list[tuple[MessageReceived, int]], cut: int, again: bool
) -> None:
    judged = [(message, PRESENT(message, contacts=n), OTHER(message, contacts=n)) for message, n in drawn]
    live = [(message, was.decision, other.decision) for message, was, other in judged]
    rows = [row(message, was) for message, was, _ in judged]
    # By the rulebook in force, whose readings are taken over, and by another, where each text is read again.
    in_force = present if again else DEFAULT
    whole = compare_decisions(rows, in_force=in_force, candidate=candidate)
    moved = [(was.queue, other.queue) for _, was, other in live if was.queue != other.queue]
    assert (whole.complaints, whole.moved) == (len(live), len(moved))
    assert sorted(whole.ways["queue"].elements()) == sorted(moved)
    policies = [(was.policy, other.policy) for _, was, other in live if was.policy != other.policy]
    assert sorted(whole.ways["policy"].elements()) == sorted(policies)
    parts = Comparison()
    for some in (rows[cut:], rows[:cut]):
        parts.include(compare_decisions(some, in_force=in_force, candidate=candidate))
    assert parts.told() == whole.told()


def test_the_same_rulebook_moves_nobody_and_what_cannot_be_read_is_counted() -> None:
    rows = [row(m, PRESENT(m)) for m in (said(text, id_=str(n)) for n, text in enumerate(TEXTS))]
    found = compare_decisions([*rows, ("BAD", "{", "{}", None)], in_force=DEFAULT, candidate=DEFAULT).told()
    assert {key: found[key] for key in ("complaints", "moved", "other_dates", "unreadable")} == {
        "complaints": len(TEXTS), "moved": 0, "other_dates": 0, "unreadable": 1,
    }  # fmt: skip
    assert found["queues"] == found["policies"] == []


def test_other_terms_of_the_same_policy_are_other_dates(tmp_path: Path) -> None:
    files = edition("longer")
    policy = "policies/retail.default.yaml"
    assert "15 business_days" in files[policy]
    files[policy] = files[policy].replace("15 business_days", "16 business_days")
    laid_out(files, tmp_path)
    message = said("My parcel is late and nobody tells me where it is.", id_="1")
    found = compare_decisions([row(message, PRESENT(message))], in_force=DEFAULT, candidate=tmp_path)
    assert (found.moved, found.other_dates) == (0, 1)


def test_where_other_examples_teach_otherwise_a_text_is_read_again(present: Path, tmp_path: Path) -> None:
    files = edition("untaught")
    del files["examples/it.yaml"]
    laid_out(files, tmp_path)
    candidate = ByRulebook(rulebook=loaded_from(files))
    judged = [(m, PRESENT(m), candidate(m)) for m in (said(text, id_=str(n)) for n, text in enumerate(TEXTS))]
    moved = sum(was.decision.queue != would_be.decision.queue for _, was, would_be in judged)
    assert moved > 0
    rows = [row(message, was) for message, was, _ in judged]
    assert compare_decisions(rows, in_force=present, candidate=tmp_path).moved == moved
