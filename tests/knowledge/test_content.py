"""The content as it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.loader import Content, load_content
from knowledge.questions import load_questions

CONTENT = Path("knowledge/content")


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(CONTENT)


def test_published_content_has_no_fault(content: Content) -> None:
    assert len(content.entries) >= 30


def test_every_theme_has_an_entry(content: Content) -> None:
    assert {entry.theme for entry in content.entries.values()} == set(content.axes.values("theme"))


def test_trial_questions_are_not_the_entries_own(content: Content) -> None:
    questions = load_questions(Path(__file__).with_name("questions"), content.entries)
    texts = {split: {q.text for q in questions if q.split == split} for split in ("tuning", "held-out")}
    assert len(questions) >= 400
    assert not texts["tuning"] & texts["held-out"]
    assert not (texts["tuning"] | texts["held-out"]) & set(content.off_topic)
