"""What a student says of themself."""

from __future__ import annotations

from actions import sentences
from actions.action import DeskAction
from actions.answer import answer
from actions.turn import PROFILE_FIELDS, Event, Turn
from actions.wording import carries_more_than_profile
from api.schemas import Profile

LENGTH_LIMIT = 80


class ActionRememberProfile(DeskAction):
    """« Je suis en terminale STI2D à Toulon »: kept with the chat, and said back."""

    def name(self) -> str:
        """As in the domain."""
        return "action_remember_profile"

    async def act(self, turn: Turn) -> list[Event]:
        """Keep what was understood; what is said beyond it, or where nothing was understood, is a question."""
        said = {name: value for name in PROFILE_FIELDS if (value := _tidy(name, turn.entity(name)))}
        if not said:
            return await answer(self.desk, turn, turn.text)
        await self.desk.update_profile(turn.conversation_id, Profile(**said))
        asks = carries_more_than_profile(turn.text, list(said.values()))
        turn.say(sentences.noted(list(said.values()), question_follows=asks))
        return await answer(self.desk, turn, turn.text) if asks else []


def _tidy(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    return (value.title() if name == "ville" and value.islower() else value)[:LENGTH_LIMIT]
