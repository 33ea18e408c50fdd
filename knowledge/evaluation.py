"""How well the search does on questions that it was not built from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

from knowledge.calibration import Calibration, score
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.questions import Question, Split
from knowledge.search import PROPOSALS, Outcome, result_of


@dataclass(frozen=True)
class Verdict:
    """What became of one question."""

    question: Question
    outcome: Outcome
    found: tuple[str, ...]
    """Entry ids, best first, whatever the outcome."""
    probability: float
    milliseconds: float

    @property
    def rank(self) -> int | None:
        """The place (from 1) of the first right entry."""
        return next((place for place, name in enumerate(self.found, 1) if name in self.question.expect), None)

    @property
    def wrong(self) -> bool:
        """An answer was given, and not the right one."""
        return self.outcome is Outcome.ANSWER and self.rank != 1


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1; `in_scope` counts the questions that have an entry.

    `served`: answered rightly, or the right entry is among the proposals.
    """

    in_scope: int
    out_of_scope: int
    recall_at_1: float
    recall_at_3: float
    mrr: float
    answered: float
    served: float
    precision: float
    """Of all answers given, to every question of the split, so many are right."""
    false_answers: float
    false_proposals: float
    unanswered: int
    unanswered_answers: float
    """Of the questions in scope that no entry answers yet, so many got an answer all the same."""
    p50_milliseconds: float
    p95_milliseconds: float

    def rounded(self) -> dict[str, float]:
        """The figures as they are shown and stored."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def ask_all(questions: Sequence[Question], index: Index, encoder: Encoder, calibration: Calibration) -> list[Verdict]:
    """Each question asked once."""
    verdicts = []
    for question in questions:
        started = perf_counter()
        scored = score(index.candidates(question.text, encoder), calibration)
        result = result_of(scored, index, calibration, limit=5)
        elapsed = (perf_counter() - started) * 1000
        found = tuple(index.entries[row].id for row in scored.rows)
        best = float(scored.probabilities[0]) if len(found) else 0.0
        verdicts.append(Verdict(question, result.outcome, found, best, elapsed))
    return verdicts


def figures(verdicts: Sequence[Verdict], split: Split) -> Figures:
    """The figures of one split."""
    mine = [verdict for verdict in verdicts if verdict.question.split == split]
    inside = [verdict for verdict in mine if verdict.question.expect]
    outside = [verdict for verdict in mine if not verdict.question.in_scope]
    unanswered = [verdict for verdict in mine if verdict.question.unanswered]
    answers = [verdict for verdict in mine if verdict.outcome is Outcome.ANSWER]
    times = [verdict.milliseconds for verdict in mine] or [0.0]
    return Figures(
        in_scope=len(inside),
        out_of_scope=len(outside),
        recall_at_1=_share(inside, [verdict.rank == 1 for verdict in inside]),
        recall_at_3=_share(inside, [(verdict.rank or 99) <= 3 for verdict in inside]),
        mrr=sum(1 / verdict.rank for verdict in inside if verdict.rank) / max(len(inside), 1),
        answered=_share(inside, [verdict.outcome is Outcome.ANSWER for verdict in inside]),
        served=_share(inside, [_served(verdict) for verdict in inside]),
        precision=_share(answers, [not verdict.wrong for verdict in answers], empty=1.0),
        false_answers=_share(outside, [verdict.outcome is Outcome.ANSWER for verdict in outside]),
        false_proposals=_share(outside, [verdict.outcome is Outcome.CLARIFY for verdict in outside]),
        unanswered=len(unanswered),
        unanswered_answers=_share(unanswered, [verdict.outcome is Outcome.ANSWER for verdict in unanswered]),
        p50_milliseconds=float(np.percentile(times, 50)),
        p95_milliseconds=float(np.percentile(times, 95)),
    )


def _served(verdict: Verdict) -> bool:
    if verdict.outcome is Outcome.ANSWER:
        return verdict.rank == 1
    return verdict.outcome is Outcome.CLARIFY and (verdict.rank or 99) <= PROPOSALS


def _share(whole: Sequence[Verdict], true: Sequence[bool], empty: float = 0.0) -> float:
    return sum(true) / len(whole) if whole else empty
