from __future__ import annotations

import pytest

from knowledge.calibration import Thresholds
from knowledge.questions import Question
from knowledge.search import Outcome
from knowledge.tuning import Target
from tests.answers.job import Reply
from tests.answers.judging import outcome_of, thresholds_for, verdicts
from tests.answers.measured import known, scores

TARGET = Target(precision=1.0, false_answers=0.0, false_proposals=0.5)


def reply(*found: tuple[str, float], outcome: Outcome | None = None) -> Reply:
    return Reply(found=found, milliseconds=1.0, outcome=outcome)


def asked(split: str, *expect: str) -> Question:
    return Question.model_validate({"text": "?", "expect": expect, "split": split})


@pytest.mark.parametrize(("score", "outcome"), [(0.9, Outcome.ANSWER), (0.5, Outcome.CLARIFY), (0.1, Outcome.UNKNOWN)])
def test_score_decides_the_outcome(score: float, outcome: Outcome) -> None:
    assert outcome_of(reply(("bts", score)), Thresholds(answer=0.8, propose=0.3)) is outcome


def test_nothing_found_is_unknown_even_where_everything_is_answered() -> None:
    assert outcome_of(reply(), Thresholds(answer=0.0, propose=0.0)) is Outcome.UNKNOWN


def test_threshold_is_the_lowest_without_a_wrong_answer_in_the_tuning_half() -> None:
    questions = [asked("tuning", "bts"), asked("tuning", "bts"), asked("tuning", "bts"), asked("held-out", "bts")]
    replies = [reply(("bts", 0.9)), reply(("bts", 0.8)), reply(("but", 0.7)), reply(("but", 0.95))]
    assert thresholds_for(questions, replies, TARGET).answer == 0.8


def test_held_out_half_has_no_say_in_the_thresholds() -> None:
    tuning = [asked("tuning", "bts"), asked("tuning")]
    replies = [reply(("bts", 0.9)), reply(("bts", 0.4))]
    alone = thresholds_for(tuning, replies, TARGET)
    more = thresholds_for([*tuning, asked("held-out")], [*replies, reply(("bts", 0.99))], TARGET)
    assert alone == more


def test_system_that_decides_by_itself_keeps_its_outcome() -> None:
    judged = verdicts([asked("tuning", "bts")], [reply(("but", 0.99), outcome=Outcome.CLARIFY)], TARGET)
    assert judged[0].outcome is Outcome.CLARIFY


def test_scores_count_the_held_out_half_alone() -> None:
    questions = [asked("tuning", "bts"), asked("held-out", "bts"), asked("held-out", "but")]
    replies = [reply(("bts", 0.9)), reply(("bts", 0.9)), reply(("bts", 0.5), ("but", 0.4))]
    measured = scores(verdicts(questions, replies, TARGET))
    assert measured.answers == 1
    assert measured.figures["in_scope"] == 2
    assert measured.figures["recall_at_1"] == 0.5
    assert measured.figures["mrr"] == 0.75


def test_known_is_the_share_of_own_phrasings_that_bring_their_entry_first() -> None:
    own = [asked("tuning", "bts"), asked("tuning", "but"), asked("tuning", "but")]
    assert known(own, [reply(("bts", 0.9)), reply(("bts", 0.5), ("but", 0.4)), reply()]) == pytest.approx(1 / 3)
