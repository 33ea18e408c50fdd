"""The worker: takes messages from the inbox, has the handlers answer them, and stores the replies."""

from __future__ import annotations

import logging
from time import monotonic

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from api.discretion import name
from api.errors import ApiUnavailable, InvalidRequest, PasserelleError
from api.schemas import InboxItem, Reply
from bot.handlers import Desk, answer
from bot.leasing import LEASE_WAIT_SECONDS, Leasing
from bot.patience import until_the_api_accepts

logger = logging.getLogger(__name__)


class Worker:
    """Answers what the api hands out: one message a chat at a time, several chats at once."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self._client = desk.client
        self._name = name

    def leasing(self) -> Leasing[InboxItem]:
        """The loop that keeps this worker at work, on every channel."""
        return Leasing(
            start=lambda: self._client.start_work(self._name),
            lease=lambda room: self._client.lease_inbox(self._name, limit=room, wait_seconds=LEASE_WAIT_SECONDS),
            work=self.handle,
            limit=16,
        )

    async def handle(self, item: InboxItem) -> None:
        """Answer one message and store the replies; where that fails, give it back with its cause."""
        started = monotonic()
        try:
            replies = await self._answer(item)
        except Exception as error:
            logger.exception("not_answered inbox=%s kind=%s", item.id, item.kind)
            await self._give_back(item, name(error))
            return
        await self._store(item, replies)
        milliseconds = round((monotonic() - started) * 1000)
        logger.info("answered inbox=%s kind=%s replies=%s ms=%s", item.id, item.kind, len(replies), milliseconds)

    async def _answer(self, item: InboxItem) -> list[Reply]:
        """The replies; a handler that meets an api in trouble is started anew twice."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(ApiUnavailable),
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=0.2, max=1),
            reraise=True,
        )
        return await retrying(answer, item, self._desk)

    async def _store(self, item: InboxItem, replies: list[Reply]) -> None:
        """Keep the replies until the api has them; a message that was erased meanwhile needs none."""
        try:
            await until_the_api_accepts(lambda: self._client.finish(item.id, self._name, replies), "done")
        except InvalidRequest as error:
            await self._give_back(item, name(error))
        except PasserelleError as error:
            logger.info("done_refused inbox=%s cause=%s", item.id, type(error).__name__)

    async def _give_back(self, item: InboxItem, cause: str) -> None:
        try:
            await until_the_api_accepts(lambda: self._client.fail(item.id, self._name, cause), "failed")
        except PasserelleError as error:
            logger.info("failed_refused inbox=%s cause=%s", item.id, type(error).__name__)
