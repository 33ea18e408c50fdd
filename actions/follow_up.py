"""Questions that lean on the one before: « et pour les STL ? », « non, le BUT »."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import sentences
from actions.action import DeskAction
from actions.answer import answer
from actions.turn import Event, Turn, remembered
from api.schemas import AnswerOutcome, Answers


class ActionFollowUp(DeskAction):
    """Changes one criterion of the list before, or searches the last question and the follow-up together.

    Says so honestly where that brings nothing new.
    """

    def name(self) -> str:
        """As in the domain."""
        return "action_follow_up"

    async def act(self, turn: Turn) -> list[Event]:
        """A list goes on with the criterion changed, and is the topic from then on.

        Else together first, alone where that only finds what was just said; the topic stays the first question.
        """
        topic = turn.last_question
        if topic is None:
            return await answer(self.desk, turn, turn.text)
        alone = await self.desk.answers(turn.text, topic)
        if alone.question is not None:
            turn.say(alone.reply)
            return remembered(alone.question, alone)
        together = await self.desk.answers(f"{topic} {turn.text}")
        if not _repeats(together, turn.last_entry):
            turn.say(together.reply)
            return remembered(topic, together)
        if alone.outcome is AnswerOutcome.ANSWER and not _repeats(alone, turn.last_entry):
            turn.say(alone.reply)
            return remembered(turn.text, alone)
        turn.say(sentences.nothing_more_precise())
        return [SlotSet("choices", None), SlotSet("tutor_offered", True)]


def _repeats(answers: Answers, last_entry: str | None) -> bool:
    return (
        last_entry is not None
        and answers.outcome is AnswerOutcome.ANSWER
        and bool(answers.entries)
        and answers.entries[0].id == last_entry
    )
