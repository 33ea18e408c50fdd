from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.axes import load_axes
from knowledge.directory import Directory, load_directory
from knowledge.directory.memory import TableMemory
from knowledge.errors import ContentErrors, Fault
from knowledge.loader import load_content
from tests.knowledge.directory.conftest import CONTENT


def faults(folder: Path) -> list[Fault]:
    with pytest.raises(ContentErrors) as raised:
        load_directory(folder, load_axes(CONTENT))
    return list(raised.value.faults)


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "annuaires" / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_rows_of_every_file_are_read(folder: Path) -> None:
    directory = load_directory(folder, load_axes(CONTENT))
    assert {name: len(table.rows) for name, table in directory.tables()} == dict.fromkeys(
        ("formations", "ecoles", "concours", "etablissements", "aides", "dates", "evenements"), 1
    )


def test_no_folder_is_no_row(tmp_path: Path) -> None:
    assert all(not table.rows for _, table in load_directory(tmp_path).tables())


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "what"),
    [
        ("ecoles", "statut: public", "statut: publique", 7, "« publique » n'est pas possible"),
        ("ecoles", "nom: Polytech", "name: Polytech", 7, "« lignes.1.nom »"),
        ("ecoles", "nom: Polytech", "nom: Polytech, prix: 3", 7, "clé inconnue « lignes.1.prix »"),
        ("ecoles", "ville: Marseille", "ville: Marseile", 7, "ville inconnue « Marseile »"),
        ("ecoles", "[geipi]", "[gepi]", 7, "concours inconnue « gepi »"),
        ("ecoles", "[page]", "[pages]", 7, "source inconnue « pages »"),
        ("ecoles", "[page]", "[]", 7, "compte 0 élément"),
        ("concours", "[polytech]", "[polytec]", 7, "école inconnue « polytec »"),
        ("etablissements", "[bts-ciel]", "[bts-siel]", 7, "formation inconnue « bts-siel »"),
        ("formations", "[sti2d]", "[sti2]", 7, "filière inconnue « sti2 »"),
        ("formations", "annee: 2026", "annee: 26", 7, "« lignes.1.annee »"),
        ("aides", "[lyceen]", "[lycéen]", 7, "public inconnue « lycéen »"),
        ("dates", "valid_until: 2026-12-01", "valid_until: décembre", 7, "n'est pas une date"),
        ("evenements", "exemple: true", "exemple: false", 7, "« lignes.1.exemple »"),
        ("lieux", 'departement: "13"', 'departement: "14"', 8, "« 14 » n'est pas dans ce fichier"),
    ],
)
def test_fault_is_named_with_its_line(folder: Path, name: str, old: str, new: str, line: int, what: str) -> None:
    spoil(folder, name, old, new)
    assert any(
        (f"annuaires/{name}.yml", line) == (fault.file, fault.line) and what in fault.what for fault in faults(folder)
    )


def test_repeated_id_is_a_fault(folder: Path) -> None:
    path = folder / "annuaires" / "aides.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    assert [(fault.line, fault.what) for fault in faults(folder)] == [(8, "l'id « bourse » est déjà pris")]


def test_source_on_a_refused_site_is_a_fault(folder: Path, content_dir: Path) -> None:
    shutil.copytree(folder / "annuaires", content_dir / "annuaires")
    (content_dir / "sites_refuses.yml").write_text("copies.example: documents recopiés\n", encoding="utf-8")
    assert load_content(content_dir)
    spoil(content_dir, "ecoles", "url: https://", "url: https://copies.example/")
    with pytest.raises(ContentErrors) as raised:
        load_content(content_dir)
    (fault,) = raised.value.faults
    assert (fault.file, fault.line) == ("annuaires/ecoles.yml", 4)
    assert "« copies.example » est refusé" in fault.what


def test_all_faults_come_at_once_with_those_of_the_entries(folder: Path, content_dir: Path) -> None:
    shutil.copytree(folder / "annuaires", content_dir / "annuaires")
    spoil(content_dir, "ecoles", "[geipi]", "[gepi]")
    spoil(content_dir, "concours", "[polytech]", "[polytec]")
    entry = content_dir / "apres-bac" / "le-but.yml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    with pytest.raises(ContentErrors) as raised:
        load_content(content_dir)
    files = {fault.file for fault in raised.value.faults}
    assert files == {"annuaires/ecoles.yml", "annuaires/concours.yml", "apres-bac/le-but.yml"}


def test_unchanged_files_are_not_parsed_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = TableMemory(tmp_path / "cache")
    first = load_directory(folder, None, memory)
    memory.save()
    monkeypatch.setattr("knowledge.directory.loader.read_data", None)
    again = load_directory(folder, None, TableMemory(tmp_path / "cache"))
    assert dict(again.schools.rows) == dict(first.schools.rows)
    assert dict(again.dates.rows) == dict(first.dates.rows)


def test_damaged_memory_is_as_none(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "annuaires-1.json").write_text("{", encoding="utf-8")
    assert load_directory(folder, None, TableMemory(cache)).schools.rows


def test_the_project_s_directories_are_full_and_sourced(directory: Directory) -> None:
    counts = {name: len(table.rows) for name, table in directory.tables()}
    assert counts["ecoles"] >= 60
    assert counts["etablissements"] >= 60
    assert counts["formations"] >= 50
    assert all(row.example for row in directory.events.rows.values())
    for _, table in directory.tables():
        assert all(key in table.sources for row in table.rows.values() for key in row.sources)
