"""What becomes of a message that was sent, and of a chat that cannot be reached any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.schemas import Delivery, OutboxResult
from api.services import chats, escalations, outbox
from api.store.bell import announce
from api.store.models import Chat, InboxMessage, OutboxMessage

RETRY_HOURS = 24
"""How long a message that surely did not arrive is tried again."""

_OPEN = ("pending", "leased")


async def report(session: AsyncSession, outbox_id: int, result: OutboxResult, now: datetime) -> float | None:
    """Note how a send ended. A second report changes nothing, nor one about a message erased meanwhile.

    Gives the seconds from the student's message to this answer's arrival, where it answers one and has arrived.
    """
    chat = await chats.hold_owner(session, OutboxMessage, outbox_id)
    row = await session.get(OutboxMessage, outbox_id, populate_existing=True)
    if chat is None or row is None or row.status not in _OPEN:
        return None
    if result.status is Delivery.RETRY and row.worker != result.worker:
        return None
    _note(row, result, now)
    await session.flush()
    if result.status is Delivery.UNREACHABLE:
        await mark_unreachable(session, chat, now)
    announce(session, outbox.TOPIC)
    return await seconds_since_question(session, row) if row.status == "sent" else None


def _note(row: OutboxMessage, result: OutboxResult, now: datetime) -> None:
    row.error, row.leased_until = result.error, None
    row.attempts += 1
    if result.message_ids:
        row.message_ids = {"ids": result.message_ids}
    match result.status:
        case Delivery.SENT:
            row.status, row.sent_at = "sent", now
        case Delivery.RETRY if now - row.created_at < timedelta(hours=RETRY_HOURS):
            row.status, row.worker = "pending", None
            row.next_attempt_at = now + timedelta(seconds=result.retry_after_seconds)
        case Delivery.RETRY | Delivery.FAILED:
            row.status = "dead"
        case Delivery.UNCERTAIN | Delivery.UNREACHABLE:
            row.status = result.status.value


async def mark_unreachable(session: AsyncSession, chat: Chat, now: datetime) -> None:
    """The person blocked the bot or is gone: nothing more is sent, and the tutor is told."""
    if chat.unreachable_since is None:
        chat.unreachable_since = now
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.chat_id == chat.id, OutboxMessage.status.in_(_OPEN))
        .values(status="unreachable", leased_until=None)
        .execution_options(synchronize_session="fetch")
    )
    await session.flush()
    await escalations.tell_student_unreachable(session, chat.id, now)


async def seconds_since_question(session: AsyncSession, row: OutboxMessage) -> float | None:
    """From a student's message to the first reply to it, where this was the first to arrive."""
    if row.inbox_id is None or row.sent_at is None:
        return None
    earlier = aliased(OutboxMessage)
    received_at = await session.scalar(
        select(InboxMessage.received_at).where(
            InboxMessage.id == row.inbox_id,
            ~exists().where(earlier.inbox_id == row.inbox_id, earlier.id < row.id, earlier.status == "sent"),
        )
    )
    return None if received_at is None else (row.sent_at - received_at).total_seconds()
