from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.directory import Directory, Finder, Subject
from knowledge.directory.answers import SHOWN
from knowledge.normalise import Lexicon, fold

_QUESTIONS = Path(__file__).parent


def lines(name: str) -> list[str]:
    return [line for line in (_QUESTIONS / name).read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("text", lines("annuaire.txt"))
def test_list_question_is_recognised(finder: Finder, text: str) -> None:
    assert finder.find(text) is not None


@pytest.mark.parametrize("text", lines("pas-annuaire.txt"))
def test_other_question_is_left_to_the_search(finder: Finder, text: str) -> None:
    assert finder.find(text) is None


@pytest.mark.parametrize(
    ("text", "subject", "criteria"),
    [
        ("kelle ecole dingenieur public a aix apres sti2d", Subject.SCHOOLS, {"place", "sector", "track"}),
        ("écoles d'ingénieurs près de Gardanne", Subject.SCHOOLS, {"place"}),
        ("quels lycées ont le BTS CIEL dans le 84", Subject.ESTABLISHMENTS, {"kind", "formation", "place"}),
        ("quels BTS après STL", Subject.FORMATIONS, {"family", "track"}),
        ("quels concours après un bac techno", Subject.EXAMS, {"track", "level"}),
        ("quelles aides pour les lycéens", Subject.AIDS, {"audience"}),
    ],
)
def test_criteria_are_understood(finder: Finder, text: str, subject: Subject, criteria: set[str]) -> None:
    facets = finder.facets(text)
    assert facets is not None
    assert (facets.subject, set(facets.criteria())) == (subject, criteria)


def test_typing_errors_and_texting_change_nothing(finder: Finder) -> None:
    right = finder.facets("quelles écoles d'ingénieurs en apprentissage à Marseille ?")
    for text in (
        "kelles ecoles dingenieurs en aprentissage a marseile",
        "ECOLES D'INGENIEURS EN APPRENTISAGE MARSEILLE",
    ):
        assert finder.facets(text) == right is not None


def test_toulon_lies_in_the_academie_of_nice(finder: Finder) -> None:
    found = finder.find("où faire une prépa TSI dans l'académie de Nice")
    assert found is not None
    assert any("Toulon" in line for line in found.lines)
    here = finder.find("où faire une prépa TSI dans l'académie d'Aix-Marseille")
    assert here is not None
    assert [line.split(" — ")[0] for line in here.lines] == ["• Lycée Antonin Artaud"]


def test_nothing_is_said_with_what_could_be_dropped_and_never_widened(finder: Finder) -> None:
    found = finder.find("prépa TPC dans l'académie")
    assert found is not None
    assert (found.found, found.lines) == (0, ())
    assert "Je ne connais rien" in found.text
    assert "Sans « dans l'académie d'Aix-Marseille » : j'en connais 5" in found.text
    near = finder.find("quels lycées ont le BTS FED dans le 84")
    assert near is not None
    assert "Dans l'académie d'Aix-Marseille plutôt que « dans le Vaucluse »" in near.text


def test_long_list_is_cut_and_says_so(finder: Finder) -> None:
    found = finder.find("quels lycées ont le BTS CIEL")
    assert found is not None
    assert len(found.lines) == SHOWN < found.found
    assert f"… et {found.found - SHOWN} autres" in found.text
    assert found.sources
    assert "à vérifier sur la carte Parcoursup" in found.text


def test_unknown_apprenticeship_is_never_said_to_be_none(finder: Finder) -> None:
    found = finder.find("écoles d'ingénieurs publiques en apprentissage")
    assert found is not None
    assert all("apprentissage possible" in line for line in found.lines)
    assert "je ne sais pas : demande à l'école" in found.text


def test_acronym_is_said_in_full(finder: Finder) -> None:
    found = finder.find("que veut dire CVEC ?")
    assert found is not None
    assert "CVEC : contribution" in found.text


def test_events_are_never_shown(finder: Finder) -> None:
    assert finder.find("liste des évènements") is None
    assert finder.find("quels ateliers à Marseille") is None


@pytest.mark.parametrize("text", ["", "?", "a" * 5000, "écoles " * 300, "\0", "🎓 écoles 🎓", "ou ou ou"])
def test_no_text_is_too_strange(finder: Finder, text: str) -> None:
    finder.find(text)
    finder.follow_up(text, text)


def test_empty_directories_answer_only_acronyms(lexicon: Lexicon) -> None:
    finder = Finder(Directory(), lexicon)
    assert finder.find("que veut dire CROUS") is not None
    assert finder.find("écoles d'ingénieurs à Marseille") is None


def test_understood_question_is_read_back_the_same(finder: Finder) -> None:
    for text in lines("annuaire.txt"):
        found = finder.find(text)
        assert found is not None
        again = finder.find(found.question)
        assert again is not None, found.question
        assert (again.lines, again.title) == (found.lines, found.title)


SCHOOLS = "écoles d'ingénieurs après STI2D à Marseille"


@pytest.mark.parametrize(
    ("previous", "text", "question"),
    [
        (SCHOOLS, "et à Toulon ?", "écoles d'ingénieurs pour un bac STI2D à Toulon"),
        (SCHOOLS, "et pour les STL ?", "écoles d'ingénieurs pour un bac STL à Marseille"),
        (SCHOOLS, "et en apprentissage ?", "écoles d'ingénieurs en apprentissage pour un bac STI2D à Marseille"),
        (SCHOOLS, "et le prix ?", "prix des écoles d'ingénieurs pour un bac STI2D à Marseille"),
        (SCHOOLS, "et dans le 83", "écoles d'ingénieurs pour un bac STI2D dans le Var"),
        (SCHOOLS, "les publiques ?", "écoles d'ingénieurs publiques pour un bac STI2D à Marseille"),
        ("quels lycées ont le BTS CIEL à Aix", "et le CRSA ?", "quels lycées avec BTS CRSA à Aix-en-Provence"),
        ("où faire une prépa TSI", "et la TB ?", None),
        ("où faire une prépa TSI", "et une prépa TB ?", "quels établissements avec prépa TB"),
        (SCHOOLS, "et les bourses ?", None),
        (SCHOOLS, "et c'est dur ?", None),
        ("c'est quoi une prépa", "et à Toulon ?", None),
        (SCHOOLS, "quels lycées ont le BTS CIEL ?", "quels lycées ont le BTS CIEL ?"),
    ],
)
def test_follow_up_swaps_one_criterion(finder: Finder, previous: str, text: str, question: str | None) -> None:
    assert finder.follow_up(previous, text) == question


def test_follow_ups_go_on(finder: Finder) -> None:
    question: str | None = SCHOOLS
    for text in ("et à Toulon ?", "et pour les STL ?", "et le prix ?", "et à Aix ?"):
        question = finder.follow_up(question or "", text)
    assert question == "prix des écoles d'ingénieurs pour un bac STL à Aix-en-Provence"


def test_prices_are_shown_with_their_year(finder: Finder) -> None:
    found = finder.find("prix des écoles d'ingénieurs pour un bac STI2D à Marseille")
    assert found is not None
    assert "2022-23" in fold(found.text)
