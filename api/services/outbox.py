"""The outbox: every message to a student is stored here before it is sent, and leaves in order within its chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import Channel, OutboxItem, Reply
from api.services.queue import Queue
from api.store.bell import announce
from api.store.models import Chat, OutboxMessage

TOPIC = "outbox"

QUEUE = Queue(TOPIC, OutboxMessage, OutboxMessage.id)


async def enqueue(
    session: AsyncSession,
    chat_id: int,
    reply: Reply,
    *,
    now: datetime,
    inbox_id: int | None = None,
    escalation_id: str | None = None,
) -> OutboxMessage:
    """Store a message behind the earlier ones of its chat, and wake the senders when the transaction commits.

    Holds the chat's row until then, so that ids follow the order of the commits. A chat that cannot be reached
    gets the message marked so at once: it must not pop up months later.
    """
    unreachable_since = await session.scalar(
        select(Chat.unreachable_since).where(Chat.id == chat_id).with_for_update(key_share=True)
    )
    row = OutboxMessage(
        chat_id=chat_id,
        inbox_id=inbox_id,
        escalation_id=escalation_id,
        reply=reply.model_dump(mode="json"),
        status="pending" if unreachable_since is None else "unreachable",
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    announce(session, TOPIC)
    return row


async def lease(
    session: AsyncSession, worker: str, channels: Sequence[Channel], limit: int, now: datetime
) -> tuple[list[OutboxItem], float | None]:
    """Messages to send, one per reachable chat, and the seconds after which to look again (None: at the bell)."""
    taken = await QUEUE.take(session, worker, channels, limit, now, Chat.unreachable_since.is_(None))
    chats = await session.scalars(select(Chat).where(Chat.id.in_([row.chat_id for row in taken.rows])))
    by_id = {chat.id: chat for chat in chats}
    return [_item(row, by_id[row.chat_id]) for row in taken.rows], taken.pause_seconds


def _item(row: OutboxMessage, chat: Chat) -> OutboxItem:
    return OutboxItem(
        id=row.id,
        channel=Channel(chat.channel),
        chat=chat.external_id,
        reply=Reply.model_validate(row.reply),
        attempts=row.attempts,
    )
