"""What a channel can do beside sending the outbox: show that an answer is being written, say an unstored word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from telegram.constants import ChatAction
from telegram.error import TelegramError
from tenacity import AsyncRetrying, RetryError, retry_if_exception, stop_after_attempt, wait_exponential

from api.discretion import name
from api.schemas import Channel, Delivery, InboxItem, Reply
from bot.delivery import failure_of
from bot.rendering import Part, render

logger = logging.getLogger(__name__)

WRITING_AFTER_SECONDS = 0.3
"""An answer that is there sooner needs no « … écrit »."""

_WRITING_LASTS_SECONDS = 4.5


class Writer(Protocol):
    """The part of the line that this front needs."""

    async def send_chat_action(self, chat_id: int, action: str) -> bool:
        """Show « … écrit » for five seconds."""

    async def send_part(self, chat: str, part: Part, *, plain: bool = False) -> int:
        """Send one message; its id."""


class SilentFront:
    """For the chat page, which shows its own signs."""

    @asynccontextmanager
    async def writing(self, item: InboxItem) -> AsyncGenerator[None]:
        """Show nothing."""
        yield

    async def say_unstored(self, item: InboxItem, reply: Reply) -> None:
        """Say nothing."""


class TelegramFront:
    """For chats on Telegram; other channels pass by in silence."""

    def __init__(self, line: Writer) -> None:
        self._line = line

    @asynccontextmanager
    async def writing(self, item: InboxItem) -> AsyncGenerator[None]:
        """Show « … écrit » while the block runs, unless it is quick."""
        if item.channel is not Channel.TELEGRAM or item.chat is None:
            yield
            return
        showing = asyncio.create_task(self._show_writing(int(item.chat)))
        try:
            yield
        finally:
            showing.cancel()

    async def say_unstored(self, item: InboxItem, reply: Reply) -> None:
        """Send a reply past the outbox; tries three times where it surely did not arrive."""
        if item.channel is not Channel.TELEGRAM or item.chat is None:
            return
        retrying = AsyncRetrying(
            retry=retry_if_exception(_surely_not_sent), stop=stop_after_attempt(3), wait=wait_exponential(max=4)
        )
        try:
            for part in render(reply):
                await retrying(self._line.send_part, item.chat, part)
        except (TelegramError, RetryError) as error:
            logger.warning("unstored_not_sent cause=%s", name(error))

    async def _show_writing(self, chat_id: int) -> None:
        try:
            await asyncio.sleep(WRITING_AFTER_SECONDS)
            while True:
                await self._line.send_chat_action(chat_id, ChatAction.TYPING)
                await asyncio.sleep(_WRITING_LASTS_SECONDS)
        except TelegramError as error:
            logger.debug("writing_not_shown cause=%s", name(error))


def _surely_not_sent(error: BaseException) -> bool:
    return isinstance(error, TelegramError) and failure_of(error).status is Delivery.RETRY
