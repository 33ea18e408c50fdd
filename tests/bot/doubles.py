"""Stand-ins at the bot's edges: the api, the dialogue, the line to Telegram."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from api.errors import ApiUnavailable, PasserelleError
from api.schemas import (
    AnswerOutcome,
    Answers,
    Channel,
    Erasure,
    InboxItem,
    IncomingMessage,
    MessageKind,
    OutboxItem,
    OutboxResult,
    Recorded,
    Reply,
    Route,
    TutorRequested,
    TutorRequestOutcome,
)
from bot.rasa import RasaUnavailable
from bot.rendering import Part

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeApi:
    """The api's client, with everything in memory; what is in `down` fails as if the api were away."""

    def __init__(self) -> None:
        self.recorded: list[IncomingMessage] = []
        self.calls: list[tuple[Any, ...]] = []
        self.done: dict[int, list[Reply]] = {}
        self.failed: dict[int, str] = {}
        self.results: list[tuple[int, OutboxResult]] = []
        self.inbox: deque[InboxItem] = deque()
        self.outbox: deque[OutboxItem] = deque()
        self.down: set[str] = set()
        self.errors: dict[str, PasserelleError] = {}
        self.erasure_ids = ["c1"]

    async def _enter(self, name: str, *details: Any) -> None:
        await asyncio.sleep(0)
        self.calls.append((name, *details))
        if name in self.down or "all" in self.down:
            raise ApiUnavailable(name)
        if name in self.errors:
            raise self.errors[name]

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] == name]

    async def record(self, messages: list[IncomingMessage]) -> list[Recorded]:
        await self._enter("record", len(messages))
        self.recorded += messages
        return [Recorded(update_id=message.update_id, route=Route.BOT) for message in messages]

    async def start_work(self, worker: str) -> None:
        await self._enter("start_work", worker)

    async def lease_inbox(self, worker: str, *, limit: int, wait_seconds: float) -> list[InboxItem]:
        await self._enter("lease_inbox", worker)
        return await _some(self.inbox, limit)

    async def lease_outbox(
        self, worker: str, *, limit: int, wait_seconds: float, channels: list[Channel]
    ) -> list[OutboxItem]:
        await self._enter("lease_outbox", worker)
        return await _some(self.outbox, limit)

    async def finish(self, inbox_id: int, worker: str, replies: list[Reply]) -> None:
        await self._enter("finish", inbox_id)
        self.done[inbox_id] = replies

    async def fail(self, inbox_id: int, worker: str, error: str) -> None:
        await self._enter("fail", inbox_id)
        self.failed[inbox_id] = error

    async def report(self, outbox_id: int, result: OutboxResult) -> None:
        await self._enter("report", outbox_id)
        self.results.append((outbox_id, result))

    async def request_tutor(self, conversation_id: str, question: str | None = None) -> TutorRequested:
        await self._enter("request_tutor", conversation_id, question)
        return TutorRequested(outcome=TutorRequestOutcome.OPENED, escalation_id="e1", reply=Reply(text="Transmis."))

    async def cancel(self, conversation_id: str, escalation_id: str | None = None) -> Reply:
        await self._enter("cancel", conversation_id, escalation_id)
        return Reply(text="Annulé.")

    async def reopen(self, conversation_id: str, escalation_id: str) -> Reply:
        await self._enter("reopen", conversation_id, escalation_id)
        return Reply(text="Rouvert.")

    async def give_feedback(self, conversation_id: str, entry_id: str, *, helpful: bool) -> None:
        await self._enter("give_feedback", conversation_id, entry_id, helpful)

    async def erase(self, conversation_id: str) -> Erasure:
        await self._enter("erase", conversation_id)
        return Erasure(conversation_ids=self.erasure_ids)

    async def pending_erasures(self) -> Erasure:
        await self._enter("pending_erasures")
        return Erasure(conversation_ids=self.erasure_ids)

    async def confirm_erasure(self, conversation_id: str) -> None:
        await self._enter("confirm_erasure", conversation_id)

    async def answers(self, question: str) -> Answers:
        await self._enter("answers", question)
        return Answers(outcome=AnswerOutcome.UNKNOWN, entries=[], reply=Reply(text=f"base: {question}"))

    async def entry(self, entry_id: str) -> Reply:
        await self._enter("entry", entry_id)
        return Reply(text=f"fiche: {entry_id}", entry_id=entry_id)


async def _some(queue: deque[Any], limit: int) -> list[Any]:
    """As a long poll: waits a moment for work, gives at most `limit`."""
    for _ in range(50):
        if queue:
            return [queue.popleft() for _ in range(min(limit, len(queue)))]
        await asyncio.sleep(0.01)
    return []


class FakeRasa:
    """The dialogue: echoes, unless it is away."""

    def __init__(self) -> None:
        self.away: str | None = None
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.forgotten: list[str] = []

    async def say(self, conversation_id: str, text: str, profile: dict[str, str]) -> list[Reply]:
        return self._answer(conversation_id, text, profile)

    async def choose(self, conversation_id: str, entry_id: str, profile: dict[str, str]) -> list[Reply]:
        return self._answer(conversation_id, f"choose {entry_id}", profile)

    async def forget(self, conversation_id: str) -> None:
        if self.away:
            raise RasaUnavailable(self.away)
        self.forgotten.append(conversation_id)

    def _answer(self, conversation_id: str, text: str, profile: dict[str, str]) -> list[Reply]:
        self.asked.append((conversation_id, text, profile))
        if self.away:
            raise RasaUnavailable(self.away)
        return [Reply(text=f"rasa: {text}")]


class FakeFront:
    """A channel that notes what is shown in it."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.said: list[Reply] = []

    @asynccontextmanager
    async def writing(self, item: InboxItem) -> Any:
        self.shown.append(item.conversation_id)
        yield

    async def say_unstored(self, item: InboxItem, reply: Reply) -> None:
        self.said.append(reply)


class FakeLine:
    """Takes messages and raises what `failures` holds first; `seconds` is how long a send takes."""

    def __init__(self, *failures: Exception | None, seconds: float = 0) -> None:
        self.failures = deque(failures)
        self.seconds = seconds
        self.sent: list[tuple[str, str, bool]] = []
        self.in_the_air = 0
        self.most_in_the_air = 0

    async def send_part(self, chat: str, part: Part, *, plain: bool = False) -> int:
        self.in_the_air += 1
        self.most_in_the_air = max(self.most_in_the_air, self.in_the_air)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.in_the_air -= 1
        failure = self.failures.popleft() if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append((chat, part.plain if plain else part.html, plain))
        return len(self.sent)


def inbox_item(kind: MessageKind = MessageKind.TEXT, **fields: Any) -> InboxItem:
    defaults: dict[str, Any] = {
        "id": 1,
        "channel": Channel.TELEGRAM,
        "chat": "7",
        "conversation_id": "c1",
        "kind": kind,
    }
    return InboxItem(**defaults | fields)


def outbox_item(text: str = "Bonjour", **fields: Any) -> OutboxItem:
    defaults: dict[str, Any] = {
        "id": 1,
        "channel": Channel.TELEGRAM,
        "chat": "7",
        "reply": Reply(text=text),
    }
    return OutboxItem(**defaults | fields)
