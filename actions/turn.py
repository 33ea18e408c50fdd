"""One turn of a conversation, as an action sees it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from api.schemas import Act, AnswerOutcome, Answers, Reply, parse_payload

Event = dict[str, Any]
"""What an action gives back to Rasa, e.g. a slot to set."""


PROFILE_FIELDS = ("niveau", "filiere", "formation", "ville")
"""The entities and slots that make the profile, in the order in which they are said back."""


class Turn:
    """The student's message, what is remembered of the turns before, and the way to reply."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher = dispatcher
        self._tracker = tracker
        self.conversation_id: str = tracker.sender_id
        self.text: str = (tracker.latest_message.get("text") or "").strip()

    def say(self, reply: Reply) -> None:
        """Show a reply to the student, after those already said in this turn."""
        self._dispatcher.utter_message(json_message={"reply": reply.model_dump(mode="json")})

    @property
    def last_question(self) -> str | None:
        """The last question that the student asked in this conversation."""
        question: str | None = self._slot("last_question")
        return question

    @property
    def last_entry(self) -> str | None:
        """The id of the entry that answered it, if one did."""
        entry_id: str | None = self._slot("last_entry")
        return entry_id

    @property
    def choices(self) -> list[str]:
        """The entry ids of the last « Tu veux parler de… », in the order shown."""
        return self._slot("choices") or []

    @property
    def tutor_offered(self) -> bool:
        """Whether the bot's last answer ended with the offer of a person."""
        return bool(self._slot("tutor_offered"))

    @property
    def untold(self) -> dict[str, str]:
        """What the student said of themself in earlier conversations and this one does not know yet."""
        metadata = self._slot("session_started_metadata")
        profile = metadata.get("profile") if isinstance(metadata, dict) else None
        known = profile if isinstance(profile, dict) else {}
        return {name: known[name] for name in PROFILE_FIELDS if known.get(name) and not self._slot(name)}

    def entity(self, name: str) -> str | None:
        """The last value of an entity in the message."""
        values = [
            entity["value"] for entity in self._tracker.latest_message.get("entities") or [] if entity["entity"] == name
        ]
        return str(values[-1]) if values else None

    def _slot(self, name: str) -> Any:
        return self._tracker.get_slot(name)


def remembered(question: str, answers: Answers) -> list[Event]:
    """What to remember of a question and of what was answered."""
    found = answers.outcome is AnswerOutcome.ANSWER and answers.entries
    return [
        SlotSet("last_question", question),
        SlotSet("last_entry", answers.entries[0].id if found else None),
        SlotSet("choices", _choices(answers.reply) or None),
        SlotSet("tutor_offered", answers.outcome is AnswerOutcome.UNKNOWN),
    ]


def _choices(reply: Reply) -> list[str]:
    payloads = [parse_payload(button.payload) for row in reply.buttons for button in row]
    return [parsed[1] for parsed in payloads if parsed and parsed[0] is Act.ASK]
