"""The work of the bot's processes: messages to answer and messages to send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from fastapi import APIRouter, Depends, Request, status
from sqlalchemy.ext.asyncio import AsyncSession

from api import metrics
from api.errors import ApiUnavailable
from api.routes.auth import require_service
from api.routes.context import Context, ContextDep
from api.schemas import (
    Channel,
    InboxDone,
    InboxFailed,
    InboxItem,
    InboxLease,
    LeaseRequest,
    OutboxItem,
    OutboxLease,
    OutboxResult,
    WorkerStart,
)
from api.services import delivery, inbox, outbox

router = APIRouter(prefix="/v1", tags=["work"], dependencies=[Depends(require_service)])

Item = TypeVar("Item", InboxItem, OutboxItem)

Lease = Callable[[AsyncSession, str, Sequence[Channel], int, datetime], Awaitable[tuple[list[Item], float | None]]]


@router.post("/work/start", status_code=status.HTTP_204_NO_CONTENT)
async def start_work(context: ContextDep, start: WorkerStart) -> None:
    """Free at once what an earlier worker of this name had taken."""
    context.seen("bot")
    async with context.database.transaction() as session:
        await inbox.QUEUE.free(session, start.worker)
        await outbox.QUEUE.free(session, start.worker)


@router.post("/inbox/lease")
async def lease_inbox(context: ContextDep, request: Request, asked: LeaseRequest) -> InboxLease:
    """Messages to answer, one per chat, in the order they were sent; just after a start, once the base is open."""
    await context.library.settled()
    return InboxLease(items=await _poll(context, request, asked, inbox.TOPIC, inbox.lease))


@router.post("/inbox/{inbox_id}/done", status_code=status.HTTP_204_NO_CONTENT)
async def finish_inbox(context: ContextDep, inbox_id: int, done: InboxDone) -> None:
    """End a message and store its replies, together."""
    async with context.database.transaction() as session:
        await inbox.finish(session, inbox_id, done.replies, datetime.now(UTC))


@router.post("/inbox/{inbox_id}/failed", status_code=status.HTTP_204_NO_CONTENT)
async def fail_inbox(context: ContextDep, inbox_id: int, failed: InboxFailed) -> None:
    """Have a message tried again later, five times at most."""
    async with context.database.transaction() as session:
        await inbox.fail(session, inbox_id, failed.worker, failed.error, datetime.now(UTC))


@router.post("/outbox/lease")
async def lease_outbox(context: ContextDep, request: Request, asked: LeaseRequest) -> OutboxLease:
    """Messages to send, one per chat, in the order they were written."""
    return OutboxLease(items=await _poll(context, request, asked, outbox.TOPIC, outbox.lease))


@router.post("/outbox/{outbox_id}/result", status_code=status.HTTP_204_NO_CONTENT)
async def report_outbox(context: ContextDep, outbox_id: int, result: OutboxResult) -> None:
    """Note how a send ended."""
    async with context.database.transaction() as session:
        seconds = await delivery.report(session, outbox_id, result, datetime.now(UTC))
    if seconds is not None:
        metrics.REPLY_SECONDS.observe(seconds)


async def _poll(context: Context, request: Request, asked: LeaseRequest, topic: str, lease: Lease[Item]) -> list[Item]:
    """Lease as soon as there is something, for at most `wait_seconds`; nothing for a caller who has hung up."""
    deadline = time.monotonic() + asked.wait_seconds
    while True:
        context.seen("bot")
        token = context.bell.token(topic)
        if await request.is_disconnected():
            return []
        async with context.database.transaction() as session:
            items, pause_seconds = await lease(session, asked.worker, asked.channels, asked.limit, datetime.now(UTC))
        left_seconds = deadline - time.monotonic()
        if items or left_seconds <= 0:
            return items
        try:
            await context.bell.wait(topic, token, min(left_seconds, pause_seconds or left_seconds))
        except asyncio.CancelledError:
            # the server stops and will not wait: a plain refusal, instead of an answer that breaks off
            raise ApiUnavailable("L'api s'arrête.") from None
