"""Leases work from the api and does several pieces at once, until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, TypeVar

from api.errors import PasserelleError
from bot.patience import until_the_api_accepts

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

LEASE_WAIT_SECONDS = 25.0
"""How long a lease waits for work; the api takes a bot for gone that has not asked for 45 s."""

_SHORTEST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0


class Leasing(Generic[Item]):
    """Keeps up to `limit` items at work.

    A lease whose answer was lost may have handed out work that nobody knows of. So after a failed lease the items
    in hand are finished first, and then the api is told that this worker starts anew, which frees the lost ones.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[None]],
        lease: Callable[[int], Awaitable[list[Item]]],
        work: Callable[[Item], Coroutine[Any, Any, None]],
        *,
        limit: int = 16,
        finish_seconds: float = 5,
    ) -> None:
        """`lease` is given how many items there is room for; `work` deals with its own errors."""
        self._start = start
        self._lease = lease
        self._work = work
        self._limit = limit
        self._finish_seconds = finish_seconds
        self._busy: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is in hand within `finish_seconds`."""
        leasing = asyncio.create_task(self._keep_leasing())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({leasing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if leasing.done():
                await leasing
            leasing.cancel()
            if self._busy:
                await asyncio.wait(self._busy, timeout=self._finish_seconds)
        finally:
            unfinished = {leasing, stopping, *self._busy}
            for task in unfinished:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*unfinished, return_exceptions=True)

    async def _keep_leasing(self) -> None:
        await until_the_api_accepts(self._start, "start_work")
        pause_seconds = _SHORTEST_PAUSE_SECONDS
        while True:
            while len(self._busy) >= self._limit:
                await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)
            try:
                items = await self._lease(self._limit - len(self._busy))
            except PasserelleError as error:
                logger.warning("lease_failed cause=%s", type(error).__name__)
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
                await self._start_anew()
                continue
            pause_seconds = _SHORTEST_PAUSE_SECONDS
            for item in items:
                task = asyncio.create_task(self._work(item))
                self._busy.add(task)
                task.add_done_callback(self._ended)

    async def _start_anew(self) -> None:
        if self._busy:
            await asyncio.wait(self._busy)
        await until_the_api_accepts(self._start, "start_work")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("work_broke", exc_info=error)
