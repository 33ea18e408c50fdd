"""The beginning of a conversation."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.profile import FIELDS
from actions.turn import Event, Turn


class ActionSessionStart(Action):  # type: ignore[misc]
    """A new conversation knows what the student said of themself in earlier ones."""

    def name(self) -> str:
        """As in the domain."""
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Set the slots from the profile that came with the first message."""
        profile = Turn(dispatcher, tracker).session_metadata.get("profile") or {}
        slots = [SlotSet(name, profile[name]) for name in FIELDS if profile.get(name)]
        return [SessionStarted(), *slots, ActionExecuted("action_listen")]
