"""The inbox: messages that wait for the bot, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import Channel, InboxItem, MessageKind, Reply
from api.services import chats, conversations, outbox, phrases
from api.services.queue import Queue
from api.store.bell import announce
from api.store.models import Chat, InboxMessage

TOPIC = "inbox"

QUEUE = Queue(TOPIC, InboxMessage, InboxMessage.update_id)

BACKOFF_SECONDS = (1, 3, 9, 27)
"""After each failure; one more is the last."""

_OPEN = ("pending", "leased")


async def lease(
    session: AsyncSession, worker: str, channels: Sequence[Channel], limit: int, now: datetime
) -> tuple[list[InboxItem], float | None]:
    """Messages to answer, one per chat, and the seconds after which to look again (None: at the bell)."""
    taken = await QUEUE.take(session, worker, channels, limit, now)
    rows = await session.scalars(select(Chat).where(Chat.id.in_([row.chat_id for row in taken.rows])))
    by_id = {chat.id: chat for chat in rows}
    return [await _item(session, row, by_id[row.chat_id], now) for row in taken.rows], taken.pause_seconds


async def finish(session: AsyncSession, inbox_id: int, replies: Sequence[Reply], now: datetime) -> None:
    """End a message and store its replies together. The first to finish wins; a message erased meanwhile, or
    finished before, changes nothing."""
    row = await _unfinished(session, inbox_id)
    if row is None:
        return
    row.status, row.leased_until = "done", None
    for reply in replies:
        await outbox.enqueue(session, row.chat_id, reply, now=now, inbox_id=row.id)
    await conversations.count_turn(session, row.chat_id, now)
    announce(session, TOPIC)


async def fail(session: AsyncSession, inbox_id: int, worker: str, error: str, now: datetime) -> None:
    """Try a message again after 1, 3, 9, 27 seconds; after the fifth failure it is dead and the student is told.

    Only the worker that holds it can give it back."""
    row = await _unfinished(session, inbox_id)
    if row is None or row.status != "leased" or row.worker != worker:
        return
    row.attempts += 1
    row.error, row.worker, row.leased_until = error, None, None
    if row.attempts <= len(BACKOFF_SECONDS):
        row.status = "pending"
        row.next_attempt_at = now + timedelta(seconds=BACKOFF_SECONDS[row.attempts - 1])
    else:
        row.status = "dead"
        await outbox.enqueue(session, row.chat_id, phrases.could_not_answer(), now=now, inbox_id=row.id)
        await conversations.count_turn(session, row.chat_id, now)
    await session.flush()
    announce(session, TOPIC)


async def _unfinished(session: AsyncSession, inbox_id: int) -> InboxMessage | None:
    if await chats.hold_owner(session, InboxMessage, inbox_id) is None:
        return None
    row = await session.get(InboxMessage, inbox_id, populate_existing=True)
    return row if row is not None and row.status in _OPEN else None


async def _item(session: AsyncSession, row: InboxMessage, chat: Chat, now: datetime) -> InboxItem:
    conversation = await conversations.current(session, chat.id, now)
    return InboxItem(
        id=row.id,
        channel=Channel(chat.channel),
        chat=chat.external_id,
        conversation_id=conversation.id,
        kind=MessageKind(row.kind),
        text=row.text,
        argument=row.argument,
        payload=row.payload,
        file_type=row.file_type,
        edited=row.edited,
        profile=chat.profile,
        asks_person=row.asks_person,
        attempts=row.attempts,
    )
