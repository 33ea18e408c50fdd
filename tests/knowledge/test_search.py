from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import KnowledgeBase, Outcome, open_base
from knowledge.index import Index
from knowledge.loader import load_content
from knowledge.vectors import VectorCache
from tests.knowledge.conftest import SAMPLES, TrigramEncoder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The three samples behind the real encoder."""
    return open_base(SAMPLES, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("C'EST QUOI LA PREPA TSI ???", "prepa-tsi"),
        ("c koi un but", "le-but"),
        ("comment avoir la bourse du crous", "bourse"),
        ("demander une bourss crous", "bourse"),
    ],
)
def test_question_finds_its_entry(base: KnowledgeBase, question: str, entry: str) -> None:
    result = base.search(question)
    assert result.outcome is not Outcome.UNKNOWN
    assert result.hits[0].entry.id == entry


def test_own_question_is_always_answered(base: KnowledgeBase) -> None:
    for entry in base.entries.values():
        for question in entry.questions:
            result = base.search(question.upper())
            assert result.outcome is Outcome.ANSWER, question
            assert result.hits[0].entry.id == entry.id


@pytest.mark.parametrize("question", ["recette de la tarte aux pommes", "kan joue lom", "qui est le roi d'espagne"])
def test_out_of_scope_is_not_answered(base: KnowledgeBase, question: str) -> None:
    assert base.search(question).outcome is not Outcome.ANSWER


@pytest.mark.parametrize("question", ["prépa TPC", "PREPA TPC ?", "prépa intégrée en école d’ingénieurs"])
def test_not_for_never_gets_that_entry(base: KnowledgeBase, question: str) -> None:
    assert "prepa-tsi" not in [hit.entry.id for hit in base.search(question).hits]


@pytest.mark.parametrize(
    "question", ["", "  ", "😀😀", "你好", "???", "\ud800", "\0", "le la de", "a" * 100_000, "x " * 3000]
)
def test_odd_questions_are_unknown_and_never_raise(base: KnowledgeBase, question: str) -> None:
    result = base.search(question)
    assert result.outcome is Outcome.UNKNOWN
    assert result.hits == ()


def test_limit_is_kept_and_scores_fall(base: KnowledgeBase) -> None:
    result = base.search("c koi la prépa tsi", limit=2)
    assert len(result.hits) == 2
    assert 1 >= result.hits[0].score >= result.hits[1].score >= 0


def test_many_threads_get_the_same_answers(base: KnowledgeBase) -> None:
    questions = [f"{question} {number}" for number in range(8) for question in ("prépa tsi", "bourse crous", "le but")]
    alone = [base.search(question) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(base.search, questions)) == alone


@given(text=st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_searched_without_error(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    index = _trigram_index(tmp_path_factory)
    candidates = index.candidates(text, TrigramEncoder())
    assert np.isfinite(candidates.features).all()
    assert len(candidates.rows) == len(candidates.features) <= 3


def test_base_without_entries_knows_nothing(content_dir: Path, encoder: TrigramEncoder, tmp_path: Path) -> None:
    content = load_content(content_dir)
    index = Index([], content.off_topic, content.lexicon, VectorCache(tmp_path, encoder))
    assert len(index.candidates("c koi la prépa tsi", encoder).rows) == 0


def test_very_large_base_looks_closely_at_few(content_dir: Path, encoder: TrigramEncoder, tmp_path: Path) -> None:
    content = load_content(content_dir)
    sample = content.entries["le-but"]
    many = [
        sample.model_copy(
            update={"id": f"e-{n}", "title": f"Sujet {n}", "questions": (f"question {n}", f"le sujet {n}")}
        )
        for n in range(2000)
    ]
    index = Index(many, (), content.lexicon, VectorCache(tmp_path, encoder))
    candidates = index.candidates("le sujet 345 stp", encoder)
    assert len(candidates.rows) < 300
    assert 345 in candidates.rows


_indexes: list[Index] = []


def _trigram_index(factory: pytest.TempPathFactory) -> Index:
    if not _indexes:
        content = load_content(SAMPLES)
        vectors = VectorCache(factory.mktemp("trigrams"), TrigramEncoder())
        _indexes.append(Index(content.entries.values(), content.off_topic, content.lexicon, vectors))
    return _indexes[0]
