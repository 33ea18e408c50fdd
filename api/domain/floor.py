"""Who has the floor for a message that has just arrived. Pure: no clock, no table."""

from __future__ import annotations

from enum import StrEnum

from api.schemas import MessageKind


class Course(StrEnum):
    """What is done with a message."""

    IGNORE = "ignore"  # blocked or unblocked: nobody answers
    SAFETY = "safety"  # the help card at once, and an urgent case
    THREAD = "thread"  # to the tutor; the bot stays silent
    QUESTION = "question"  # it is the question that the chat was asked for: to the tutors
    BOT = "bot"


_CONTROLS = frozenset({MessageKind.COMMAND, MessageKind.BUTTON})
_SILENT = frozenset({MessageKind.BLOCKED, MessageKind.UNBLOCKED})


def course_of(
    kind: MessageKind, *, has_text: bool, danger: bool, tutor_has_floor: bool, awaiting_question: bool
) -> Course:
    """The course of a message. Danger wins over everything; commands and buttons always reach the bot otherwise."""
    if kind in _SILENT:
        return Course.IGNORE
    if danger:
        return Course.SAFETY
    if kind in _CONTROLS:
        return Course.BOT
    if tutor_has_floor:
        return Course.THREAD
    if awaiting_question and has_text:
        return Course.QUESTION
    return Course.BOT


def ends_waiting(kind: MessageKind, command: str | None, payload: str | None) -> bool:
    """Whether the student takes back the wish for a person: `/annuler`, or a button `cancel:…`."""
    if kind is MessageKind.COMMAND:
        return command == "annuler"
    return kind is MessageKind.BUTTON and (payload or "").partition(":")[0] == "cancel"
