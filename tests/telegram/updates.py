"""What waits for the bot, and getUpdates."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Any

from tests.telegram.errors import conflict

Update = dict[str, Any]

UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""The kinds of update that come only to those who name them."""


@dataclass(eq=False)
class Waiting:
    """An update in the queue. One whose id a test chose is kept until it was handed out at least once."""

    update: Update
    chosen_id: bool
    handed_out: bool = False

    @property
    def id(self) -> int:
        """The update's id."""
        return int(self.update["update_id"])


def kind_of(update: Update) -> str:
    """`message`, `callback_query`, …"""
    return next(key for key in update if key != "update_id")


class UpdateQueue:
    """Updates until they are confirmed, in the order in which they came."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.allowed: list[str] = []
        """The sticky filter; empty means everything but `UNASKED`."""
        self.confirmed = 0
        self._next_id = random.randint(10_000_000, 900_000_000)
        self._poll: object | None = None
        self._bell = asyncio.Event()

    def next_id(self) -> int:
        """A new update id."""
        self._next_id += 1
        return self._next_id

    def put(self, update: Update, *, chosen_id: bool = False) -> bool:
        """Queue an update; False where the bot does not want its kind."""
        kind = kind_of(update)
        if (kind not in self.allowed) if self.allowed else (kind in UNASKED):
            return False
        self.waiting.append(Waiting(update, chosen_id))
        self.ring()
        return True

    def remove(self, one: Waiting) -> None:
        """Confirm a single update."""
        self.waiting.remove(one)
        self.confirmed += 1

    def drop_all(self) -> int:
        """Forget everything that waits; says how many."""
        dropped = len(self.waiting)
        self.waiting.clear()
        return dropped

    def confirm_below(self, offset: int) -> None:
        """Drop for good what lies below the offset; a negative one keeps only the last so many."""
        if offset < 0:
            kept = self.waiting[offset:]
        else:
            kept = [w for w in self.waiting if w.id >= offset or (w.chosen_id and not w.handed_out)]
        self.confirmed += len(self.waiting) - len(kept)
        self.waiting = kept

    async def poll(self, offset: int | None, limit: int, timeout_seconds: float) -> list[Update]:
        """Long polling; an earlier call that still waits is ended with 409, as on the real server."""
        mine = self._poll = object()
        self.ring()
        if offset:
            self.confirm_below(offset)
        deadline = time.monotonic() + timeout_seconds
        while not self.waiting and (left := deadline - time.monotonic()) > 0:
            await self.change(left)
            if self._poll is not mine:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
        self._poll = None
        batch = self.waiting[:limit]
        for one in batch:
            one.handed_out = True
        return [one.update for one in batch]

    def end_poll(self) -> None:
        """End a call that waits with 409: a webhook was set."""
        self._poll = None
        self.ring()

    def ring(self) -> None:
        """Wake everybody who waits for a change."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def change(self, timeout_seconds: float) -> None:
        """Wait for a change, at most so long."""
        try:
            await asyncio.wait_for(self._bell.wait(), timeout_seconds)
        except TimeoutError:
            return
