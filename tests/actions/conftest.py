"""A fake api, and conversations as Rasa sends them."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action import DeskAction
from api.errors import EntryUnknown, PasserelleError
from api.schemas import (
    AnswerEntry,
    AnswerOutcome,
    Answers,
    Button,
    Profile,
    Reply,
    ReplyKind,
    TutorRequested,
    TutorRequestOutcome,
)


class FakeDesk:
    """Answers what it was told to, and keeps what it was asked. `broken` is raised by every call."""

    def __init__(self) -> None:
        self.known: dict[str, Answers] = {}
        self.swapped: dict[tuple[str, str], Answers] = {}
        self.entries: dict[str, Reply] = {}
        self.broken: PasserelleError | None = None
        self.questions: list[str] = []
        self.tutor_requests: list[tuple[str, str | None]] = []
        self.profiles: list[tuple[str, dict[str, str]]] = []

    async def answers(self, question: str, previous: str | None = None) -> Answers:
        self._fail()
        self.questions.append(question)
        if previous is not None and (previous, question) in self.swapped:
            return self.swapped[previous, question]
        return self.known.get(question, unknown())

    async def entry(self, entry_id: str) -> Reply:
        self._fail()
        if entry_id not in self.entries:
            raise EntryUnknown(entry_id)
        return self.entries[entry_id]

    async def request_tutor(self, conversation_id: str, question: str | None = None) -> TutorRequested:
        self._fail()
        self.tutor_requests.append((conversation_id, question))
        return TutorRequested(
            outcome=TutorRequestOutcome.OPENED, escalation_id="e1", reply=Reply(kind=ReplyKind.NOTICE, text="Transmis.")
        )

    async def update_profile(self, conversation_id: str, profile: Profile) -> dict[str, str]:
        self._fail()
        values: dict[str, str] = profile.model_dump(exclude_none=True)
        self.profiles.append((conversation_id, values))
        return values

    def _fail(self) -> None:
        if self.broken is not None:
            raise self.broken


def found(entry_id: str, text: str = "Réponse.") -> Answers:
    """An answer from the base."""
    return Answers(
        outcome=AnswerOutcome.ANSWER,
        entries=[AnswerEntry(id=entry_id, title=entry_id, text=text, score=0.9, sources=[])],
        reply=Reply(kind=ReplyKind.ANSWER, text=text, entry_id=entry_id),
    )


def unclear(*entry_ids: str) -> Answers:
    """« Tu veux parler de… »."""
    buttons = [[Button(title=entry_id, payload=f"ask:{entry_id}")] for entry_id in entry_ids]
    buttons.append([Button(title="Parler à un tuteur", payload="tutor")])
    return Answers(
        outcome=AnswerOutcome.CLARIFY,
        entries=[AnswerEntry(id=name, title=name, text="…", score=0.4, sources=[]) for name in entry_ids],
        reply=Reply(kind=ReplyKind.CLARIFY, text="Tu veux parler de… ?", buttons=buttons),
    )


def unknown() -> Answers:
    """Nothing found."""
    return Answers(
        outcome=AnswerOutcome.UNKNOWN, entries=[], reply=Reply(kind=ReplyKind.UNKNOWN, text="Je ne sais pas.")
    )


class Conversation:
    """One conversation; each `hear` runs an action as the server does and keeps the slots that it sets."""

    def __init__(self) -> None:
        self.slots: dict[str, Any] = {}
        self.replies: list[Reply] = []

    async def hear(
        self, action: DeskAction, text: str, *, intent: str = "ask", entities: dict[str, str] | None = None
    ) -> list[Reply]:
        """What the action says to these words."""
        said = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
        tracker = Tracker.from_dict(
            {
                "sender_id": "c-1",
                "slots": dict(self.slots),
                "latest_message": {"text": text, "intent": {"name": intent}, "entities": said},
                "events": [],
                "paused": False,
                "followup_action": None,
                "active_loop": {},
                "latest_action_name": "action_listen",
            }
        )
        dispatcher = CollectingDispatcher()
        events = await action.run(dispatcher, tracker, {})
        self.slots.update({event["name"]: event["value"] for event in events if event["event"] == "slot"})
        self.replies = [Reply.model_validate(message["custom"]["reply"]) for message in dispatcher.messages]
        return self.replies


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def conversation() -> Conversation:
    return Conversation()
