from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.loader import Content, load_content
from knowledge.vectors import VectorCache
from tests.answers.peers import Bm25, CharacterTfidf, Peer, SentenceVectors
from tests.knowledge.conftest import SAMPLES, TrigramEncoder


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(SAMPLES)


@pytest.fixture(params=["bm25", "tfidf", "vectors"])
def peer(request: pytest.FixtureRequest, content: Content, tmp_path: Path) -> Peer:
    if request.param == "vectors":
        encoder = TrigramEncoder()
        return SentenceVectors(content, VectorCache(tmp_path, encoder), encoder)
    return Bm25(content) if request.param == "bm25" else CharacterTfidf(content)


def test_own_phrasing_finds_its_entry(peer: Peer, content: Content) -> None:
    for entry in content.entries.values():
        assert peer.rank(entry.questions[0])[0][0] == entry.id


def test_ranking_is_best_first_and_between_0_and_1(peer: Peer) -> None:
    scores = [score for _, score in peer.rank("combien coûte la prépa tsi avec une bourse")]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_question_without_a_known_word_finds_nothing(content: Content) -> None:
    assert Bm25(content).rank("xyzzy") == []
    assert Bm25(content).rank("") == []
