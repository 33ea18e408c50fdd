"""What could not be answered or sent, for a person to look at. Says nothing of what anybody wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import DeadLetter
from api.store.models import InboxMessage, OutboxMessage

LIMIT = 200
"""Of each box the latest so many are listed."""


async def listing(session: AsyncSession) -> list[DeadLetter]:
    """The messages that ended dead, and the sends whose arrival is uncertain, latest first."""
    answered = await session.execute(
        select(InboxMessage.id, InboxMessage.error, InboxMessage.attempts, InboxMessage.received_at)
        .where(InboxMessage.status == "dead")
        .order_by(InboxMessage.id.desc())
        .limit(LIMIT)
    )
    sent = await session.execute(
        select(OutboxMessage.id, OutboxMessage.error, OutboxMessage.attempts, OutboxMessage.created_at)
        .where(OutboxMessage.status.in_(("dead", "uncertain")))
        .order_by(OutboxMessage.id.desc())
        .limit(LIMIT)
    )
    letters = [*(_letter("inbox", *row) for row in answered), *(_letter("outbox", *row) for row in sent)]
    return sorted(letters, key=lambda letter: letter.at, reverse=True)


def _letter(box: Literal["inbox", "outbox"], id: int, error: str | None, attempts: int, at: datetime) -> DeadLetter:
    return DeadLetter(id=id, box=box, error=error or "", attempts=attempts, at=at)
