from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from knowledge.__main__ import app

runner = CliRunner()
COMMANDS = ("check", "new", "search", "eval", "calibrate", "coverage", "stale", "stats", "export", "annuaire")


def run(*arguments: str | Path, code: int = 0) -> str:
    result = runner.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.output


def answer(*arguments: str | Path, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "questions"
    folder.mkdir()
    for split in ("tuning", "held-out"):
        (folder / f"{split}.yml").write_text(
            f"split: {split}\nanswered:\n  prepa-tsi: [une prépa pour sti2d {split}]\n"
            f"  bourse: [obtenir une bourse {split}]\nout_of_scope:\n  sport: [le score du match {split}]\n",
            encoding="utf-8",
        )
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_french_with_an_example(command: str) -> None:
    assert "Exemple : passerelle-kb" in run(command, "--help")


def test_unknown_command_and_missing_argument_are_wrong_use() -> None:
    run("fly", code=2)
    run("search", code=2)


def test_check_of_good_content_ends_with_zero_and_notes_dates(content_dir: Path) -> None:
    report = answer("check", "--fast", "--content", content_dir)
    assert report["ok"] is True
    assert report["entries"] == 3
    late = [note["about"] for note in report["notes"] if note["entry"] == "le-but"]
    assert any("périmée depuis" in about for about in late)
    assert any("à relire" in about for about in late)


def test_check_of_faulty_content_ends_with_one_and_lists_all(content_dir: Path) -> None:
    path = content_dir / "apres-bac" / "le-but.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("owner:", "ouner:"), encoding="utf-8")
    report = answer("check", "--content", content_dir, code=1)
    assert {fault["what"] for fault in report["faults"]} == {"il manque « owner »", "clé inconnue « ouner »"}
    shown = run("check", "--content", content_dir, code=1)
    assert "le-but.yml" in shown
    assert "2 erreur(s)" in shown


def test_check_guards_the_questions(content_dir: Path, cache: Path) -> None:
    report = answer("check", "--content", content_dir, "--cache", cache)
    assert report["guard"]["phrasings"] == 18
    assert report["guard"]["thefts"] == []


def test_new_makes_an_entry_that_asks_to_be_filled(content_dir: Path) -> None:
    run("new", "bts-ciel", "--theme", "apres-bac", "--content", content_dir)
    report = answer("check", "--fast", "--content", content_dir, code=1)
    assert {fault["file"] for fault in report["faults"]} == {"apres-bac/bts-ciel.yml"}


@pytest.mark.parametrize(("name", "theme"), [("le-but", "apres-bac"), ("Été", "apres-bac"), ("bts-ciel", "cuisine")])
def test_new_refuses_taken_names_and_unknown_themes(content_dir: Path, name: str, theme: str) -> None:
    run("new", name, "--theme", theme, "--content", content_dir, code=2)


def test_search_shows_what_was_understood_and_why(content_dir: Path, cache: Path) -> None:
    found = answer("search", "c koi la prépa tsi", "--content", content_dir, "--cache", cache)
    assert found["outcome"] == "answer"
    assert found["understood"] == "c'est quoi la prépa tsi"
    assert found["hits"][0]["id"] == "prepa-tsi"
    assert 0 < found["hits"][0]["coverage"] <= 1


def test_search_without_result_ends_with_one(content_dir: Path, cache: Path) -> None:
    run("search", "😀", "--content", content_dir, "--cache", cache, code=1)


def test_eval_and_calibrate_measure_both_splits(
    content_dir: Path, cache: Path, questions: Path, tmp_path: Path
) -> None:
    places = ("--content", content_dir, "--cache", cache, "--questions", questions)
    measured = answer("eval", *places)
    assert measured["held_out"]["in_scope"] == 2
    assert 0 <= measured["tuning"]["precision"] <= 1
    output = tmp_path / "calibration.json"
    made = answer("calibrate", *places, "--output", output)
    assert made["cases"] == 18
    assert json.loads(output.read_text(encoding="utf-8"))["measured"] == made


def test_eval_refuses_questions_that_an_entry_knows_by_heart(content_dir: Path, cache: Path, questions: Path) -> None:
    (questions / "more.yml").write_text("split: tuning\nanswered: {le-but: [ENTRER DANS UN IUT]}\n", encoding="utf-8")
    report = answer("eval", "--content", content_dir, "--cache", cache, "--questions", questions, code=1)
    assert "est la question d'une fiche" in report["faults"][0]["what"]


def test_coverage_names_empty_cells(content_dir: Path) -> None:
    report = answer("coverage", "--content", content_dir)
    assert {"filiere": "stl", "formation": "bts"} in report["empty"]
    assert {"filiere": "sti2d", "formation": "cpge-tsi"} not in report["empty"]
    assert "parcoursup" in report["themes_without_entry"]
    run("coverage", "--content", content_dir)


def test_stale_lists_what_is_late_first_and_ends_with_one(content_dir: Path) -> None:
    rows = answer("stale", "--content", content_dir, "--days", "0", code=1)
    assert [(row["id"], row["late"]) for row in rows] == [("le-but", True)]
    run("stale", "--content", content_dir, code=1)


def test_stats_count(content_dir: Path) -> None:
    report = answer("stats", "--content", content_dir)
    assert report["totals"]["fiches"] == 3
    assert report["totals"]["questions"] == 18
    run("stats", "--content", content_dir)


def test_export_holds_every_entry(content_dir: Path, tmp_path: Path) -> None:
    entries = json.loads(run("export", "--content", content_dir, "--format", "json"))
    assert {entry["id"] for entry in entries} == {"prepa-tsi", "le-but", "bourse"}
    rows = list(csv.DictReader(io.StringIO(run("export", "--content", content_dir))))
    assert {row["id"]: row["filiere"] for row in rows}["prepa-tsi"] == "sti2d"
    file = tmp_path / "entries.json"
    run("export", "--content", content_dir, "--format", "json", "--output", file)
    assert json.loads(file.read_text(encoding="utf-8")) == entries


def test_exported_text_is_never_a_formula(content_dir: Path) -> None:
    path = content_dir / "apres-bac" / "le-but.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("title: Le BUT", 'title: "=1+1"'), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(run("export", "--content", content_dir))))
    assert {row["id"]: row["title"] for row in rows}["le-but"] == "'=1+1"


@pytest.fixture
def with_directories(content_dir: Path) -> Path:
    shutil.copytree(Path("knowledge/content/annuaires"), content_dir / "annuaires")
    return content_dir


def test_directory_lists_the_rows_that_meet_every_criterion(with_directories: Path) -> None:
    options = ("annuaire", "ecoles", "--content", with_directories)
    rows = answer(*options, "--filiere", "sti2d", "--ville", "Aix")
    assert [row["id"] for row in rows] == ["esaip-aix"]
    assert all(row["statut"] == "public" for row in answer(*options, "--statut", "public", "--ville", "13"))
    assert "ligne(s) sur" in run(*options, "--apprentissage")
    assert answer(*options, "--ville", "Gap", code=1) == []


def test_directory_of_an_unknown_place_or_id_is_wrong_use(with_directories: Path) -> None:
    run("annuaire", "ecoles", "--ville", "Tombouctou", "--content", with_directories, code=2)
    run("annuaire", "ecoles", "--concours", "xyz", "--content", with_directories, code=2)
    run("annuaire", "planètes", "--content", with_directories, code=2)


def test_directories_are_checked_counted_and_exported(with_directories: Path) -> None:
    report = answer("check", "--fast", "--content", with_directories)
    assert report["directories"]["ecoles"] > 60
    assert answer("stats", "--content", with_directories)["totals"]["annuaire ecoles"] > 60
    late = json.loads(
        runner.invoke(app, ["stale", "--json", "--days", "600", "--content", str(with_directories)]).output
    )
    assert any(str(row["id"]).startswith("annuaires/dates") for row in late)
    rows = answer("export", "--annuaire", "ecoles", "--content", with_directories)
    assert rows[0]["sources"][0]["url"].startswith("http")
    lines = list(csv.DictReader(io.StringIO(run("export", "--annuaire", "ecoles", "--content", with_directories))))
    assert lines[0]["nom"] == rows[0]["nom"]
    run("export", "--annuaire", "planètes", "--content", with_directories, code=2)


def test_expired_row_is_named_by_check(with_directories: Path) -> None:
    path = with_directories / "annuaires" / "dates.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("2027-08-31", "2020-01-01"), encoding="utf-8")
    notes = answer("check", "--fast", "--content", with_directories)["notes"]
    assert any("annuaires/dates" in note["entry"] and "périmée depuis" in note["about"] for note in notes)
