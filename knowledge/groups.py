"""Values of many texts, several of which belong to each entry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Matrix, Vector

Rows = NDArray[np.intp]


class Groups:
    """Texts in a row, those of each entry side by side."""

    def __init__(self, counts: Sequence[int]) -> None:
        """How many texts each entry has."""
        self.counts = np.array(counts, np.intp)
        self.starts = np.concatenate([[0], np.cumsum(self.counts)]).astype(np.intp)

    def texts(self, entries: Rows) -> Rows:
        """The positions of all texts of these entries, entry by entry."""
        return spans(self.starts[entries], self.counts[entries])

    def best(self, values: Matrix, entries: Rows, nothing: float) -> tuple[Vector, Vector]:
        """For each of the entries the best value, and the mean of the best three; `nothing` where it has no text.

        `values` belong to `texts(entries)`.
        """
        counts = self.counts[entries]
        best = np.full(len(entries), nothing, np.float32)
        mean = best.copy()
        filled = np.flatnonzero(counts)
        if len(filled):
            inside = np.arange(counts.max()) < counts[filled][:, None]
            table = np.full(inside.shape, -np.inf, np.float32)
            table[inside] = values
            table = -np.sort(-table, axis=1)[:, :3]
            best[filled] = table[:, 0]
            mean[filled] = np.mean(table, axis=1, where=np.isfinite(table))
        return best, mean


def spans(starts: Rows, lengths: Rows) -> Rows:
    """The whole numbers from each start on, so many of each, one after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    positions: Rows = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return positions
