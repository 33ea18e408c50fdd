from __future__ import annotations

from pathlib import Path

from knowledge.calibration import Calibration, Thresholds
from knowledge.guard import guard
from knowledge.loader import load_content
from knowledge.vectors import VectorCache
from tests.knowledge.conftest import TrigramEncoder


def test_theft_names_thief_victim_and_question(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    """Given an entry with a question in the words of another, then the guard names both."""
    path = content_dir / "argent-logement" / "bourse.yml"
    text = path.read_text(encoding="utf-8")
    stolen = "la prépa tsi c'est quoi et c'est dur"
    path.write_text(text.replace("  - bourse crous\n", f"  - {stolen}\n"), encoding="utf-8")
    eager = calibration.model_copy(update={"thresholds": Thresholds(answer=0.5, propose=0.1)})
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), eager)
    assert [(theft.question, theft.victim, theft.thief) for theft in report.thefts] == [(stolen, "bourse", "prepa-tsi")]


def test_distinct_entries_steal_nothing(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), calibration)
    assert report.phrasings == 18
    assert report.thefts == ()
