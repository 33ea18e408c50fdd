from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.calibration import CALIBRATION_FILE, Calibration, load_calibration, save_calibration
from knowledge.encoder import E5Encoder
from knowledge.errors import CalibrationError
from knowledge.loader import load_content
from knowledge.questions import Question
from knowledge.regression import Choice, fit_choice, fit_probability
from knowledge.tuning import Target, calibrate, choose_thresholds, gather
from knowledge.vectors import VectorCache
from tests.knowledge.conftest import TrigramEncoder


def test_published_calibration_is_for_the_encoder_in_use() -> None:
    assert load_calibration(CALIBRATION_FILE, E5Encoder.version).thresholds.answer < 1


def test_published_calibration_was_measured_good_on_questions_it_never_saw() -> None:
    measured = load_calibration(CALIBRATION_FILE, E5Encoder.version).measured["held_out"]
    assert measured["in_scope"] >= 150
    assert measured["out_of_scope"] >= 100
    assert measured["precision"] >= 0.85
    assert measured["false_answers"] <= 0.05
    assert measured["served"] >= 0.85


def test_an_answer_needs_more_certainty_than_a_proposal(calibration: Calibration) -> None:
    assert 0 < calibration.thresholds.propose < calibration.thresholds.answer


@pytest.mark.parametrize("text", ["", "{}", '{"encoder": "x"}', "not json"])
def test_damaged_calibration_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationError):
        load_calibration(path, "any")


def test_calibration_of_another_encoder_or_other_features_is_refused(tmp_path: Path, calibration: Calibration) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(calibration, path)
    load_calibration(path, TrigramEncoder.version)
    with pytest.raises(CalibrationError, match="encoder"):
        load_calibration(path, "another")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["rank"].pop("bm25")
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CalibrationError, match="features"):
        load_calibration(path, TrigramEncoder.version)


def test_thresholds_keep_precision_and_false_answers() -> None:
    best = np.array([0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.2, 0.1])
    right = np.array([True, True, True, False, True, False, False, False])
    in_scope = np.array([True, True, True, True, True, False, False, False])
    thresholds = choose_thresholds(best, right, in_scope, Target(1.0, 0.0, 0.34))
    assert thresholds.answer == 0.9
    assert thresholds.propose == 0.6 or thresholds.propose == pytest.approx(0.6)


def test_out_of_reach_target_answers_nothing() -> None:
    thresholds = choose_thresholds(np.array([0.9, 0.8]), np.array([False, False]), np.array([True, False]), Target())
    assert thresholds.answer == 1.0


def test_choice_prefers_the_feature_that_tells_right_from_wrong() -> None:
    random = np.random.default_rng(1)
    choices = []
    for _ in range(60):
        features = random.normal(size=(5, 2))
        choices.append(Choice(features, features[:, 0] == features[:, 0].max()))
    useful, useless = fit_choice(choices, penalty=1.0)
    assert useful > 5 * abs(useless)


def test_probability_is_calibrated_on_what_it_was_fitted_to() -> None:
    random = np.random.default_rng(2)
    features = random.normal(size=(3000, 2))
    truth = random.random(3000) < 1 / (1 + np.exp(-(2 * features[:, 0] - 1)))
    weights, intercept = fit_probability(features, truth, np.ones(3000), penalty=1.0)
    assert weights == pytest.approx([2, 0], abs=0.25)
    assert intercept == pytest.approx(-1, abs=0.2)


def test_calibrating_twice_gives_the_same_file(content_dir: Path, tmp_path: Path, encoder: TrigramEncoder) -> None:
    content = load_content(content_dir)
    questions = [
        Question(text="la prépa pour les sti2d", expect=("prepa-tsi",), split="tuning"),
        Question(text="bourse pour étudier", expect=("bourse",), split="tuning"),
        Question(text="recette de soupe", split="tuning"),
    ]
    vectors = VectorCache(tmp_path, encoder)
    cases = gather(content, questions, vectors)
    assert len(cases) == 3 + 6 + 9
    first, second = (calibrate(cases, encoder.version, Target()) for _ in range(2))
    assert first == second
