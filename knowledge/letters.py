"""Likeness of spelling: which runs of two to five letters two texts have in common, whatever the words.

TF-IDF over runs of characters inside words, compared by cosine: typing errors, SMS spelling and word endings leave most
runs as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Matrix, Vector
from knowledge.groups import Groups, Rows, spans

_SHORTEST, _LONGEST = 2, 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")
_INVERTED = 50_000
"""Up to so many texts the runs lead to their texts: a whole base is then compared four times as fast."""

Hashes = NDArray[np.uint64]


class LetterIndex:
    """Built once, read by any number of threads."""

    def __init__(self, keys: Sequence[Sequence[str]]) -> None:
        """For each entry the folded words (`question_key`) of its phrasings."""
        self._groups = Groups([len(own) for own in keys])
        flat = [key for own in keys for key in own]
        owners, hashes = _runs(flat)
        self._known, columns = np.unique(hashes, return_inverse=True)
        width = max(len(self._known), 1)
        pairs, times = np.unique(owners * width + columns, return_counts=True)
        rows, columns = pairs // width, (pairs % width).astype(np.int32)
        frequency = np.bincount(columns, minlength=width)
        self._rarity = (np.log((1 + len(flat)) / (1 + frequency)) + 1).astype(np.float32)
        weights = (1 + np.log(times)) * self._rarity[columns]
        lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(flat)))
        weights = (weights / np.maximum(lengths[rows], 1e-9)).astype(np.float32)
        layout = _ByRun if len(flat) <= _INVERTED else _ByText
        self._table = layout(rows, columns, weights, (len(flat), width))

    def best(self, key: str, entries: Rows) -> tuple[Vector, Vector]:
        """For each of the entries the cosine of its most alike phrasing, and the mean of the three most alike."""
        cosines = self._table.products(self._vector(key), self._groups.texts(entries))
        return self._groups.best(cosines, entries, 0.0)

    def _vector(self, key: str) -> Vector:
        vector = np.zeros(len(self._rarity), np.float32)
        hashes, times = np.unique(_runs([key])[1], return_counts=True)
        places = np.minimum(np.searchsorted(self._known, hashes), max(len(self._known) - 1, 0))
        if not len(self._known) or not len(hashes):
            return vector
        known = self._known[places] == hashes
        weights = 1 + np.log(times)
        vector[places[known]] = weights[known] * self._rarity[places[known]]
        length = np.sqrt((vector**2).sum() + (weights[~known] ** 2).sum() * self._rarity.max() ** 2)
        unit: Vector = vector / max(float(length), 1e-9)
        return unit


class _ByRun:
    """A table of weights, a row a text and a column a run: for each run the texts that have it."""

    def __init__(self, rows: Rows, columns: NDArray[np.int32], weights: Matrix, shape: tuple[int, int]) -> None:
        order = np.argsort(columns, kind="stable")
        self._texts, self._weights = rows[order].astype(np.int32), weights[order]
        self._height, width = shape
        self._sizes = np.bincount(columns, minlength=width)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)[:-1]])

    def products(self, question: Vector, texts: Rows) -> Matrix:
        """The product of a question with each of these texts."""
        runs = np.flatnonzero(question)
        sizes = self._sizes[runs]
        places = spans(self._starts[runs], sizes)
        shares = self._weights[places] * np.repeat(question[runs], sizes)
        return np.bincount(self._texts[places], shares, minlength=self._height)[texts].astype(np.float32)


class _ByText:
    """The same table: for each text its runs. A few texts of very many are so looked at alone."""

    def __init__(self, rows: Rows, columns: NDArray[np.int32], weights: Matrix, shape: tuple[int, int]) -> None:
        self._columns, self._weights = columns, weights
        self._sizes = np.bincount(rows, minlength=shape[0]).astype(np.intp)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.intp)

    def products(self, question: Vector, texts: Rows) -> Matrix:
        """The product of a question with each of these texts."""
        sizes = self._sizes[texts]
        places = spans(self._starts[texts], sizes)
        products = self._weights[places] * question[self._columns[places]]
        cosines: Matrix = np.zeros(len(texts), np.float32)
        filled = np.flatnonzero(sizes)
        if len(filled):
            cosines[filled] = np.add.reduceat(products, (np.cumsum(sizes) - sizes)[filled])
        return cosines


def _runs(keys: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """Every run of letters of every text: the text's position, and a hash of the run.

    A run lies inside one word; the spaces around the word count as letters of it.
    """
    texts = [f" {key} " for key in keys]
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    spaces = letters == _SPACE
    found_owners, found = [], []
    hashes = letters.copy()
    inside = np.ones(len(letters), bool)
    for length in range(_SHORTEST, _LONGEST + 1):
        size = len(letters) - length + 1
        if size <= 0:
            break
        hashes = hashes[:size] * _FACTOR + letters[length - 1 :]
        if length > _SHORTEST:
            inside = inside[:size] & ~spaces[length - 2 : length - 2 + size]
        whole = inside[:size] & (owners[:size] == owners[length - 1 :])
        whole &= ~(spaces[:size] & spaces[length - 1 :]) | (length > _SHORTEST)
        found.append((hashes[whole] ^ np.uint64(length)) * _FACTOR)
        found_owners.append(owners[:size][whole])
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    return np.concatenate(found_owners).astype(np.int64), np.concatenate(found)
