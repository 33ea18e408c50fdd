"""How the calibration is made: cases from the entries themselves and from the tuning questions, then two regressions.

The entries give cases of their own: phrasings held out of the index (the right answer is known), and the phrasings of
entries held out whole (the right answer is « I do not know »: questions near a theme that has no entry).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.calibration import (
    CONFIDENCE_FEATURES,
    Calibration,
    Thresholds,
    confidence_features,
    score,
)
from knowledge.folds import FOLDS, held_out_entries, held_out_phrasings
from knowledge.index import FEATURES, Candidates, Index
from knowledge.loader import Content
from knowledge.metric import Metric, fit_metric
from knowledge.questions import Question
from knowledge.regression import Choice, Table, fit_choice, fit_probability
from knowledge.vectors import VectorCache

_PENALTY = 1.0
_CONFIDENCE_PENALTY = 5.0
"""Heavier: the probability has more features than the order, and is fitted to the first hits alone."""
_QUESTION_WEIGHT = 2.0
"""Questions of pupils count for far more than the phrasings that authors thought of."""
_PHRASING_WEIGHT = 0.1
_HELD_OUT_ENTRY_WEIGHT = 0.02
"""Some questions of a held-out entry are rightly answered by a neighbour: they count for less."""


@dataclass(frozen=True)
class Target:
    """What thresholds are chosen for, as shares measured out of fold."""

    precision: float = 0.97
    """Of the answers given, so many are right: above the 0.95 that is wanted, since entries were written with the needs
    of the tuning questions in sight and new questions are harder."""
    false_answers: float = 0.03
    """Of the out-of-scope questions, no more are answered."""
    false_proposals: float = 0.35
    """Of the out-of-scope questions, no more get a « vouliez-vous dire »."""


@dataclass(frozen=True)
class Case:
    """A question, its candidates, and which of them are right (none: it should not be answered)."""

    text: str
    candidates: Candidates
    right: NDArray[np.bool_]
    weight: float
    from_pupils: bool
    in_scope: bool


def metric_of(content: Content, vectors: VectorCache) -> Metric:
    """The metric that the phrasings of the entries themselves teach."""
    entries = list(content.entries.values())
    owners = np.repeat(np.arange(len(entries)), [len(entry.questions) for entry in entries])
    spelled = [content.lexicon.spell_out(text) for entry in entries for text in entry.questions]
    answers = vectors.encode_passages([f"{entry.title}. {entry.answer}" for entry in entries])
    return fit_metric(vectors.encode_queries(spelled), owners, answers)


def gather(
    content: Content, questions: Sequence[Question], vectors: VectorCache, metric: Metric | None = None
) -> list[Case]:
    """Every case for the calibration; encodes only what is not in the cache."""
    whole = Index(content.entries.values(), content.off_topic, content.lexicon, vectors, metric)
    return [
        *(_asked(question, whole, vectors) for question in questions),
        *(
            _case(held.question, (held.entry.id,), held.index, held.candidates, _PHRASING_WEIGHT, False)
            for held in held_out_phrasings(content, vectors, metric, rounds=1)
        ),
        *(
            _case(held.question, (), held.index, held.candidates, _HELD_OUT_ENTRY_WEIGHT, False)
            for held in held_out_entries(content, vectors, metric)
        ),
    ]


def calibrate(cases: Sequence[Case], encoder_version: str, target: Target) -> Calibration:
    """Weights from all cases; thresholds from probabilities that each case got from a fit without it."""
    folds = np.random.default_rng(7).permutation(len(cases)) % FOLDS
    best, right = np.zeros(len(cases)), np.zeros(len(cases), bool)
    for fold in range(FOLDS):
        partial = _fit([case for case, its in zip(cases, folds, strict=True) if its != fold], encoder_version)
        for position in np.flatnonzero(folds == fold):
            best[position], right[position] = _verdict(cases[int(position)], partial)
    pupils = np.array([case.from_pupils for case in cases])
    in_scope = np.array([case.in_scope for case in cases])
    thresholds = choose_thresholds(best[pupils], right[pupils], in_scope[pupils], target)
    return _fit(cases, encoder_version).model_copy(update={"thresholds": thresholds})


def choose_thresholds(best: Table, right: NDArray[np.bool_], in_scope: NDArray[np.bool_], target: Target) -> Thresholds:
    """The lowest thresholds that keep the target on these probabilities of the first hit."""
    answer = propose = 1.0
    for threshold in np.unique(np.round(np.append(best, 1.0), 4))[::-1]:
        given = best >= threshold
        out_of_scope = max(int((~in_scope).sum()), 1)
        astray = (given & ~in_scope).sum() / out_of_scope
        if (right & given).sum() >= target.precision * given.sum() and astray <= target.false_answers:
            answer = float(threshold)
        if astray <= target.false_proposals:
            propose = float(threshold)
    return Thresholds(answer=answer, propose=min(propose, answer))


def _fit(cases: Sequence[Case], encoder_version: str) -> Calibration:
    choices = [
        Choice(case.candidates.features.astype(np.float64), case.right, case.weight)
        for case in cases
        if case.right.any() and not case.right.all()
    ]
    rank = fit_choice(choices, _PENALTY)
    rows, right, importance = [], [], []
    for case in cases:
        sums = case.candidates.features.astype(np.float64) @ rank
        if len(sums):
            first = int(np.argmax(sums))
            rows.append(confidence_features(case.candidates, sums)[first])
            right.append(bool(case.right[first]))
            importance.append(case.weight)
    weights, intercept = fit_probability(np.stack(rows), np.array(right), np.array(importance), _CONFIDENCE_PENALTY)
    named = dict(zip(CONFIDENCE_FEATURES, weights.tolist(), strict=True))
    return Calibration(
        encoder=encoder_version,
        rank=dict(zip(FEATURES, rank.tolist(), strict=True)),
        confidence=named | {"intercept": intercept},
        thresholds=Thresholds(answer=1.0, propose=1.0),
    )


def _verdict(case: Case, calibration: Calibration) -> tuple[float, bool]:
    """The probability of the first hit, and whether it is right."""
    scored = score(case.candidates, calibration)
    if not len(scored.rows):
        return 0.0, False
    first = int(np.flatnonzero(case.candidates.rows == scored.rows[0])[0])
    return float(scored.probabilities[0]), bool(case.right[first])


def _asked(question: Question, index: Index, vectors: VectorCache) -> Case:
    candidates = index.candidates(question.text, vectors)
    case = _case(question.text, question.expect, index, candidates, _QUESTION_WEIGHT, True)
    return replace(case, in_scope=question.in_scope)


def _case(text: str, expect: Sequence[str], index: Index, candidates: Candidates, weight: float, pupils: bool) -> Case:
    right = np.array([index.entries[row].id in expect for row in candidates.rows], bool)
    return Case(text, candidates, right, weight, pupils, bool(expect))
