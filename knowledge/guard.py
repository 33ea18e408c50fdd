"""The publishing guard: no entry may take the questions of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.calibration import Calibration, score
from knowledge.folds import HeldOut, held_out_phrasings
from knowledge.loader import Content
from knowledge.search import Outcome, result_of
from knowledge.vectors import VectorCache


@dataclass(frozen=True)
class Theft:
    """A phrasing of `victim` that, once it is not known by heart, is answered with `thief`."""

    question: str
    victim: str
    thief: str
    probability: float


@dataclass(frozen=True)
class Stray:
    """A phrasing of `entry` that, once it is not known by heart, no longer finds it, not even as a proposal."""

    question: str
    entry: str
    instead: str | None


@dataclass(frozen=True)
class GuardReport:
    """Thefts forbid publishing; strays ask for more phrasings of that kind."""

    phrasings: int
    thefts: tuple[Theft, ...]
    strays: tuple[Stray, ...]


def guard(content: Content, vectors: VectorCache, calibration: Calibration) -> GuardReport:
    """Asks every own phrasing of an index that knows the entry's other phrasings but not this one."""
    one_at_a_time = max((len(entry.questions) for entry in content.entries.values()), default=1)
    held_out = list(held_out_phrasings(content, vectors, calibration.metric, one_at_a_time))
    found = [verdict for held in held_out for verdict in _judge(held, calibration)]
    thefts = tuple(verdict for verdict in found if isinstance(verdict, Theft))
    strays = tuple(verdict for verdict in found if isinstance(verdict, Stray))
    return GuardReport(len(held_out), thefts, strays)


def _judge(held: HeldOut, calibration: Calibration) -> Iterator[Theft | Stray]:
    result = result_of(score(held.candidates, calibration), held.index, calibration, limit=4)
    ids = [hit.entry.id for hit in result.hits]
    if result.outcome is Outcome.ANSWER and ids[0] != held.entry.id:
        yield Theft(held.question, held.entry.id, ids[0], result.hits[0].score)
    elif held.entry.id not in ids:
        yield Stray(held.question, held.entry.id, ids[0] if ids else None)
