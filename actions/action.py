"""What every action has in common: the way to the api, and a sentence for the student when that way is closed."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import sentences
from actions.desk import Desk
from actions.turn import Event, Turn
from api.errors import ApiUnavailable, PasserelleError

logger = logging.getLogger(__name__)


class DeskAction(Action):  # type: ignore[misc]
    """An action that asks the api. Whatever fails, the student gets a calm sentence and the log gets the cause."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Act; on an error of ours say so instead. Logs hold the kind of error, never the student's words.

        Where the api is away nothing is said: after an empty turn the bot asks the api itself, which may be back then.

        The slots of the profile start from what came with the conversation's first message. That is done here and
        not in an action of its own at the start of a session: if that one call failed, Rasa would stay deaf.
        """
        turn = Turn(dispatcher, tracker)
        told = [SlotSet(name, value) for name, value in turn.untold.items()]
        try:
            return [*told, *await self.act(turn)]
        except ApiUnavailable as error:
            logger.warning("%s: %s (left to the bot)", self.name(), type(error).__name__)
            return told
        except PasserelleError as error:
            logger.warning("%s: %s (%s)", self.name(), type(error).__name__, error.title)
            turn.say(sentences.unavailable())
            return told

    @abstractmethod
    async def act(self, turn: Turn) -> list[Event]:
        """Reply to the turn; give back what to remember."""
