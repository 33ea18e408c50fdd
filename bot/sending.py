"""The sender: takes the outbox's Telegram messages, sends them, and reports what became of each."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from telegram.error import BadRequest, TelegramError

from api.client import ApiClient
from api.discretion import name
from api.errors import PasserelleError
from api.schemas import Channel, Delivery, OutboxItem, OutboxResult
from bot.delivery import Failure, failure_of, is_unparsable
from bot.gate import Gate
from bot.leasing import LEASE_WAIT_SECONDS, Leasing
from bot.patience import until_the_api_accepts
from bot.rendering import Part, render

logger = logging.getLogger(__name__)


class PartSender(Protocol):
    """The part of the line that sending needs."""

    async def send_part(self, chat: str, part: Part, *, plain: bool = False) -> int:
        """Send one message; its id."""


@dataclass
class _Progress:
    """How far a message of several parts has come: a retry goes on where the one before stopped."""

    parts_done: int = 0
    message_ids: list[int] = field(default_factory=list)
    doubt: str | None = None


class Sender:
    """Sends what the api hands out; at most one message a chat is out at a time, in order."""

    def __init__(self, client: ApiClient, line: PartSender, gate: Gate, worker: str) -> None:
        self._client = client
        self._line = line
        self._gate = gate
        self._worker = worker
        self._progress: dict[int, _Progress] = {}

    def leasing(self) -> Leasing[OutboxItem]:
        """The loop that keeps this sender at work."""
        return Leasing(
            start=lambda: self._client.start_work(self._worker),
            lease=lambda room: self._client.lease_outbox(
                self._worker, limit=room, wait_seconds=LEASE_WAIT_SECONDS, channels=[Channel.TELEGRAM]
            ),
            work=self.send,
            limit=32,
        )

    async def send(self, item: OutboxItem) -> None:
        """Send one item and report it, holding the gate until the report is stored."""
        async with self._gate.hold() as grip:
            result = await self._deliver(item)
            grip.keep()
            await self._report(item.id, result)

    async def _deliver(self, item: OutboxItem) -> OutboxResult:
        progress = self._progress.setdefault(item.id, _Progress())
        for part in render(item.reply)[progress.parts_done :]:
            if progress.parts_done:
                await self._gate.pace()
            failure = await self._send_part(item.chat, part, progress)
            if failure is not None and failure.status is not Delivery.UNCERTAIN:
                return self._failed(item, failure, progress)
            if failure is not None:
                progress.doubt = failure.error
            progress.parts_done += 1
        del self._progress[item.id]
        return OutboxResult(
            worker=self._worker,
            status=Delivery.UNCERTAIN if progress.doubt else Delivery.SENT,
            message_ids=progress.message_ids,
            error=progress.doubt,
        )

    def _failed(self, item: OutboxItem, failure: Failure, progress: _Progress) -> OutboxResult:
        if failure.status is not Delivery.RETRY:
            del self._progress[item.id]
        return OutboxResult(
            worker=self._worker,
            status=failure.status,
            message_ids=progress.message_ids,
            retry_after_seconds=failure.retry_after_seconds or min(2.0**item.attempts, 60.0),
            error=failure.error,
        )

    async def _send_part(self, chat: str, part: Part, progress: _Progress) -> Failure | None:
        try:
            try:
                message_id = await self._line.send_part(chat, part)
            except BadRequest as error:
                if not is_unparsable(error):
                    raise
                message_id = await self._line.send_part(chat, part, plain=True)
        except TelegramError as error:
            return failure_of(error)
        except Exception as error:
            logger.exception("send_broke")
            return Failure(Delivery.UNCERTAIN, name(error))
        progress.message_ids.append(message_id)
        return None

    async def _report(self, item_id: int, result: OutboxResult) -> None:
        if result.status is not Delivery.SENT:
            logger.warning("not_sent outbox=%s status=%s cause=%s", item_id, result.status, result.error)
        try:
            await until_the_api_accepts(lambda: self._client.report(item_id, result), "report")
        except PasserelleError as error:
            logger.warning("report_refused outbox=%s cause=%s", item_id, type(error).__name__)
