"""« Oui » and « non »: what they mean depends on what was offered."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import sentences
from actions.action import DeskAction
from actions.choice import show_entry
from actions.escalation import open_escalation
from actions.turn import Event, Turn


class ActionAffirm(DeskAction):
    """Yes."""

    def name(self) -> str:
        """As in the domain."""
        return "action_affirm"

    async def act(self, turn: Turn) -> list[Event]:
        """Yes to a tutor opens the hand-over, yes to a single proposal shows it."""
        if turn.tutor_offered:
            return await open_escalation(self.desk, turn, turn.last_question)
        if len(turn.choices) == 1:
            return await show_entry(self.desk, turn, turn.choices[0])
        turn.say(sentences.choose_by_button() if turn.choices else sentences.ready())
        return []


class ActionDeny(DeskAction):
    """No."""

    def name(self) -> str:
        """As in the domain."""
        return "action_deny"

    async def act(self, turn: Turn) -> list[Event]:
        """What was offered is withdrawn, kindly."""
        offered = turn.tutor_offered or bool(turn.choices)
        turn.say(sentences.no_tutor_then() if offered else sentences.fine())
        return [SlotSet("choices", None), SlotSet("tutor_offered", False)]
