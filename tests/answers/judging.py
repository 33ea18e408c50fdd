"""The same judge for every system: thresholds from the tuning half, verdicts, figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.calibration import Thresholds
from knowledge.evaluation import Verdict
from knowledge.questions import Question
from knowledge.search import Outcome
from knowledge.tuning import Target, choose_thresholds
from tests.answers.job import Reply


def verdicts(questions: Sequence[Question], replies: Sequence[Reply], target: Target) -> list[Verdict]:
    """One verdict per question; a system that did not decide by itself gets the thresholds that fit it best."""
    if all(reply.outcome is not None for reply in replies):
        outcomes = [reply.outcome or Outcome.UNKNOWN for reply in replies]
    else:
        thresholds = thresholds_for(questions, replies, target)
        outcomes = [outcome_of(reply, thresholds) for reply in replies]
    return [
        Verdict(question, outcome, tuple(name for name, _ in reply.found), best_score(reply), reply.milliseconds)
        for question, reply, outcome in zip(questions, replies, outcomes, strict=True)
    ]


def thresholds_for(questions: Sequence[Question], replies: Sequence[Reply], target: Target) -> Thresholds:
    """The lowest thresholds that keep the target on the tuning half; 1 where none does."""
    tuning = [pair for pair in zip(questions, replies, strict=True) if pair[0].split == "tuning"]
    return choose_thresholds(
        np.array([best_score(reply) for _, reply in tuning]),
        np.array([bool(reply.found) and reply.found[0][0] in question.expect for question, reply in tuning], bool),
        np.array([question.in_scope for question, _ in tuning], bool),
        target,
    )


def outcome_of(reply: Reply, thresholds: Thresholds) -> Outcome:
    """The band of the first hit's score, as in the search itself."""
    best = best_score(reply)
    if not reply.found or best < thresholds.propose:
        return Outcome.UNKNOWN
    return Outcome.ANSWER if best >= thresholds.answer else Outcome.CLARIFY


def best_score(reply: Reply) -> float:
    """The score of the first hit; 0 where nothing was found."""
    return reply.found[0][1] if reply.found else 0.0
