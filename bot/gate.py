"""The gate in front of Telegram: one message in the air at a time, unless it is slow.

A message that was sent but not yet recorded as sent is sent again when the process is killed just then. With one
in the air, a kill repeats one at most. One slow connection, on the other hand, must not stop all the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

MESSAGES_PER_SECOND = 30
"""Telegram's limit over all chats."""


class Grip:
    """A hold on the gate."""

    def __init__(self, lock: asyncio.Lock, patience_seconds: float) -> None:
        self._lock = lock
        self._holding = True
        self._timer = asyncio.get_running_loop().call_later(patience_seconds, self.release)

    def keep(self) -> None:
        """The request is over: hold on until `release`, however long recording it takes."""
        self._timer.cancel()

    def release(self) -> None:
        """Let the next one pass; a second call changes nothing."""
        self._timer.cancel()
        if self._holding:
            self._holding = False
            self._lock.release()


class Gate:
    """Lets one sender pass after the other, in the order in which they came."""

    def __init__(self, patience_seconds: float = 0.2, messages_per_second: float = MESSAGES_PER_SECOND) -> None:
        """After `patience_seconds` in the air a message no longer holds up the next one."""
        self._patience_seconds = patience_seconds
        self._limiter = AsyncLimiter(1, 1 / messages_per_second)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[Grip]:
        """Wait for one's turn, and hold the gate until the block ends or patience does."""
        await self._lock.acquire()
        try:
            await self.pace()
        except BaseException:
            self._lock.release()
            raise
        grip = Grip(self._lock, self._patience_seconds)
        try:
            yield grip
        finally:
            grip.release()

    async def pace(self) -> None:
        """Wait until one more message is within Telegram's rate."""
        await self._limiter.acquire()
