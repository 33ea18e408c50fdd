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
    stolen = ("la prépa tsi c'est quoi et c'est dur", "c'est quoi la prépa tsi et c'est dur ou pas")
    more = "".join(f"  - {question}\n" for question in stolen)
    path.write_text(text.replace("  - bourse crous\n", more), encoding="utf-8")
    eager = calibration.model_copy(update={"thresholds": Thresholds(answer=0.5, propose=0.1)})
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), eager)
    assert [(theft.victim, theft.thief, theft.questions) for theft in report.thefts] == [
        ("bourse", "prepa-tsi", stolen)
    ]


def test_distinct_entries_steal_nothing(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), calibration)
    assert report.phrasings == 18
    assert report.thefts == ()
    assert report.lost == ()


def test_entry_that_is_hardly_found_is_named(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    """Given many entries alike and one whose questions have nothing in common, then that one is lost."""
    text = (content_dir / "argent-logement" / "bourse.yml").read_text(encoding="utf-8")
    head, tail = text.split("questions:")[0], text.split("not_for:")[1]
    odd = ("zèbre", "klaxon", "wagon", "judo", "quiche", "banjo")
    questions = "".join(f"  - {word}\n" for word in odd)
    (content_dir / "argent-logement" / "bourse.yml").write_text(f"{head}questions:\n{questions}not_for:{tail}", "utf-8")
    for number in range(5):
        same = text.replace("id: bourse", f"id: autre-{number}")
        for line in text.split("questions:")[1].split("not_for:")[0].splitlines():
            same = same.replace(line, f"{line} {number}") if line.strip().startswith("- ") else same
        (content_dir / "argent-logement" / f"autre-{number}.yml").write_text(same, encoding="utf-8")
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), calibration)
    assert [(lost.entry, lost.found, lost.phrasings) for lost in report.lost] == [("bourse", 0, 6)]
