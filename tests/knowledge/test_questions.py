from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import ContentErrors
from knowledge.evaluation import Verdict, figures
from knowledge.loader import load_content
from knowledge.questions import Question, load_questions
from knowledge.schema import Entry
from knowledge.search import Outcome

COLLECTED = """\
split: tuning
sources:
  forum: https://forum.example.org/sti2d
collected:
  - text: jsuis en sti2d je veux faire une prépa
    need: veut connaître la prépa après STI2D
    source: forum
    entries: [prepa-tsi]
  - text: qui surveille l'internat le soir
    need: veut connaître la vie à l'internat
    entries: []
  - text: le score du match
    out_of_scope: sport
"""


@pytest.fixture
def entries(content_dir: Path) -> dict[str, Entry]:
    return dict(load_content(content_dir).entries)


def load(tmp_path: Path, text: str, entries: dict[str, Entry]) -> list[Question]:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "reel.yml").write_text(text, encoding="utf-8")
    return load_questions(folder, entries)


def test_collected_questions_are_answered_unanswered_or_out_of_scope(tmp_path: Path, entries: dict[str, Entry]) -> None:
    answered, unanswered, outside = load(tmp_path, COLLECTED, entries)
    assert answered.expect == ("prepa-tsi",) and answered.in_scope and not answered.unanswered
    assert not unanswered.expect and unanswered.in_scope and unanswered.unanswered
    assert not outside.expect and not outside.in_scope and not outside.unanswered


def test_collected_question_that_became_an_own_phrasing_is_left_out(tmp_path: Path, entries: dict[str, Entry]) -> None:
    own = entries["prepa-tsi"].questions[0]
    text = COLLECTED.replace("jsuis en sti2d je veux faire une prépa", f'"{own.upper()}"')
    assert [question.text for question in load(tmp_path, text, entries)] == [
        "qui surveille l'internat le soir",
        "le score du match",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("entries: [prepa-tsi]", "entries: [prepa-tsj]", "aucune fiche « prepa-tsj »"),
        ("source: forum", "source: blog", "aucune source « blog »"),
        ("out_of_scope: sport", "source: forum", "il faut un besoin"),
        ("https://forum.example.org/sti2d", "un forum", "adresse web"),
    ],
)
def test_faulty_collected_question_is_named(
    tmp_path: Path, entries: dict[str, Entry], old: str, new: str, told: str
) -> None:
    with pytest.raises(ContentErrors, match=told) as caught:
        load(tmp_path, COLLECTED.replace(old, new), entries)
    assert all(fault.file == "reel.yml" and fault.line > 1 for fault in caught.value.faults)


def test_an_answer_where_no_entry_answers_costs_precision_and_not_false_answers() -> None:
    questions = [
        Question(text="a", expect=("x",), split="held-out"),
        Question(text="b", split="held-out", unanswered=True),
        Question(text="c", split="held-out"),
    ]
    outcomes = (Outcome.ANSWER, Outcome.ANSWER, Outcome.UNKNOWN)
    verdicts = [Verdict(q, outcome, ("x",), 0.9, 1.0) for q, outcome in zip(questions, outcomes, strict=True)]
    measured = figures(verdicts, "held-out")
    assert (measured.in_scope, measured.unanswered, measured.out_of_scope) == (1, 1, 1)
    assert measured.precision == 0.5
    assert measured.unanswered_answers == 1.0
    assert measured.false_answers == 0.0
