"""A student who writes, a bot that answers and a tutor, on a real database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from api.schemas import (
    Channel,
    Delivery,
    InboxItem,
    IncomingMessage,
    MessageKind,
    OutboxItem,
    OutboxResult,
    Recorded,
    Reply,
)
from api.services import conversations, delivery, escalations, inbox, intake, outbox
from api.store.database import Database
from api.store.models import Chat, Conversation, Escalation, OutboxMessage, Tutor

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

CARD = SimpleNamespace(
    title="Tu n'es pas seul·e",
    text="Appelle le 3114.",
    sources=(SimpleNamespace(title="3114", url="https://3114.fr", checked_on=date(2026, 11, 1)),),
)


class FakeLexicon:
    """Danger is « danger », asking for a person is « quelqu'un »."""

    def safety(self, text: str) -> Any:
        return SimpleNamespace(category="danger", card=CARD) if "danger" in text else None

    def asks_person(self, text: str) -> bool:
        return "quelqu'un" in text


@dataclass
class World:
    """Time stands still unless `later` is called."""

    database: Database
    now: datetime = NOON
    numbers: Any = field(default_factory=lambda: count(1))

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def message(self, text: str | None = None, chat: str = "77", **fields: Any) -> IncomingMessage:
        known = {"channel": Channel.TELEGRAM, "kind": MessageKind.TEXT, "sent_at": self.now, **fields}
        known.setdefault("update_id", next(self.numbers))
        return IncomingMessage(chat=chat, text=text, **known)

    async def receive(self, *messages: IncomingMessage) -> list[Recorded]:
        async with self.database.transaction() as session:
            return await intake.record(session, FakeLexicon(), messages, self.now)  # type: ignore[arg-type]

    async def write(self, text: str | None = None, chat: str = "77", **fields: Any) -> Recorded:
        return (await self.receive(self.message(text, chat, **fields)))[0]

    async def press(self, payload: str, chat: str = "77") -> Recorded:
        return await self.write(None, chat, kind=MessageKind.BUTTON, payload=payload)

    async def command(self, name: str, chat: str = "77") -> Recorded:
        return await self.write(name, chat, kind=MessageKind.COMMAND)

    async def lease(self, worker: str = "bot", limit: int = 16) -> list[InboxItem]:
        async with self.database.transaction() as session:
            return (await inbox.lease(session, worker, list(Channel), limit, self.now))[0]

    async def finish(self, item: InboxItem, *texts: str) -> None:
        async with self.database.transaction() as session:
            await inbox.finish(session, item.id, [Reply(text=text) for text in texts], self.now)

    async def fail(self, item: InboxItem, worker: str = "bot") -> None:
        async with self.database.transaction() as session:
            await inbox.fail(session, item.id, worker, "TimeoutError", self.now)

    async def free(self, worker: str = "bot") -> None:
        async with self.database.transaction() as session:
            await inbox.QUEUE.free(session, worker)
            await outbox.QUEUE.free(session, worker)

    async def answer_all(self, *texts: str) -> None:
        while items := await self.lease():
            for item in items:
                await self.finish(item, *texts)

    async def lease_outbox(self, worker: str = "bot", limit: int = 16) -> list[OutboxItem]:
        async with self.database.transaction() as session:
            return (await outbox.lease(session, worker, list(Channel), limit, self.now))[0]

    async def report(self, item: OutboxItem, status: Delivery, worker: str = "bot", **fields: Any) -> float | None:
        result = OutboxResult(worker=worker, status=status, **fields)
        async with self.database.transaction() as session:
            return await delivery.report(session, item.id, result, self.now)

    async def send_all(self) -> list[tuple[str, Reply]]:
        sent = []
        while items := await self.lease_outbox():
            for item in items:
                sent.append((item.chat, item.reply))
                await self.report(item, Delivery.SENT, message_ids=[1])
        return sent

    async def outbox_statuses(self) -> list[str]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage.status).order_by(OutboxMessage.id)))

    async def chat(self, external_id: str = "77") -> Chat:
        async with self.database.reading() as session:
            return (await session.scalars(select(Chat).where(Chat.external_id == external_id))).one()

    async def conversation_id(self, chat: str = "77") -> str:
        owner = await self.chat(chat)
        async with self.database.transaction() as session:
            return (await conversations.current(session, owner.id, self.now)).id

    async def conversations(self) -> list[Conversation]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Conversation)))

    async def escalations(self) -> list[Escalation]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Escalation).order_by(Escalation.opened_at)))

    async def claim(self, name: str = "Camille") -> Escalation:
        """A tutor takes the only active escalation."""
        async with self.database.transaction() as session:
            tutor = Tutor(
                email=f"{name}@x.fr", name=name, coordinator=False, token_hash=name, active=True, created_at=self.now
            )
            session.add(tutor)
            await session.flush()
            waiting = (await session.scalars(select(Escalation).where(Escalation.status == "open"))).one()
            return await escalations.claim(session, waiting.id, tutor, self.now)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def texts(sent: Iterable[tuple[str, Reply]]) -> list[str]:
    return [reply.text for _, reply in sent]
