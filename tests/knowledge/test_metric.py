from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.calibration import CALIBRATION_FILE, Calibration, load_calibration, save_calibration
from knowledge.errors import CalibrationError
from knowledge.metric import Metric, fit_metric, pack, unpack

ENTRIES, EACH, WIDTH = 40, 10, 24


@pytest.fixture(scope="module")
def metric() -> Metric:
    rows, owners = worded(np.random.default_rng(3))
    return fit_metric(rows, owners, rows[::EACH])


def worded(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Phrasings whose first half says what is asked, softly, and whose second half says how, loudly."""
    meaning = np.random.default_rng(1).normal(size=(ENTRIES, WIDTH // 2)).repeat(EACH, axis=0)
    manner = random.normal(size=(ENTRIES * EACH, WIDTH // 2)) * 1.5
    return np.hstack([meaning, manner]).astype(np.float32), np.arange(ENTRIES).repeat(EACH)


def nearest_is_of_the_same_entry(asked: np.ndarray, known: np.ndarray, owners: np.ndarray) -> float:
    return float((owners[np.argmax(asked @ known.T, axis=1)] == owners).mean())


def test_what_wording_changes_counts_for_less(metric: Metric) -> None:
    known, owners = worded(np.random.default_rng(4))
    asked, _ = worded(np.random.default_rng(5))
    plain = nearest_is_of_the_same_entry(asked, known / np.linalg.norm(known, axis=1, keepdims=True), owners)
    tuned = nearest_is_of_the_same_entry(metric.of_questions(asked), metric.of_questions(known), owners)
    assert plain < 0.5
    assert tuned > plain + 0.25


def test_rows_have_length_one(metric: Metric) -> None:
    rows, _ = worded(np.random.default_rng(6))
    for tuned in (metric.of_questions(rows), metric.of_answers(rows)):
        assert np.linalg.norm(tuned, axis=1) == pytest.approx(1, abs=1e-4)


def test_one_phrasing_an_entry_teaches_nothing_and_breaks_nothing() -> None:
    rows = np.eye(4, dtype=np.float32)
    tuned = fit_metric(rows, np.arange(4), rows).of_questions(rows)
    assert np.isfinite(tuned).all()
    assert (np.argmax(tuned @ tuned.T, axis=1) == np.arange(4)).all()


def test_metric_survives_storage_unchanged(metric: Metric) -> None:
    again = unpack(pack(metric))
    assert pack(again) == pack(metric)
    assert (again.transform == metric.transform).all()


@pytest.mark.parametrize("data", [b"", b"no archive", pack(Metric(*[np.zeros(1, np.float32)] * 3))[:-30]])
def test_damaged_metric_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(data)


def test_calibration_refuses_the_metric_of_another(tmp_path: Path, calibration: Calibration, metric: Metric) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(calibration.model_copy(update={"metric": metric}), path)
    assert load_calibration(path, calibration.encoder).metric is not None
    path.with_suffix(".npz").write_bytes(CALIBRATION_FILE.read_bytes())
    with pytest.raises(CalibrationError):
        load_calibration(path, calibration.encoder)
