"""Takes updates in: buttons stop spinning at once, messages are stored through the api."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from telegram.error import TelegramError

from api.discretion import name
from api.errors import InvalidRequest
from api.schemas import IncomingMessage, MessageKind, Recorded
from bot.receiving.normalising import bare_update, reduce_update, update_id_of

logger = logging.getLogger(__name__)


class Recorder(Protocol):
    """The part of the api's client that intake needs."""

    async def record(self, messages: list[IncomingMessage]) -> list[Recorded]:
        """Store updates, all or none."""


class ButtonAnswerer(Protocol):
    """The part of the line that intake needs."""

    async def answer_callback_query(self, callback_query_id: str) -> bool:
        """Stop a button's progress mark."""


class Intake:
    """One for polling and webhook."""

    def __init__(self, recorder: Recorder, answerer: ButtonAnswerer) -> None:
        self._recorder = recorder
        self._answerer = answerer
        self._background: set[asyncio.Task[None]] = set()

    def take(self, updates: Sequence[dict[str, Any]]) -> list[IncomingMessage]:
        """The messages in some updates; buttons are answered in the background meanwhile. Never raises."""
        now = datetime.now(UTC)
        for update in updates:
            query = update.get("callback_query")
            query_id = query.get("id") if isinstance(query, dict) else None
            if isinstance(query_id, str):
                task = asyncio.create_task(self._answer_button(query_id))
                self._background.add(task)
                task.add_done_callback(self._background.discard)
        return [message for update in updates if (message := read_update(update, now)) is not None]

    async def store(self, messages: Sequence[IncomingMessage]) -> None:
        """Store messages; once this returns, their updates may be acknowledged.

        A message that the api will never accept must not hold up the others: it is stored without its content.
        """
        if not messages:
            return
        try:
            await self._recorder.record(list(messages))
        except InvalidRequest:
            for message in messages:
                await self._store_alone(message)

    async def aclose(self) -> None:
        """Leave no task behind."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _store_alone(self, message: IncomingMessage) -> None:
        bare = IncomingMessage(
            channel=message.channel,
            update_id=message.update_id,
            chat=message.chat,
            kind=MessageKind.OTHER,
            sent_at=message.sent_at,
        )
        for version in (message, bare):
            try:
                await self._recorder.record([version])
                return
            except InvalidRequest:
                logger.error("update_refused update_id=%s kind=%s", message.update_id, version.kind)

    async def _answer_button(self, query_id: str) -> None:
        try:
            await self._answerer.answer_callback_query(query_id)
        except TelegramError as error:
            logger.info("button_not_answered cause=%s", name(error))


def read_update(update: dict[str, Any], now: datetime) -> IncomingMessage | None:
    """The message in an update, without its content where that has an unforeseen shape. Never raises."""
    try:
        return reduce_update(update, now)
    except Exception as error:
        logger.error("update_strange update_id=%s cause=%s", update_id_of(update), name(error))
        return bare_update(update, now)
