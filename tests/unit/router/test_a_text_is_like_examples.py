"""A text is read by the examples that it is like: as what they are, with the signals that they show."""

from __future__ import annotations

import pytest

from services.router.domain import likeness
from services.router.domain.exemplars import Exemplars, exemplars_of
from services.router.domain.tokens import tokenise
from shared.rulebook.examples import ExamplesFile, LabelledText
from shared.rulebook.load import Rulebook
from tests.corpus.scoring import corpus

EXAMPLES = ExamplesFile.model_validate({
    "language": "en",
    "categories": {
        "delivery": {
            "late": ["The parcel is late", "Still waiting for the sofa", "Delivery delayed again by weeks"],
            "wrong_item": ["You sent the wrong shoes", "This is not the colour that I ordered"],
        },
        "billing": {"duplicate_charge": ["I was charged twice", "The amount was taken two times from my account"]},
        "discrimination": ["They turned me away because of my skin", "Refused for being foreign"],
    },
    "signals": {"legal_threat": ["My solicitor will write to you", "See you in court", "I shall sue you"]},
    "no_signal": ["The tennis court was dirty"],
})  # fmt: skip


@pytest.fixture(scope="module")
def exemplars() -> Exemplars:
    return exemplars_of(EXAMPLES, signals={}, grave=frozenset())


def _likeliest(exemplars: Exemplars, text: str) -> str:
    categories = exemplars.likely(tokenise(text)).categories
    return max(categories, key=categories.__getitem__)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("my parcels were delayed", "delivery"),
        ("CHARGED TWICE!!!", "billing"),
        ("why do you charge me twice", "billing"),
        ("refused because I am foreign", "discrimination"),
    ],
)
def test_inflection_capitals_and_order_do_not_matter(exemplars: Exemplars, text: str, category: str) -> None:
    assert _likeliest(exemplars, text) == category


def test_a_misspelt_word_is_like_the_right_one(exemplars: Exemplars) -> None:
    assert _likeliest(exemplars, "delivrey dellayed") == "delivery"


def test_of_words_that_no_example_holds_nothing_is_told(exemplars: Exemplars) -> None:
    told = exemplars.likely(tokenise("xyzzy qwrt 12"))
    assert max(map(abs, told.categories.values())) == pytest.approx(0, abs=1e-5)
    assert told.signals == ()
    assert exemplars.likely([]).signals == ()


def test_the_subcategory_is_that_of_the_nearest_examples(exemplars: Exemplars) -> None:
    within = exemplars.within(exemplars.likely(tokenise("these are the wrong shoes")), "delivery")
    assert max(within, key=within.__getitem__) == "wrong_item"
    assert exemplars.within(exemplars.likely(tokenise("refused")), "discrimination") == {}


def test_a_signal_is_found_in_whichever_sentence_it_stands(exemplars: Exemplars) -> None:
    noise = "The parcel is late. Still waiting for the sofa. Delivery delayed again. "
    assert exemplars.likely(tokenise(noise + "My solicitor will write to you. " + noise)).signals == ("legal_threat",)
    assert exemplars.likely(tokenise(noise)).signals == ()


def test_the_words_that_spoke_are_named_and_never_one_that_few_examples_hold(rulebook: Rulebook) -> None:
    exemplars = exemplars_of(rulebook.examples["en"], signals={}, grave=frozenset())
    tokens = tokenise("Giovanna Rossi of Elm Street was charged twice for one invoice")
    told = exemplars.likely(tokens)
    named = [tokens[place] for place in exemplars.words(told, tokens, category="billing")]
    assert {"charged", "twice"} <= set(named)
    assert not {"giovanna", "rossi", "elm", "street"} & set(named)


def test_as_many_words_as_come_are_read_with_bounded_memory(
    exemplars: Exemplars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, "_MOST_WORDS", 50)
    small = Exemplars(tuple(EXAMPLES.labelled()), language="en", like={}, grave=frozenset())
    for number in range(200):
        small.likely(tokenise(f"a{number}x b{number}y parcel"))
    told, expected = (one.likely(tokenise("charged twice for a late parcel")) for one in (small, exemplars))
    assert told.categories == pytest.approx(expected.categories)


def test_rulebooks_with_the_same_examples_learn_once() -> None:
    again = ExamplesFile.model_validate(EXAMPLES.model_dump())
    assert exemplars_of(again, signals={}, grave=frozenset()) is exemplars_of(EXAMPLES, signals={}, grave=frozenset())


def test_every_kind_of_the_taxonomy_has_examples_in_every_language(rulebook: Rulebook) -> None:
    kinds = {
        (code, sub)
        for code, category in rulebook.taxonomy.categories.items()
        for sub in (tuple(category.subcategories) or (None,))
    }
    assert set(rulebook.examples) == set(rulebook.lexicons)
    for language, file in rulebook.examples.items():
        texts = list(file.labelled())
        held = {kind: [one for one in texts if (one.category, one.subcategory) == kind] for kind in kinds}
        assert {kind for kind, some in held.items() if len(some) < 10} == set(), language
        assert len({one.text.casefold() for one in texts}) == len(texts), "no text stands twice"


def test_no_example_is_a_text_of_the_corpus(rulebook: Rulebook) -> None:
    written = {" ".join(tokenise(one.text)) for file in rulebook.examples.values() for one in file.labelled()}
    measured = {" ".join(tokenise(entry["text"])) for part in ("development", "unseen") for entry in corpus(part)}
    assert not written & measured


def test_a_labelled_text_says_what_it_is() -> None:
    assert LabelledText("You sent the wrong shoes", "delivery", "wrong_item") in list(EXAMPLES.labelled())
