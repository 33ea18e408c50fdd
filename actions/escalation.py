"""Handing over to a person."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import DeskAction
from actions.desk import Desk
from actions.turn import Event, Turn
from actions.wording import carries_question


async def open_escalation(desk: Desk, turn: Turn, question: str | None) -> list[Event]:
    """Ask for a person with `question`, or without where there is none, and say what came of it.

    The question is forgotten here, so that it is not handed over a second time.
    """
    requested = await desk.request_tutor(turn.conversation_id, question)
    turn.say(requested.reply)
    return [SlotSet("last_question", None), SlotSet("choices", None), SlotSet("tutor_offered", False)]


class ActionOpenEscalation(DeskAction):
    """A person is asked for."""

    def name(self) -> str:
        """As in the domain."""
        return "action_open_escalation"

    async def act(self, turn: Turn) -> list[Event]:
        """The question is the message itself where it says what for, else the last one asked, else the api decides."""
        question = turn.text if carries_question(turn.text) else turn.last_question
        return await open_escalation(self.desk, turn, question)
