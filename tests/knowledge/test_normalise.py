from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import Lexicon, fold, load_lexicon, question_key, words
from tests.knowledge.conftest import SAMPLES

PROJECT = Path("knowledge/content")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(PROJECT)


def test_accents_ligatures_capitals_and_long_letters_are_folded() -> None:
    assert fold("ÉCOLE d’INGÉ, cœur, ouiiiii") == "ecole d'inge, coeur, oui"


def test_acronym_of_one_letter_stays() -> None:
    assert fold("BBB ou bbbien") == "bbb ou bien"


def test_figures_keep_their_zeros() -> None:
    assert fold("1000 €") == "1000 €"


def test_elided_words_stay_apart() -> None:
    assert words("J'ai qu'une école") == ["j'", "ai", "qu'", "une", "ecole"]


def test_the_same_question_typed_differently_has_one_key() -> None:
    assert question_key("C’est quoi, la PRÉPA ?!") == question_key("c'est quoi la prepa")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c koi la prépa tsi", "c'est quoi la prépa tsi"),
        ("jpeu fair ingé avc un bac", "je peux fair ingénieur avec un bac"),
        ("C'est koi", "C'est quoi"),
        ("cb ça coute pr un boursier", "combien ça coute pour un boursier"),
    ],
)
def test_sms_is_spelt_out(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert lexicon.spell_out(typed) == meant


def test_words_in_full_and_their_acronym_are_the_same_token(lexicon: Lexicon) -> None:
    assert lexicon.tokens("institut universitaire de technologie de Marseille") == lexicon.tokens("IUT Marseille")


def test_empty_words_are_left_out(lexicon: Lexicon) -> None:
    assert lexicon.tokens("c koi la") == []


def test_no_sms_word_hides_an_acronym(lexicon: Lexicon) -> None:
    assert not set(lexicon.sms) & set(lexicon.acronyms)


def test_the_project_knows_at_least_sixty_acronyms(lexicon: Lexicon) -> None:
    assert len(lexicon.acronyms) >= 60


@given(st.text(max_size=1500))
def test_any_text_is_normalised_without_error(text: str) -> None:
    lexicon = load_lexicon(SAMPLES)
    spelt_out = lexicon.spell_out(text)
    assert "\0" not in spelt_out
    assert spelt_out.encode() == spelt_out.encode("utf-8", "replace")
    assert not {"", *lexicon.tokens(text)} & {"le", "la", "est"}
