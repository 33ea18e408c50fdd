"""The dense half of the search: cosines between a question and what entries say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.encoder import Encoder, Matrix, Vector
from knowledge.groups import Groups, Rows
from knowledge.metric import Metric
from knowledge.vectors import VectorCache

_NO_LIKENESS = 0.0
"""The cosine that stands for « nothing to compare with »."""

_HEAD, _TAIL = 120, 240
"""Long messages first say who asks, and ask at the end; encoding takes time with each character."""


@dataclass(frozen=True)
class Texts:
    """What is encoded, SMS words written in full: for each entry its phrasings, near-misses and answer."""

    phrasings: Sequence[Sequence[str]]
    not_for: Sequence[Sequence[str]]
    answers: Sequence[str]
    off_topic: Sequence[str]


@dataclass(frozen=True)
class DenseScores:
    """Cosines, one per candidate entry, and the one with the nearest off-topic phrasing."""

    phrasing: Vector
    """The best own phrasing."""
    phrasings: Vector
    """The mean of the three best own phrasings."""
    answer: Vector
    not_for: Vector
    off_topic: float


class DenseIndex:
    """Built once, read by any number of threads."""

    def __init__(self, texts: Texts, vectors: VectorCache, metric: Metric | None) -> None:
        self._metric = metric
        self._phrasings = self._grouped(texts.phrasings, vectors)
        self._not_for = self._grouped(texts.not_for, vectors)
        answers = vectors.encode_passages(texts.answers)
        self._answers = metric.of_answers(answers) if metric and len(answers) else answers
        self._off_topic = self._tuned(vectors.encode_queries(texts.off_topic))
        self.centroids = self._phrasings.centroids()
        """One row per entry: the mean of its phrasings, to find candidates among very many entries."""

    def encode(self, text: str, encoder: Encoder) -> Vector:
        """The vector of a question; of a long one, of its beginning and its end."""
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]} … {text[-_TAIL:]}"
        row: Vector = self._tuned(encoder.encode_queries([text]))[0]
        return row

    def scores(self, question: Vector, candidates: Rows) -> DenseScores:
        """The cosines of some entries (positions in the order they were given)."""
        best, mean = self._phrasings.best(question, candidates)
        off_topic = float((self._off_topic @ question).max()) if len(self._off_topic) else _NO_LIKENESS
        not_for, _ = self._not_for.best(question, candidates)
        return DenseScores(best, mean, self._answers[candidates] @ question, not_for, off_topic)

    def _grouped(self, groups: Sequence[Sequence[str]], vectors: VectorCache) -> _Grouped:
        rows = self._tuned(vectors.encode_queries([text for group in groups for text in group]))
        return _Grouped(rows, [len(group) for group in groups])

    def _tuned(self, rows: Matrix) -> Matrix:
        return self._metric.of_questions(rows) if self._metric and len(rows) else rows


class _Grouped:
    """The rows of each entry's texts, side by side."""

    def __init__(self, rows: Matrix, counts: Sequence[int]) -> None:
        self._rows = rows
        self._groups = Groups(counts)

    def best(self, question: Vector, entries: Rows) -> tuple[Vector, Vector]:
        """For each of the entries the best cosine, and the mean of the best three."""
        texts = self._groups.texts(entries)
        rows = self._rows if len(texts) == len(self._rows) else self._rows[texts]
        return self._groups.best(rows @ question if len(rows) else rows[:, 0], entries, _NO_LIKENESS)

    def centroids(self) -> Matrix:
        """The mean row of each group, of length 1."""
        if not len(self._groups.counts):
            return np.zeros((0, 1), np.float32)
        sums = np.add.reduceat(self._rows, self._groups.starts[:-1], axis=0)
        rows: Matrix = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return rows
