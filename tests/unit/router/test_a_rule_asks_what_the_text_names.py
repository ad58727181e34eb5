"""Rules ask for sums, orders and products that a text names; what is personal no rule is told, and no reason tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.router.usecases.check_rulebook import check_folder
from services.router.usecases.deciding import ByRulebook
from shared.rulebook.bundle import laid_out, loaded_from
from shared.rulebook.load import Rulebook
from tests.integration.router.stories import NOON, said
from tests.support.rulebook_editions import NAMED, edition, with_rules

JUDGE = ByRulebook(rulebook=loaded_from(with_rules(edition("named"), NAMED)))
DEAR = "Il divano da 1.284,60 € è rotto, ne ho pagati altri 49,90 € di consegna."


@pytest.mark.parametrize(
    ("text", "fields", "rule"),
    [
        (DEAR, {}, "dear"),
        ("The wardrobe for $1,284.60 is broken.", {}, None),
        ("The wardrobe for £2,000 cost me 30 € of delivery and is broken.", {}, None),
        ("Il divano dell'ordine AB-44821 è rotto.", {}, "ordered-sofa"),
        ("Il divano è rotto.", {"order_reference": "44821"}, "ordered-sofa"),
        ("Il divano è rotto.", {}, None),
        ("L'armadio dell'ordine AB-44821 è rotto.", {}, None),
        ("Il divano è rotto.\n\nIl 3 marzo Anna ha scritto:\n> ordine AB-44821, 5000 €", {}, None),
        ("È rotto.", {"subject": "Divano, ordine AB-44821"}, "ordered-sofa"),
        ("9" * 200_000 + " €", {}, None),
    ],
)
def test_a_rule_asks_for_what_is_named(text: str, fields: dict[str, Any], rule: str | None) -> None:
    decided = JUDGE(said(text, id_="1", **fields)).decision.because.rule
    assert decided == rule if rule else decided not in {"dear", "ordered-sofa"}


def test_the_reason_tells_the_facts_and_no_sum() -> None:
    decision = JUDGE(said(DEAR, id_="1")).decision
    facts = {"category": decision.category, "amount": "said", "currency": "EUR"}
    assert decision.because.facts == facts
    assert "1284" not in msgspec.json.encode(decision).decode()
    ordered = JUDGE(said("Il divano dell'ordine AB-44821 è rotto.", id_="1")).decision
    assert (ordered.because.facts["has_order"], ordered.because.facts["products"]) == (True, ["divan"])
    assert "44821" not in msgspec.json.encode(ordered).decode()


def test_the_check_tells_a_product_that_no_lexicon_names(tmp_path: Path) -> None:
    rule = """  - id: submarines
    title: Submarines
    when: '"submarine" in complaint.products'
    then: {queue: field}

"""
    laid_out(with_rules(edition("sunk"), rule), tmp_path)
    assert [p.what for p in check_folder(tmp_path, today=NOON.date()).problems if "submarine" in p.what] == [
        "no such product `submarine`"
    ]


def test_tests_of_a_rulebook_try_what_is_named(tmp_path: Path) -> None:
    files = with_rules(edition("tried"), NAMED)
    tests = f"""
  - id: much-money
    given: {{text: "{DEAR}"}}
    expect: {{rule: dear, queue: complaints_lead}}
  - id: little-money
    given: {{text: "Il divano da 84,60 € è rotto."}}
    expect: {{rule: dear}}
"""
    files["tests.yaml"] = files["tests.yaml"].rstrip() + tests
    laid_out(files, tmp_path)
    told = [problem.what for problem in check_folder(tmp_path, today=NOON.date()).problems]
    assert not any("much-money" in what for what in told)
    assert any("little-money" in what for what in told)


def test_products_have_names_or_are_called_as_they_are_listed() -> None:
    files = with_rules(edition("grouped"), NAMED.replace('"divan"', '"seat"'))
    italian = files["lexicon/it.yaml"]
    listed = italian[italian.index("products: [") : italian.index("]", italian.index("products: [")) + 1]
    files["lexicon/it.yaml"] = italian.replace(listed, "products:\n  seat: [divan*, poltron*]\n  bed: [letto, letti]")
    rulebook: Rulebook = loaded_from(files)
    assert rulebook.lexicons["it"].products == {"seat": ("divan*", "poltron*"), "bed": ("letto", "letti")}
    assert rulebook.lexicons["en"].products["washing machine"] == ("washing machine",)
    decision = ByRulebook(rulebook=rulebook)(said("La poltrona dell'ordine AB-44821 è rotta.", id_="1")).decision
    assert decision.because.facts["products"] == ["seat"]
