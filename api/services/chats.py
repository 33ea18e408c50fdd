"""The row of a chat, and the order in which rows are locked.

On PostgreSQL every transaction locks in one order: the chat, then its escalation, then rows of its inbox and
outbox. Whoever holds the chat is alone with everything that belongs to it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from api.store.models import Base, Chat, InboxMessage, OutboxMessage


async def hold(session: AsyncSession, chat_id: int) -> Chat | None:
    """The chat as it is now, locked until the transaction ends; None if it was erased."""
    return await _held(session, Chat.id == chat_id)


async def hold_owner(session: AsyncSession, row: type[InboxMessage] | type[OutboxMessage], id: int) -> Chat | None:
    """The chat, locked, that a row of the inbox or the outbox belongs to; None if it was erased."""
    return await _held(session, Chat.id == select(row.chat_id).where(row.id == id).scalar_subquery())


async def _held(session: AsyncSession, which: ColumnElement[bool]) -> Chat | None:
    return await session.scalar(
        select(Chat).where(which).with_for_update(key_share=True).execution_options(populate_existing=True)
    )


async def find_or_create(session: AsyncSession, channel: str, external_id: str, now: datetime) -> tuple[Chat, bool]:
    """The chat, locked, and whether it is new. Two transactions at once make one chat."""
    chat_id = await find(session, channel, external_id)
    created = None
    if chat_id is None:
        created = await session.scalar(
            insert(session, Chat)
            .values(
                channel=channel,
                external_id=external_id,
                profile={},
                awaiting_question=False,
                created_at=now,
                last_message_at=now,
            )
            .on_conflict_do_nothing()
            .returning(Chat.id)
        )
        chat_id = created if created is not None else await find(session, channel, external_id)
    chat = None if chat_id is None else await hold(session, chat_id)
    if chat is None:  # erased between the two statements: begin again, it is a new chat
        return await find_or_create(session, channel, external_id, now)
    return chat, created is not None


async def find(session: AsyncSession, channel: str, external_id: str) -> int | None:
    """The id of the chat, if it is known."""
    return await session.scalar(select(Chat.id).where(Chat.channel == channel, Chat.external_id == external_id))


def insert(session: AsyncSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT, on either engine."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
