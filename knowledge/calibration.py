"""The weights and thresholds of the search: one file, made by `passerelle-kb calibrate`, never typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from knowledge.errors import CalibrationError
from knowledge.files import write_whole
from knowledge.index import FEATURES, Candidates
from knowledge.metric import Metric, pack, unpack

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")

CONFIDENCE_FEATURES = ("rank", "share", "firsts", "off_topic_margin", "known_share", "words", *FEATURES)
"""What the probability of an entry is computed from.

`share`: the logarithm of its share among all candidates; `firsts`: by how many of the signals alone it comes first.
"""
_SIGNALS = [FEATURES.index(name) for name in ("phrasing", "phrasings", "answer", "bm25", "letters_three")]

BY_HEART = 0.99
"""The least probability of an entry that has this very question among its own."""

Table = NDArray[np.float64]


class Thresholds(BaseModel):
    """Probabilities from which an entry is the answer, and from which it is worth proposing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: float
    propose: float


class Calibration(BaseModel):
    """How features become an order and a probability."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    encoder: str
    metric: Metric | None = Field(default=None, exclude=True)
    """How vectors are compared (plain cosines if None); kept in a file of its own beside the calibration's."""
    metric_digest: str | None = None
    """Which metric the weights were made with."""
    rank: dict[str, float]
    """One weight per feature; the entry with the highest weighted sum comes first."""
    confidence: dict[str, float]
    """One weight per confidence feature, and `intercept`: a logistic regression."""
    thresholds: Thresholds
    measured: dict[str, Any] = {}
    """What `calibrate` measured, for the reader."""


@dataclass(frozen=True)
class Scored:
    """The candidates in order, best first: positions in the index, probabilities, and what they came from."""

    rows: NDArray[np.intp]
    probabilities: Table
    features: Table
    """One row per candidate: its `CONFIDENCE_FEATURES`, which end with its `FEATURES`."""


def load_calibration(path: Path, encoder: str) -> Calibration:
    """The calibration in a file, with its metric; CalibrationError where it is unusable or for another encoder."""
    try:
        calibration = Calibration.model_validate_json(path.read_text(encoding="utf-8"))
        metric = _load_metric(path, calibration.metric_digest)
    except (OSError, ValueError) as error:  # ValidationError is a ValueError
        raise CalibrationError(f"{path} is missing or damaged") from error
    if set(calibration.rank) != set(FEATURES) or set(calibration.confidence) != {*CONFIDENCE_FEATURES, "intercept"}:
        raise CalibrationError(f"{path} was made for other features")
    if calibration.encoder != encoder:
        raise CalibrationError(f"{path} was made with the encoder {calibration.encoder}, not {encoder}")
    return calibration.model_copy(update={"metric": metric})


def confidence_features(candidates: Candidates, rank: Table) -> Table:
    """One row per candidate; `rank` holds the weighted sums that order them."""
    features = candidates.features.astype(np.float64)
    count = len(features)
    whole = np.ones(count)
    phrasing = features[:, FEATURES.index("phrasing")]
    signals = features[:, _SIGNALS]
    columns = (
        rank,
        rank - np.logaddexp.reduce(rank),
        (signals >= signals.max(axis=0, initial=-np.inf)).sum(axis=1),
        phrasing - candidates.off_topic,
        candidates.known_share * whole,
        np.log1p(candidates.words) * whole,
        *features.T,
    )
    return np.stack(columns, axis=1)


def score(candidates: Candidates, calibration: Calibration) -> Scored:
    """The candidates in order of probability, best first."""
    rank = candidates.features.astype(np.float64) @ _weights(calibration.rank, FEATURES)
    features = confidence_features(candidates, rank)
    logits = features @ _weights(calibration.confidence, CONFIDENCE_FEATURES) + calibration.confidence["intercept"]
    probabilities = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    if candidates.by_heart is not None:
        rank[candidates.by_heart] = np.inf
        probabilities[candidates.by_heart] = max(probabilities[candidates.by_heart], BY_HEART)
    order = np.argsort(-rank, kind="stable")
    probabilities = np.minimum.accumulate(probabilities[order])
    return Scored(candidates.rows[order], probabilities, features[order])


def _weights(weights: Mapping[str, float], names: tuple[str, ...]) -> Table:
    return np.array([weights[name] for name in names])


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Writes the file, and its metric's, each all or nothing."""
    packed = pack(calibration.metric) if calibration.metric else None
    if packed:
        write_whole(_metric_file(path), packed)
    rounded = calibration.model_copy(
        update={
            "rank": {name: round(weight, 4) for name, weight in calibration.rank.items()},
            "confidence": {name: round(weight, 4) for name, weight in calibration.confidence.items()},
            "metric_digest": packed and _digest(packed),
        }
    )
    write_whole(path, f"{rounded.model_dump_json(indent=2)}\n".encode())


def _load_metric(path: Path, digest: str | None) -> Metric | None:
    if digest is None:
        return None
    packed = _metric_file(path).read_bytes()
    if _digest(packed) != digest:
        raise ValueError("the metric belongs to another calibration")
    return unpack(packed)


def _metric_file(path: Path) -> Path:
    return path.with_suffix(".npz")


def _digest(packed: bytes) -> str:
    return sha256(packed).hexdigest()[:16]
