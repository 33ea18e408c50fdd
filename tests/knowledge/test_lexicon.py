"""The safety lexicon of the content, measured on invented messages and tried on any text at all."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from knowledge.lexicon import CARD_LIMIT, CARD_OPENING, Lexicon, load_lexicon

CONTENT = Path(__file__).parents[2] / "knowledge" / "content" / "securite.yml"
MESSAGES = Path(__file__).parent / "securite"

NUMBERS = {
    "danger": ["15", "17", "112", "114", "3114"],
    "suicide": ["3114", "15", "112", "114", "0 800 235 236"],
    "violence_sexuelle": ["119", "17", "112", "114", "3919", "0 800 235 236"],
    "violence_couple": ["119", "3919", "17", "112", "114"],
    "violence_famille": ["119", "17", "112", "114"],
    "harcelement": ["3018", "17", "112", "114", "3114"],
    "fugue": ["119", "17", "112", "114", "0 800 235 236"],
    "detresse": ["0 800 235 236", "3114"],
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon(CONTENT)


@cache
def messages(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load((MESSAGES / f"{name}.yml").read_text(encoding="utf-8")))


def alarming(name: str) -> list[tuple[str, str]]:
    return [(category, text) for category, texts in messages(name)["alerte"].items() for text in texts]


def harmless(name: str) -> list[str]:
    asked = messages(name)["personne"]
    return [*messages(name)["rien"], *asked["oui"], *asked["non"]]


def flagged(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if lexicon().safety(text) is not None]


def missed(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if lexicon().safety(text) is None]


def category_of(text: str) -> str | None:
    match = lexicon().safety(text)
    return match and match.category


def test_every_tuning_message_gets_the_card_of_its_category() -> None:
    found = [
        (text, match and match.category) for _, text in alarming("reglage") if (match := lexicon().safety(text), 1)
    ]
    assert found == [(text, category) for category, text in alarming("reglage")]


def test_no_harmless_tuning_message_gets_a_card() -> None:
    assert flagged(harmless("reglage")) == []


def test_indirect_wordings_get_a_card_and_their_lookalikes_none() -> None:
    assert missed(messages("variantes")["alerte"]) == []
    assert flagged(messages("variantes")["rien"]) == []


def test_messages_kept_aside_are_recognised() -> None:
    texts = [text for _, text in alarming("reserve")]
    assert len(missed(texts)) <= 0.06 * len(texts)


def test_harmless_messages_kept_aside_rarely_get_a_card() -> None:
    assert len(flagged(harmless("reserve"))) <= 0.02 * len(harmless("reserve"))


@pytest.mark.parametrize("name", ["reglage", "reserve"])
def test_asking_for_a_person_is_heard_and_little_else(name: str) -> None:
    asked, other = messages(name)["personne"]["oui"], [*messages(name)["personne"]["non"], *messages(name)["rien"]]
    assert [text for text in asked if not lexicon().asks_person(text)] == []
    assert len([text for text in other if lexicon().asks_person(text)]) <= 0.02 * len(other)


def test_a_real_call_beside_a_joke_still_counts() -> None:
    match = lexicon().safety("mdr jsuis mort de rire mais en vrai jveux mourir")
    assert match is not None and match.category == "suicide"


def test_the_gravest_category_wins() -> None:
    match = lexicon().safety("j'en peux plus, on me harcèle au lycée et je veux mourir")
    assert match is not None and match.category == "suicide"


def test_irritation_with_a_tool_is_no_distress_but_exhaustion_is() -> None:
    assert lexicon().safety("j'en peux plus de parcoursup") is None
    match = lexicon().safety("j'en peux plus du lycée")
    assert match is not None and match.category == "detresse"


@pytest.mark.parametrize("category", NUMBERS)
def test_cards_are_short_warm_and_carry_their_numbers(category: str) -> None:
    card = next(match.card for match in lexicon().matches if match.category == category)
    assert card.text.startswith(CARD_OPENING)
    assert len(card.text) <= CARD_LIMIT
    assert "une personne de l'équipe" in card.text
    assert [number for number in NUMBERS[category] if not re.search(rf"(?<!\d){number}(?!\d)", card.text)] == []
    assert card.sources


def test_every_category_is_expected() -> None:
    assert {match.category for match in lexicon().matches} == set(NUMBERS)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_text_is_answered(text: str) -> None:
    assert category_of(text) in {None, *NUMBERS}
    assert lexicon().asks_person(text) in {True, False}


TEXTS = st.sampled_from([text for name in ("reglage", "reserve") for _, text in alarming(name)] + harmless("reglage"))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_case_and_accents_do_not_matter(text: str) -> None:
    bare = text.translate(str.maketrans("àâéèêëîïôùûüçÀÉ", "aaeeeeiiouuucAE"))
    assert category_of(text.upper()) == category_of(text) == category_of(bare)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.data())
def test_lengthened_letters_and_extra_spaces_do_not_matter(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    stretched = text[: place + 1] + text[place] * 4 + text[place + 1 :] if text[place].isalpha() else text
    assert category_of(stretched) == category_of(text)
    assert category_of("  " + stretched.replace(" ", "   ") + " \n") == category_of(text)


def test_the_longest_message_is_read_quickly() -> None:
    text = ("mon père me dit que je peux aller en prépa et moi je veux aller en but " * 60)[:4096]
    started = time.perf_counter()
    lexicon().safety(text)
    assert time.perf_counter() - started < 1.0
