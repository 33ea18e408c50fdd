"""Own phrasings asked of an index that does not know them: what pupils will do, without asking any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.index import Candidates, Index
from knowledge.loader import Content
from knowledge.metric import Metric
from knowledge.schema import Entry
from knowledge.vectors import VectorCache

FOLDS = 5
_OF_EACH = 3


@dataclass(frozen=True)
class HeldOut:
    """A phrasing of `entry`, and what an index without it finds."""

    entry: Entry
    question: str
    index: Index
    candidates: Candidates


def held_out_phrasings(
    content: Content, vectors: VectorCache, metric: Metric | None, folds: int = FOLDS, rounds: int | None = None
) -> Iterator[HeldOut]:
    """Own phrasings, asked of an index that lacks one in `folds` of each entry's phrasings, this one too.

    Each is asked once, or, with fewer `rounds` than `folds`, only that share of them.
    """
    for fold in range(folds if rounds is None else rounds):
        kept = []
        for entry in content.entries.values():
            questions = tuple(text for number, text in enumerate(entry.questions) if number % folds != fold)
            kept.append(entry.model_copy(update={"questions": questions}))
        index = Index(kept, content.off_topic, content.lexicon, vectors, metric)
        for entry in content.entries.values():
            for question in entry.questions[fold::folds]:
                yield HeldOut(entry, question, index, index.candidates(question, vectors))


def held_out_entries(content: Content, vectors: VectorCache, metric: Metric | None) -> Iterator[HeldOut]:
    """The first own phrasings of each entry, asked of an index that lacks the whole entry and a fifth of the others."""
    entries = list(content.entries.values())
    for fold in range(FOLDS):
        kept = [entry for number, entry in enumerate(entries) if number % FOLDS != fold]
        index = Index(kept, content.off_topic, content.lexicon, vectors, metric)
        for entry in entries[fold::FOLDS]:
            for question in entry.questions[:_OF_EACH]:
                yield HeldOut(entry, question, index, index.candidates(question, vectors))
