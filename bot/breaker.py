"""A circuit breaker: after a failure, callers are spared the wait until a probe says that all is well again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

logger = logging.getLogger(__name__)


class Breaker:
    """Open from a failure until `probe`, asked every `pause_seconds` in the background, answers True."""

    def __init__(self, probe: Callable[[], Awaitable[bool]], pause_seconds: float) -> None:
        self._probe = probe
        self._pause_seconds = pause_seconds
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the service had better not be asked now."""
        return self._watch is not None and not self._watch.done()

    def trip(self) -> None:
        """A call failed; while the breaker is open this changes nothing."""
        if not self.is_open:
            logger.warning("breaker_open pause_seconds=%s", self._pause_seconds)
            self._watch = asyncio.create_task(self._until_well())

    async def aclose(self) -> None:
        """Stop probing."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    async def _until_well(self) -> None:
        well = False
        while not well:
            await asyncio.sleep(self._pause_seconds)
            well = await self._probe()
        logger.info("breaker_closed")
