"""What the inbox and the outbox share: handing out rows, one per chat at a time, in the chat's order.

Only the first unfinished row of a chat can be handed out, and none while another of the chat is out. On PostgreSQL
the chats are locked first (SKIP LOCKED) and looked at again under the lock, so that two workers never hold two rows
of one chat; on SQLite there is one writer at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.schemas import Channel
from api.store.bell import announce
from api.store.models import Chat, InboxMessage, OutboxMessage

LEASE_SECONDS = 60
FORGOTTEN_SECONDS = 600
"""When a lease that ran out is given back even to its own worker: the answer that carried it was lost."""

_LOCKED_PAUSE_SECONDS = 0.02

Row = TypeVar("Row", InboxMessage, OutboxMessage)


@dataclass(frozen=True)
class Taken(Generic[Row]):
    """The rows handed out; `pause_seconds` says when it is worth looking again (None: when the bell rings)."""

    rows: Sequence[Row]
    pause_seconds: float | None


@dataclass(frozen=True)
class Queue(Generic[Row]):
    """A table of rows to be worked on, and the column that gives their order within a chat."""

    topic: str
    row: type[Row]
    position: InstrumentedAttribute[int]

    async def take(
        self,
        session: AsyncSession,
        worker: str,
        channels: Sequence[Channel],
        limit: int,
        now: datetime,
        *only: ColumnElement[bool],
    ) -> Taken[Row]:
        """Lease up to `limit` rows, oldest first, at most one per chat. `only` narrows the chats."""
        heads = self._heads(worker, now).where(Chat.channel.in_(channels), *only).order_by(self.row.id)
        chat_ids = (await session.scalars(heads.with_only_columns(self.row.chat_id).limit(limit))).all()
        if not chat_ids:
            return Taken([], await self._seconds_to_next(session, now))
        held = await session.scalars(
            select(Chat.id)
            .where(Chat.id.in_(chat_ids))
            .order_by(Chat.id)
            .with_for_update(skip_locked=True, key_share=True)
        )
        rows = (await session.scalars(heads.where(self.row.chat_id.in_(held.all())))).all()
        for row in rows:
            row.status, row.worker = "leased", worker
            row.leased_until = now + timedelta(seconds=LEASE_SECONDS)
        await session.flush()
        return Taken(rows, _LOCKED_PAUSE_SECONDS)

    async def free(self, session: AsyncSession, worker: str) -> None:
        """Give back what an earlier worker of this name had taken."""
        await session.execute(
            update(self.row)
            .where(self.row.status == "leased", self.row.worker == worker)
            .values(status="pending", worker=None, leased_until=None)
        )
        announce(session, self.topic)

    def _heads(self, worker: str, now: datetime) -> Select[Row]:
        """The first unfinished row of each chat, where it can be handed out."""
        row, earlier, other = self.row, aliased(self.row), aliased(self.row)
        position = self.position.key
        forgotten = now - timedelta(seconds=FORGOTTEN_SECONDS)
        lapsed = and_(
            row.status == "leased",
            row.leased_until <= now,
            or_(row.worker != worker, row.leased_until <= forgotten),
        )
        behind = exists().where(
            earlier.chat_id == row.chat_id,
            earlier.status.in_(("pending", "leased")),
            getattr(earlier, position) < self.position,
        )
        another_out = exists().where(
            other.chat_id == row.chat_id,
            other.id != row.id,
            other.status == "leased",
            other.leased_until > now,
        )
        due = and_(row.status == "pending", row.next_attempt_at <= now)
        return select(row).join(Chat, Chat.id == row.chat_id).where(or_(due, lapsed), ~behind, ~another_out)

    async def _seconds_to_next(self, session: AsyncSession, now: datetime) -> float | None:
        """Until the next row whose time has not come yet."""
        due = await session.scalar(
            select(func.min(self.row.next_attempt_at)).where(
                self.row.status == "pending", self.row.next_attempt_at > now
            )
        )
        return None if due is None else (due - now).total_seconds()
