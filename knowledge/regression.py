"""The two regressions of the calibration, in numpy: which candidate, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
_STEPS = 60


@dataclass(frozen=True)
class Choice:
    """One question for `fit_choice`: a row of features per candidate, and which candidates are right."""

    features: Table
    right: NDArray[np.bool_]
    weight: float = 1.0


def fit_choice(choices: Sequence[Choice], penalty: float) -> Table:
    """The weights under which the right candidates of each question are the most likely (conditional logit)."""
    stacked = np.concatenate([choice.features for choice in choices])
    scale = np.maximum(stacked.std(axis=0), 1e-6)
    weights = np.zeros(stacked.shape[1])
    for _ in range(_STEPS):
        gradient, curvature = -penalty * weights, penalty * np.eye(len(weights))
        for choice in choices:
            scaled = choice.features / scale
            every = _softmax(scaled @ weights)
            right = np.where(choice.right, every, 0)
            right = right / max(right.sum(), 1e-12)
            centred = scaled - every @ scaled
            gradient += choice.weight * (right - every) @ scaled
            curvature += choice.weight * (centred * every[:, None]).T @ centred
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    fitted: Table = weights / scale
    return fitted


def fit_probability(
    features: Table, right: NDArray[np.bool_], importance: Table, penalty: float
) -> tuple[Table, float]:
    """Weights and intercept of a logistic regression with a quadratic penalty on standardised weights."""
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    design = np.column_stack([(features - mean) / scale, np.ones(len(features))])
    shrink = penalty * np.diag([*np.ones(features.shape[1]), 0.0])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probability = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (importance * (right - probability)) - shrink @ weights
        curvature = (design * (importance * probability * (1 - probability))[:, None]).T @ design + shrink
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        weights = weights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    unscaled = weights[:-1] / scale
    return unscaled, float(weights[-1] - unscaled @ mean)


def _softmax(values: Table) -> Table:
    exponents = np.exp(values - values.max())
    result: Table = exponents / exponents.sum()
    return result
