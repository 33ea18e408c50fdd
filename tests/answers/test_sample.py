from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.loader import load_content
from knowledge.questions import Question
from tests.answers.__main__ import load_both, sample
from tests.answers.job import job_of
from tests.answers.systems import Made, Workshop
from tests.knowledge.conftest import SAMPLES


def question(text: str, split: str) -> Question:
    return Question.model_validate({"text": text, "split": split})


def test_sample_takes_from_each_half_and_kind() -> None:
    questions = [question(f"{split} {number}", split) for split in ("tuning", "held-out") for number in range(40)]
    real = frozenset(questions[::2])
    kept = sample(questions, real, 5)
    assert len(kept) == 20
    assert sum(one in real for one in kept) == sum(one.split == "tuning" for one in kept) == 10


def test_real_wordings_are_those_of_the_files_named_so(tmp_path: Path) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "reel-a.yml").write_text("split: tuning\nout_of_scope:\n  x: [vraie]\n", encoding="utf-8")
    (folder / "b.yml").write_text("split: tuning\nout_of_scope:\n  x: [inventée]\n", encoding="utf-8")
    questions, real = load_both(folder, load_content(SAMPLES), tmp_path / "real")
    assert {one.text for one in questions} == {"vraie", "inventée"}
    assert {one.text for one in real} == {"vraie"}


def test_what_was_made_is_made_again_only_of_other_ingredients(tmp_path: Path) -> None:
    content = shutil.copytree(SAMPLES, tmp_path / "content")
    workshop = Workshop(tmp_path, job_of(load_content(content), content, []), tmp_path / "bench")
    calls: list[Path] = []

    def made(ingredient: bytes) -> tuple[Path, Made]:
        return workshop.made("thing", [ingredient], calls.append)

    first, _ = made(b"one")
    assert made(b"one")[0] == first
    assert len(calls) == 1
    assert made(b"two")[0] != first
    assert not first.exists()


def test_what_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, job_of(load_content(SAMPLES), SAMPLES, []), tmp_path / "bench")

    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError

    with pytest.raises(OSError):
        workshop.made("thing", [b"one"], fails)
    assert list((tmp_path / "bench").iterdir()) == []
