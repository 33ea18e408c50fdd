"""From a question to the entries that answer it, in three bands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.calibration import Calibration, Scored, score
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.schema import Entry

PROPOSALS = 4
"""« Vouliez-vous dire » shows at most so many entries."""


class Outcome(StrEnum):
    """What may be done with the hits."""

    ANSWER = "answer"  # the first hit answers the question
    CLARIFY = "clarify"  # one of the hits may answer it: ask which
    UNKNOWN = "unknown"  # the base does not know


@dataclass(frozen=True)
class Hit:
    """An entry with the probability (0 to 1) that it answers the question."""

    entry: Entry
    score: float


@dataclass(frozen=True)
class SearchResult:
    """The hits, best first; none where the outcome is `unknown`."""

    outcome: Outcome
    hits: tuple[Hit, ...]


def find(text: str, index: Index, encoder: Encoder, calibration: Calibration, limit: int) -> SearchResult:
    """The outcome and at most `limit` hits; `clarify` has two to four where the base holds so many."""
    return result_of(score(index.candidates(text, encoder), calibration), index, calibration, limit)


def result_of(scored: Scored, index: Index, calibration: Calibration, limit: int) -> SearchResult:
    """The bands applied to what was scored."""
    hits = [
        Hit(index.entries[row], float(probability))
        for row, probability in zip(scored.rows[:limit], scored.probabilities[:limit], strict=True)
    ]
    thresholds = calibration.thresholds
    if not hits or hits[0].score < thresholds.propose:
        return SearchResult(Outcome.UNKNOWN, ())
    if hits[0].score >= thresholds.answer:
        return SearchResult(Outcome.ANSWER, tuple(hits))
    return SearchResult(Outcome.CLARIFY, tuple(hits[:PROPOSALS]))
