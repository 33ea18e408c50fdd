"""The outbox: every message to a student is stored here before it is sent, and leaves in order within its chat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import Reply
from api.store.bell import announce
from api.store.models import Chat, OutboxMessage

TOPIC = "outbox"


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
