"""Light typo tolerance: words that differ by one letter, or by two letters swapped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

SHORTEST = 5
"""Shorter words are left alone: too many of them are one letter from another."""


class Speller:
    """Finds the known word that a misspelt one stands for."""

    def __init__(self, frequencies: Mapping[str, int]) -> None:
        self._frequencies = {word: count for word, count in frequencies.items() if _correctable(word)}
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for word in self._frequencies:
            for variant in _deletions(word):
                self._by_deletion[variant].append(word)

    def nearest(self, word: str) -> str | None:
        """The most frequent known word one edit away; None where there is none or the word is short."""
        if not _correctable(word):
            return None
        near = {known for variant in _deletions(word) for known in self._by_deletion.get(variant, ())}
        near = {known for known in near if _one_edit(word, known)}
        return max(near, key=lambda known: (self._frequencies[known], known), default=None)


def _correctable(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _deletions(word: str) -> Iterator[str]:
    yield word
    for position in range(len(word)):
        yield word[:position] + word[position + 1 :]


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours leads from one word to the other."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest
        or rest == other_rest[1:]
        or rest[1:] == other_rest[1:]
        or (rest[1::-1] == other_rest[:2] and rest[2:] == other_rest[2:])
    )
