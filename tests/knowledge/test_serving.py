from __future__ import annotations

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
