from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.floor import Course, course_of, ends_waiting
from api.schemas import MessageKind

SITUATIONS = st.fixed_dictionaries(
    {name: st.booleans() for name in ("has_text", "danger", "tutor_has_floor", "awaiting_question")}
)
SPOKEN = st.sampled_from([kind for kind in MessageKind if "block" not in kind])


@given(SPOKEN, SITUATIONS)
def test_danger_wins_in_every_situation(kind: MessageKind, situation: dict[str, bool]) -> None:
    assert course_of(kind, **{**situation, "danger": True}) is Course.SAFETY


@given(st.sampled_from([MessageKind.BLOCKED, MessageKind.UNBLOCKED]), SITUATIONS)
def test_nobody_answers_a_block(kind: MessageKind, situation: dict[str, bool]) -> None:
    assert course_of(kind, **situation) is Course.IGNORE


@given(st.sampled_from([MessageKind.COMMAND, MessageKind.BUTTON]), SITUATIONS)
def test_commands_and_buttons_reach_the_bot_whoever_has_the_floor(
    kind: MessageKind, situation: dict[str, bool]
) -> None:
    assert course_of(kind, **{**situation, "danger": False}) is Course.BOT


@given(st.sampled_from([MessageKind.TEXT, MessageKind.FILE, MessageKind.OTHER]), SITUATIONS)
def test_the_bot_is_silent_while_a_tutor_has_the_floor(kind: MessageKind, situation: dict[str, bool]) -> None:
    assert course_of(kind, **{**situation, "danger": False, "tutor_has_floor": True}) is Course.THREAD


@pytest.mark.parametrize(
    ("kind", "has_text", "course"),
    [
        (MessageKind.TEXT, True, Course.QUESTION),
        (MessageKind.FILE, True, Course.QUESTION),
        (MessageKind.FILE, False, Course.BOT),
        (MessageKind.OTHER, False, Course.BOT),
    ],
)
def test_words_are_the_question_that_the_chat_was_asked_for(kind: MessageKind, has_text: bool, course: Course) -> None:
    situation = {"danger": False, "tutor_has_floor": False, "awaiting_question": True}
    assert course_of(kind, has_text=has_text, **situation) is course


@pytest.mark.parametrize(
    ("kind", "command", "payload", "ends"),
    [
        (MessageKind.COMMAND, "annuler", None, True),
        (MessageKind.COMMAND, "aide", None, False),
        (MessageKind.BUTTON, None, "cancel:0", True),
        (MessageKind.BUTTON, None, "helpful:cpge", False),
        (MessageKind.TEXT, "annuler", None, False),
    ],
)
def test_cancelling_ends_the_waiting(kind: MessageKind, command: str | None, payload: str | None, ends: bool) -> None:
    assert ends_waiting(kind, command, payload) is ends
