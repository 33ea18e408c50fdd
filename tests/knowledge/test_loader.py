from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import ContentErrors, Fault
from knowledge.loader import load_content
from knowledge.parsed import ParsedEntries
from knowledge.schema import Entry

TSI = "apres-bac/prepa-tsi.yml"


def faults_of(content_dir: Path) -> list[Fault]:
    with pytest.raises(ContentErrors) as raised:
        load_content(content_dir)
    return list(raised.value.faults)


def change(content_dir: Path, old: str, new: str, file: str = TSI) -> None:
    path = content_dir / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(content_dir: Path, part: str, file: str = TSI) -> int:
    lines = (content_dir / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_content_without_fault_is_read_whole(content_dir: Path) -> None:
    content = load_content(content_dir)
    assert set(content.entries) == {"prepa-tsi", "le-but", "bourse"}
    assert content.entries["bourse"].theme == "argent-logement"
    assert content.entries["prepa-tsi"].sources[0].checked_on == date(2026, 11, 22)
    assert len(content.off_topic) == 3


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("title: La prépa TSI", "titel: La prépa TSI", "titel", "clé inconnue « titel »"),
        ("title: La prépa TSI", f"title: {'x' * 61}", "title:", "trop long (61 caractères)"),
        ("  - prépa tsi\n", "", "questions:", "compte 5 élément(s)"),
        ("checked_on: 2026-11-22", "checked_on: novembre", "checked_on", "n'est pas une date"),
        ("url: https://www.onisep.fr/", "url: onisep.fr", "url:", "l'adresse « onisep.fr » n'est pas valable"),
        ("id: prepa-tsi", "id: prepa-tpc", "id:", "n'est pas le nom du fichier"),
        ("filiere: [sti2d]", "filiere: [sti2]", "filiere", "valeur inconnue « sti2 »"),
        ("see_also: [le-but]", "see_also: [le-dut]", "see_also", "aucune fiche « le-dut »"),
        ("see_also: [le-but]", "see_also: [prepa-tsi]", "see_also", "renvoie à elle-même"),
        ("  - prépa tsi\n", "  - C'EST QUOI UN BUT\n", "BUT", "déjà une question de la fiche « le-but »"),
        ("  - prépa TPC", "  - PREPA TSI !", "PREPA TSI", "à la fois dans questions et dans not_for"),
        ("owner: coordination", "owner: coordination\ntheme: bac", "theme:", "le thème vient du dossier"),
    ],
)
def test_fault_is_told_with_file_and_line(content_dir: Path, old: str, new: str, where: str, what: str) -> None:
    change(content_dir, old, new)
    found = [fault for fault in faults_of(content_dir) if what in fault.what]
    assert [fault.file for fault in found] == [TSI]
    assert found[0].line == line_of(content_dir, where)
    assert found[0].remedy


def test_every_fault_of_every_file_is_listed_at_once(content_dir: Path) -> None:
    change(content_dir, "owner: coordination", "owner: ''")
    change(content_dir, "title: Le BUT", 'title: "Le BUT', file="apres-bac/le-but.yml")
    (content_dir / "sms.yml").write_text("c: [1, 2]\n", encoding="utf-8")
    (content_dir / "argent-logement" / "bourse.yml").write_bytes(b"id: bourse\xff")
    files = {fault.file for fault in faults_of(content_dir)}
    assert files == {TSI, "apres-bac/le-but.yml", "sms.yml", "argent-logement/bourse.yml"}


def test_missing_source_is_a_fault(content_dir: Path) -> None:
    text = (content_dir / TSI).read_text(encoding="utf-8")
    start, end = text.index("sources:"), text.index("review_by")
    (content_dir / TSI).write_text(text[:start] + "sources: []\n" + text[end:], encoding="utf-8")
    assert any("sources" in fault.what for fault in faults_of(content_dir))


@pytest.mark.parametrize(
    "url", ["https://copies.example/tsi", "http://www.Copies.example.:8080?x", "https://a@copies.example"]
)
def test_source_on_a_refused_site_is_a_fault(content_dir: Path, url: str) -> None:
    (content_dir / "sites_refuses.yml").write_text("copies.example: documents recopiés\n", encoding="utf-8")
    assert load_content(content_dir)
    change(content_dir, "url: https://www.onisep.fr/", f"url: {url}")
    (fault,) = faults_of(content_dir)
    assert (fault.file, fault.line) == (TSI, line_of(content_dir, "url:"))
    assert "« copies.example » est refusé comme source : documents recopiés" in fault.what


def test_site_whose_name_only_ends_like_a_refused_one_is_none(content_dir: Path) -> None:
    (content_dir / "sites_refuses.yml").write_text("nisep.fr: documents recopiés\n", encoding="utf-8")
    assert load_content(content_dir)


def test_refused_site_without_its_reason_is_a_fault(content_dir: Path) -> None:
    (content_dir / "sites_refuses.yml").write_text("# vide\na.example: oui\nb.example:\n", encoding="utf-8")
    assert [(fault.file, fault.line) for fault in faults_of(content_dir)] == [("sites_refuses.yml", 3)]


def test_same_id_in_two_themes_is_a_fault(content_dir: Path) -> None:
    text = (content_dir / TSI).read_text(encoding="utf-8")
    (content_dir / "argent-logement" / "prepa-tsi.yml").write_text(text, encoding="utf-8")
    assert any("est déjà celui de apres-bac/prepa-tsi.yml" in fault.what for fault in faults_of(content_dir))


def test_unknown_theme_folder_is_a_fault(content_dir: Path) -> None:
    (content_dir / "argent-logement").rename(content_dir / "argent-et-logement")
    faults = faults_of(content_dir)
    assert [fault.file for fault in faults] == ["argent-et-logement/bourse.yml"]
    assert "argent-logement" in faults[0].remedy


def test_missing_folder_is_a_fault_and_not_a_traceback(tmp_path: Path) -> None:
    assert "n'existe pas" in faults_of(tmp_path / "nowhere")[0].what


@pytest.mark.parametrize("file", ["axes.yml", "sms.yml", "sigles.yml", "hors_sujet.yml", "sites_refuses.yml", TSI])
@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_only_content_errors_are_raised(content_dir: Path, file: str, text: str) -> None:
    (content_dir / file).write_text(text, encoding="utf-8")
    try:
        load_content(content_dir)
    except ContentErrors as error:
        assert error.faults


def test_unchanged_files_are_not_parsed_again(content_dir: Path, tmp_path: Path) -> None:
    first = ParsedEntries(tmp_path / "cache")
    before = load_content(content_dir, first)
    first.save()
    change(content_dir, "La prépa TSI dure", "Elle dure")
    second = ParsedEntries(tmp_path / "cache")
    name = "apres-bac/le-but.yml"
    assert second.get(name, (content_dir / name).read_text(encoding="utf-8")) == before.entries["le-but"]
    assert second.get(TSI, (content_dir / TSI).read_text(encoding="utf-8")) is None
    assert load_content(content_dir, second).entries["prepa-tsi"].answer.startswith("Elle dure")


def test_damaged_memory_of_files_is_ignored(content_dir: Path, tmp_path: Path) -> None:
    first = ParsedEntries(tmp_path / "cache")
    load_content(content_dir, first)
    first.save()
    (stored,) = (tmp_path / "cache").iterdir()
    stored.write_bytes(stored.read_bytes()[:100])
    assert len(load_content(content_dir, ParsedEntries(tmp_path / "cache")).entries) == 3


def test_entry_expires_the_day_after_its_last(content_dir: Path) -> None:
    entry: Entry = load_content(content_dir).entries["le-but"]
    assert not entry.expired(date(2020, 6, 30))
    assert entry.expired(date(2020, 7, 1))
    assert not entry.stale(date(2020, 5, 1))
    assert entry.stale(date(2020, 5, 2))
