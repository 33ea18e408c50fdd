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
    """Given one entry whose questions have nothing in common among others that do, then that one is lost."""
    path = content_dir / "argent-logement" / "bourse.yml"
    before, rest = path.read_text(encoding="utf-8").split("questions:\n")
    after = rest[rest.index("axes:") :]
    for number in range(5):
        questions = "".join(f"  - bourse {word} {number}\n" for word in ("crous", "oui", "non", "ici", "vite", "quand"))
        other = before.replace("id: bourse", f"id: autre-{number}").replace("La bourse", f"La bourse {number}")
        (path.parent / f"autre-{number}.yml").write_text(f"{other}questions:\n{questions}{after}", encoding="utf-8")
    odd = "".join(f"  - {word}\n" for word in ("zèbre", "klaxon", "wagon", "judo", "quiche", "banjo"))
    path.write_text(f"{before}questions:\n{odd}{after}", encoding="utf-8")
    report = guard(load_content(content_dir), VectorCache(tmp_path, encoder), calibration)
    assert [(lost.entry, lost.found, lost.phrasings) for lost in report.lost] == [("bourse", 0, 6)]
