"""« Tu veux parler de… » : the choice, by its button or in words."""

from __future__ import annotations

import re

from rasa_sdk.events import SlotSet

from actions import sentences
from actions.action import DeskAction
from actions.answer import answer
from actions.desk import Desk
from actions.turn import Event, Turn
from api.errors import EntryUnknown

_PLACES = {"premi": 0, "1": 0, "haut": 0, "deuxi": 1, "second": 1, "2": 1, "troisi": 2, "3": 2, "quatri": 3, "4": 3}
_LAST = ("derni", "bas")
_DIGITS_OR_LETTERS = re.compile(r"\d+|[^\W\d]+")


def place(text: str, count: int) -> int | None:
    """Which of `count` choices is meant, from 0; None where none is named, or one that there is not."""
    for word in _DIGITS_OR_LETTERS.findall(text.lower()):
        if word.startswith(_LAST):
            return count - 1 if count else None
        found = next((index for start, index in _PLACES.items() if word.startswith(start)), None)
        if found is not None and (not word.isdigit() or len(word) == 1):
            return found if found < count else None
    return None


async def show_entry(desk: Desk, turn: Turn, entry_id: str) -> list[Event]:
    """Show one entry, or say that it is gone."""
    try:
        turn.say(await desk.entry(entry_id))
    except EntryUnknown:
        turn.say(sentences.entry_gone())
        return [SlotSet("choices", None)]
    return [SlotSet("last_entry", entry_id), SlotSet("choices", None), SlotSet("tutor_offered", False)]


class ActionChooseEntry(DeskAction):
    """The button was pressed."""

    def name(self) -> str:
        """As in the domain."""
        return "action_choose_entry"

    async def act(self, turn: Turn) -> list[Event]:
        """Show the entry that the button names; words without one are a question."""
        entry_id = turn.entity("entry")
        if entry_id is None:
            return await answer(self.desk, turn, turn.text)
        return await show_entry(self.desk, turn, entry_id)


class ActionPickChoice(DeskAction):
    """« La deuxième »."""

    def name(self) -> str:
        """As in the domain."""
        return "action_pick_choice"

    async def act(self, turn: Turn) -> list[Event]:
        """Show the entry at that place of the last proposals; without proposals it is a question."""
        if not turn.choices:
            return await answer(self.desk, turn, turn.text)
        index = place(turn.text, len(turn.choices))
        if index is None:
            turn.say(sentences.choose_by_button())
            return []
        return await show_entry(self.desk, turn, turn.choices[index])
