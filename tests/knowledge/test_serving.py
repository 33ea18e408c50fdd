from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge import ContentErrors, KnowledgeBase, Outcome
from knowledge.calibration import Calibration
from tests.knowledge.conftest import TrigramEncoder

BUT = "apres-bac/le-but.yml"


@pytest.fixture
def base(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> Iterator[KnowledgeBase]:
    base = KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)
    yield base
    base.close()


def edit(content_dir: Path, old: str, new: str) -> None:
    path = content_dir / BUT
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_edit_is_served_within_five_seconds(base: KnowledgeBase, content_dir: Path) -> None:
    base.watch()
    edit(content_dir, "entrer dans un iut", "les études à l'institut")
    assert eventually(lambda: "les études à l'institut" in base.entry("le-but").questions)
    result = base.search("les etudes a l'institut")
    assert (result.outcome, result.hits[0].entry.id) == (Outcome.ANSWER, "le-but")


def test_broken_file_leaves_the_last_good_base_serving(base: KnowledgeBase, content_dir: Path) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    assert not base.reload()
    status = base.status()
    assert status.entries == 3
    assert status.error is not None
    assert "le-but.yml" in status.error
    assert base.search("c koi un but en iut").hits[0].entry.title == "Le BUT"


def test_mended_file_is_served_again(base: KnowledgeBase, content_dir: Path) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    base.reload()
    edit(content_dir, "titel: Le BUT", "title: Le BUT en IUT")
    assert base.reload()
    assert base.status().error is None
    assert base.entry("le-but").title == "Le BUT en IUT"


def test_other_edits_wait_for_the_broken_one(base: KnowledgeBase, content_dir: Path) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    (content_dir / "argent-logement" / "bourse.yml").unlink()
    base.reload()
    assert "bourse" in base.entries


def test_removed_entry_is_unknown(base: KnowledgeBase, content_dir: Path) -> None:
    (content_dir / "argent-logement" / "bourse.yml").unlink()
    assert base.reload()
    with pytest.raises(KeyError):
        base.entry("bourse")


def test_nothing_is_read_again_without_an_edit(base: KnowledgeBase) -> None:
    loaded_at = base.status().loaded_at
    assert base.reload()
    assert base.status().loaded_at == loaded_at


def test_edit_encodes_only_what_changed(base: KnowledgeBase, content_dir: Path, encoder: TrigramEncoder) -> None:
    before = len(encoder.encoded)
    edit(content_dir, "entrer dans un iut", "les études à l'institut")
    base.reload()
    assert encoder.encoded[before:] == ["les études à l'institut"]


def test_faulty_content_cannot_be_opened(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    with pytest.raises(ContentErrors, match="titel"):
        KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)


def test_process_that_starts_with_a_fault_serves_the_last_good_content(
    base: KnowledgeBase, content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    late = KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)
    assert late.entry("le-but").title == "Le BUT"
    error = late.status().error
    assert error is not None
    assert "le-but.yml" in error
    assert "dernière version sans faute" in error
    assert not late.reload()
    edit(content_dir, "titel: Le BUT", "title: Le B.U.T.")
    assert late.reload()
    assert (late.entry("le-but").title, late.status().error) == ("Le B.U.T.", None)


def test_the_copy_follows_every_good_edit_and_no_faulty_one(
    base: KnowledgeBase, content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    edit(content_dir, "title: Le BUT", "title: Un BUT")
    assert base.reload()
    edit(content_dir, "title: Un BUT", "titel: Un BUT")
    assert not base.reload()
    late = KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)
    assert late.entry("le-but").title == "Un BUT"
    assert len(list((tmp_path / "cache").glob("contenu-*/"))) == 1


def test_fault_at_the_very_first_start_is_raised(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    with pytest.raises(ContentErrors):
        KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)


def test_damaged_copy_is_not_served(
    base: KnowledgeBase, content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    edit(content_dir, "title: Le BUT", "titel: Le BUT")
    for path in (tmp_path / "cache").glob("contenu-*/apres-bac/le-but.yml"):
        path.write_text("x", encoding="utf-8")
    with pytest.raises(ContentErrors):
        KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)


def test_entry_keeps_its_own_question_from_the_directories(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    shutil.copytree(Path("knowledge/content/annuaires"), content_dir / "annuaires")
    edit(content_dir, "entrer dans un iut", "BUT GEII à Marseille ?")
    base = KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)
    assert base.directory("but geii a marseille") is None
    listed = base.directory("quels IUT ont le BUT GEII à Marseille")
    assert listed is not None
    assert listed.found == 1
    assert base.follow_up("quels IUT ont le BUT GEII à Marseille", "et à Salon ?") is not None


def test_faulty_row_leaves_the_earlier_directories_serving(
    content_dir: Path, tmp_path: Path, encoder: TrigramEncoder, calibration: Calibration
) -> None:
    shutil.copytree(Path("knowledge/content/annuaires"), content_dir / "annuaires")
    base = KnowledgeBase(content_dir, tmp_path / "cache", encoder, calibration)
    schools = content_dir / "annuaires" / "ecoles.yml"
    schools.write_text(
        schools.read_text(encoding="utf-8").replace("ville: Toulon", "ville: Toulonne"), encoding="utf-8"
    )
    assert not base.reload()
    assert "annuaires/ecoles.yml" in (base.status().error or "")
    assert base.directory("écoles d'ingénieurs à Toulon") is not None
