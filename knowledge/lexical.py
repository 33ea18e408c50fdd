"""The lexical half of the search: BM25 over entries, and how much of a question's words an entry knows."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.spelling import Speller

Scores = NDArray[np.float32]
_MISSPELT_CREDIT = 0.75
"""What a word that was only found by correcting it counts for."""


@dataclass(frozen=True)
class LexicalScores:
    """One value per entry, each from 0 to about 1."""

    bm25: Scores
    """BM25, divided by the weight of the question's words."""
    coverage: Scores
    """The share of the question's words, by weight, that stand anywhere in the entry."""
    overlap: Scores
    """The best likeness, by weight of common words, with one of the entry's own phrasings."""


@dataclass(frozen=True)
class Query:
    """A question's words as the index knows them: token, credit (1, or less where it was corrected)."""

    tokens: tuple[tuple[str, float], ...]
    weight: float
    """The sum of the weights of all words, those that the index does not know included."""
    known_share: float
    """The share of that weight that the index knows."""


class LexicalIndex:
    """Built once, read by any number of threads."""

    def __init__(self, phrasings: Sequence[Sequence[list[str]]], bodies: Sequence[list[str]]) -> None:
        """For each entry the tokens of each of its phrasings, and those of its text."""
        self._size = len(bodies)
        documents = [[*_flat(own), *body] for own, body in zip(phrasings, bodies, strict=True)]
        self._entries_with = _postings(enumerate(documents))
        self._idf = {
            token: math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))
            for token, rows in self._entries_with.items()
        }
        self._idf_unknown = math.log(1 + (self._size + 0.5) / 0.5)
        self._owner = np.repeat(np.arange(self._size), [len(own) for own in phrasings])
        flat = [tokens for own in phrasings for tokens in own]
        self._phrasings_with = _postings(enumerate(flat))
        self._phrasing_weight = np.array([sum(self._idf[t] for t in set(tokens)) for tokens in flat], np.float32)
        self._starts = np.searchsorted(self._owner, np.arange(self._size))
        self._speller = Speller(Counter({token: len(rows) for token, rows in self._entries_with.items()}))
        self._bm25 = bm25s.BM25(method="lucene")
        if any(documents):
            self._bm25.index(documents, show_progress=False)

    def query(self, tokens: Sequence[str]) -> Query:
        """The tokens as the index knows them, misspelt ones corrected."""
        matched: dict[str, float] = {}
        weight = 0.0
        for token in dict.fromkeys(tokens):
            known, credit = (token, 1.0) if token in self._idf else (self._speller.nearest(token), _MISSPELT_CREDIT)
            weight += self._idf[known] if known else self._idf_unknown
            if known:
                matched[known] = max(credit, matched.get(known, 0.0))
        covered = sum(self._idf[token] * credit for token, credit in matched.items())
        return Query(tuple(matched.items()), weight, covered / weight if weight else 0.0)

    def scores(self, query: Query) -> LexicalScores:
        """The three scores of every entry."""
        if not query.tokens or not self._size:
            zeros = np.zeros(self._size, np.float32)
            return LexicalScores(zeros, zeros, zeros)
        coverage = np.zeros(self._size, np.float32)
        common = np.zeros(len(self._owner), np.float32)
        for token, credit in query.tokens:
            coverage[self._entries_with[token]] += self._idf[token] * credit
            rows = self._phrasings_with.get(token)
            if rows is not None:
                common[rows] += self._idf[token] * credit
        union = np.maximum(self._phrasing_weight + query.weight - common, 1e-6)
        overlap = np.maximum.reduceat(common / union, self._starts)
        bm25 = self._bm25.get_scores([token for token, _ in query.tokens]) / (2.5 * query.weight)
        return LexicalScores(bm25.astype(np.float32), coverage / query.weight, overlap)


def _flat(lists: Iterable[list[str]]) -> Iterable[str]:
    return (token for tokens in lists for token in tokens)


def _postings(documents: Iterable[tuple[int, Sequence[str]]]) -> dict[str, NDArray[np.int32]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, tokens in documents:
        for token in set(tokens):
            found[token].append(number)
    return {token: np.array(rows, np.int32) for token, rows in found.items()}
