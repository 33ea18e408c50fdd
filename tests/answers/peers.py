"""What else one would take: each ranks the entries for a question by one simple likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Encoder
from knowledge.loader import Content
from knowledge.vectors import VectorCache
from tests.answers.job import phrasings_of

DEPTH = 50
"""So many entries are ranked: what comes later is as good as not found."""
_HALF_WAY = 10.0
"""The BM25 score that becomes 0.5."""

Ranking = list[tuple[str, float]]
Scores = NDArray[Any]


class Peer(Protocol):
    """A search that is made of the entries alone; thresholds are chosen for it afterwards."""

    def rank(self, text: str) -> Ranking:
        """Entry ids with a score from 0 to 1, best first, at most DEPTH of them."""


class Bm25:
    """BM25 over title, questions and answer, with our own tokens (abbreviations, stems, stop words)."""

    def __init__(self, content: Content) -> None:
        self._tokens = content.lexicon.tokens
        self._ids = list(content.entries)
        self._index = bm25s.BM25(method="lucene")
        self._index.index(
            [self._tokens(" ".join((*phrasings_of(entry), entry.answer))) for entry in content.entries.values()],
            show_progress=False,
        )

    def rank(self, text: str) -> Ranking:
        tokens = self._tokens(text)
        scores = self._index.get_scores(tokens) if tokens else np.zeros(len(self._ids))
        # BM25 has no upper end, thresholds have: this keeps the order.
        return _ranking(self._ids, scores / (scores + _HALF_WAY))


class CharacterTfidf:
    """TF-IDF over runs of 2 to 5 characters inside words; the cosine with the best phrasing of each entry."""

    def __init__(self, content: Content) -> None:
        # Here, so that it weighs on no other system's memory.
        from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

        self._ids, texts, self._starts = flattened(content)
        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode", sublinear_tf=True, dtype=np.float32
        )
        self._rows = self._vectorizer.fit_transform(texts)

    def rank(self, text: str) -> Ranking:
        cosines = (self._rows @ self._vectorizer.transform([text]).T).toarray().ravel()
        return _ranking(self._ids, np.maximum.reduceat(cosines, self._starts))


class SentenceVectors:
    """The cosine of multilingual-e5-small with the best phrasing of each entry, texts as they are typed."""

    def __init__(self, content: Content, vectors: VectorCache, encoder: Encoder) -> None:
        self._ids, texts, self._starts = flattened(content)
        self._encoder = encoder
        self._rows = vectors.encode_queries(texts)

    def rank(self, text: str) -> Ranking:
        cosines = self._rows @ self._encoder.encode_queries([text])[0]
        return _ranking(self._ids, np.maximum.reduceat(cosines, self._starts))


def flattened(content: Content) -> tuple[list[str], list[str], NDArray[np.intp]]:
    """Entry ids, all phrasings one after the other, and where those of each entry begin."""
    phrasings: Mapping[str, tuple[str, ...]] = {name: phrasings_of(entry) for name, entry in content.entries.items()}
    counts = [len(texts) for texts in phrasings.values()]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
    return list(phrasings), [text for texts in phrasings.values() for text in texts], starts


def _ranking(ids: Sequence[str], scores: Scores) -> Ranking:
    """Best first; an entry with nothing in common is not found."""
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return [(ids[row], min(float(scores[row]), 1.0)) for row in order if scores[row] > 0]
