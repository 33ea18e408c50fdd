"""Everything that is computed once from the entries, and the features of a question against each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.dense import DenseIndex, Texts
from knowledge.encoder import Encoder, Matrix
from knowledge.groups import Rows
from knowledge.letters import LetterIndex
from knowledge.lexical import LexicalIndex, LexicalScores
from knowledge.metric import Metric
from knowledge.normalise import Lexicon, question_key
from knowledge.schema import Entry
from knowledge.vectors import VectorCache

FEATURES = (
    "phrasing",
    "phrasings",
    "answer",
    "bm25",
    "coverage",
    "overlap",
    "letters",
    "letters_three",
    "not_for",
    "not_for_closer",
)
"""What is known of one entry for one question, in the order of the columns of `Candidates.features`."""

EXHAUSTIVE = 1000
"""Up to so many entries every one is looked at closely."""
SHORTLIST = 128
"""From a larger base, so many by each half of the search."""


@dataclass(frozen=True)
class Candidates:
    """The entries worth looking at for one question. `rows` are their positions, one row of `features` each."""

    rows: Rows
    features: Matrix
    off_topic: float
    """The cosine with the nearest off-topic phrasing."""
    known_share: float
    """The share of the question's words, by weight, that the base knows."""
    words: int
    """How many informative words the question has."""
    by_heart: int | None = None
    """Where in `rows` the entry stands that has this very question, give or take spelling."""


class Index:
    """The searchable form of a set of entries; built once, read by any number of threads."""

    def __init__(
        self,
        entries: Iterable[Entry],
        off_topic: Sequence[str],
        lexicon: Lexicon,
        vectors: VectorCache,
        metric: Metric | None = None,
    ) -> None:
        self.entries = tuple(entries)
        self._lexicon = lexicon
        texts = Texts(
            [[lexicon.spell_out(text) for text in (entry.title, *entry.questions)] for entry in self.entries],
            [[lexicon.spell_out(text) for text in entry.not_for] for entry in self.entries],
            [f"{entry.title}. {entry.answer}" for entry in self.entries],
            [lexicon.spell_out(text) for text in off_topic],
        )
        keys = [[question_key(text) for text in own] for own in texts.phrasings]
        bodies = [lexicon.tokens(f"{entry.answer}\n{entry.details or ''}") for entry in self.entries]
        self._lexical = LexicalIndex([[lexicon.informative(key) for key in own] for own in keys], bodies)
        self._letters = LetterIndex(keys)
        self._dense = DenseIndex(texts, vectors, metric)
        self._by_heart = {key: row for row, own in enumerate(keys) for key in own}
        self._refused: dict[str, list[int]] = defaultdict(list)
        for row, near_misses in enumerate(texts.not_for):
            for text in near_misses:
                self._refused[question_key(text)].append(row)

    def candidates(self, text: str, encoder: Encoder) -> Candidates:
        """The features of every entry worth looking at.

        None where the base knows none of the text's informative words: likeness of vectors alone proves nothing.
        """
        text = self._lexicon.spell_out(text)
        key = question_key(text)
        known = self._by_heart.get(key)
        query = self._lexical.query(self._lexicon.informative(key))
        if known is None and not query.tokens:
            return Candidates(np.zeros(0, np.intp), np.zeros((0, len(FEATURES)), np.float32), 0.0, 0.0, 0)
        lexical = self._lexical.scores(query)
        question = self._dense.encode(text, encoder)
        rows = self._shortlist(self._dense.centroids @ question, lexical)
        rows = np.setdiff1d(rows, self._refused.get(key, ()), assume_unique=True)
        if known is not None:
            rows = np.union1d(rows, [known])
        dense = self._dense.scores(question, rows)
        letters, letters_three = self._letters.best(key, rows)
        columns = (
            dense.phrasing,
            dense.phrasings,
            dense.answer,
            lexical.bm25[rows],
            lexical.coverage[rows],
            lexical.overlap[rows],
            letters,
            letters_three,
            dense.not_for,
            np.maximum(dense.not_for - dense.phrasing, 0),
        )
        features = np.stack(columns, axis=1).astype(np.float32)
        by_heart = None if known is None else int(np.flatnonzero(rows == known)[0])
        return Candidates(rows, features, dense.off_topic, query.known_share, len(query.tokens), by_heart)

    def _shortlist(self, likeness: Matrix, lexical: LexicalScores) -> Rows:
        if len(self.entries) <= EXHAUSTIVE:
            return np.arange(len(self.entries))
        by_dense = np.argpartition(-likeness, SHORTLIST)[:SHORTLIST]
        by_words = np.argpartition(-(lexical.bm25 + lexical.overlap), SHORTLIST)[:SHORTLIST]
        return np.union1d(by_dense, by_words)
