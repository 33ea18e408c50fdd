"""The publishing guard: every entry is found for its own questions, and none takes those of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from knowledge.calibration import Calibration, score
from knowledge.folds import held_out_phrasings
from knowledge.loader import Content
from knowledge.search import PROPOSALS
from knowledge.vectors import VectorCache

TAKEN = 0.25
"""From this share on of its phrasings answered with one other entry, an entry is being robbed."""
FOUND = 0.4
"""Below this share of its phrasings for which it is at least proposed, an entry is lost."""


@dataclass(frozen=True)
class Theft:
    """`questions` are those phrasings of `victim`, of `phrasings` in all, that get `thief` for an answer."""

    victim: str
    thief: str
    questions: tuple[str, ...]
    phrasings: int


@dataclass(frozen=True)
class Lost:
    """An entry that is proposed for no more than `found` of its `phrasings`; `instead` comes first most often."""

    entry: str
    found: int
    phrasings: int
    instead: str


@dataclass(frozen=True)
class GuardReport:
    """Both thefts and lost entries forbid publishing."""

    phrasings: int
    astray: int
    """So many phrasings get another entry for an answer; a few of each entry are no theft."""
    thefts: tuple[Theft, ...]
    lost: tuple[Lost, ...]


def guard(content: Content, vectors: VectorCache, calibration: Calibration) -> GuardReport:
    """Asks every own phrasing of an index that knows the entry's other phrasings but not this one.

    Whoever asks in these very words is served in any case: the question is known by heart. What is judged here is
    how the entry fares when it is asked for in new words.
    """
    one_at_a_time = max((len(entry.questions) for entry in content.entries.values()), default=1)
    taken: dict[tuple[str, str], list[str]] = defaultdict(list)
    first: dict[str, Counter[str]] = defaultdict(Counter)
    found: Counter[str] = Counter()
    for held in held_out_phrasings(content, vectors, calibration.metric, one_at_a_time):
        scored = score(held.candidates, calibration)
        ids = [held.index.entries[row].id for row in scored.rows[:PROPOSALS]]
        own = held.entry.id
        first[own][ids[0] if ids else ""] += 1
        found[own] += own in ids
        if ids and ids[0] != own and scored.probabilities[0] >= calibration.thresholds.answer:
            taken[own, ids[0]].append(held.question)
    sizes = {entry.id: len(entry.questions) for entry in content.entries.values()}
    return GuardReport(
        phrasings=sum(sizes.values()),
        astray=sum(map(len, taken.values())),
        thefts=tuple(
            Theft(victim, thief, tuple(questions), sizes[victim])
            for (victim, thief), questions in taken.items()
            if len(questions) >= max(TAKEN * sizes[victim], 1)
        ),
        lost=tuple(
            Lost(name, found[name], size, next((other for other, _ in first[name].most_common() if other != name), ""))
            for name, size in sizes.items()
            if found[name] < FOUND * size
        ),
    )
