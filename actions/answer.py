"""Questions."""

from __future__ import annotations

from actions.action import DeskAction
from actions.desk import Desk
from actions.turn import Event, Turn, remembered


async def answer(desk: Desk, turn: Turn, question: str) -> list[Event]:
    """Say what the base knows about `question`; give back what to remember of it."""
    answers = await desk.answers(question)
    turn.say(answers.reply)
    return remembered(question, answers)


class ActionAnswer(DeskAction):
    """A question, or a message that was not understood and is taken for one."""

    def name(self) -> str:
        """As in the domain."""
        return "action_answer"

    async def act(self, turn: Turn) -> list[Event]:
        """Search the base for the message as it was written."""
        return await answer(self.desk, turn, turn.text)


class ActionDefaultFallback(ActionAnswer):
    """No rule fits: as if it were a question."""

    def name(self) -> str:
        """As in the domain."""
        return "action_default_fallback"
