"""Telegram's flood limits."""

from __future__ import annotations

import math
from collections import deque

from tests.telegram.errors import too_many_requests
from tests.telegram.settings import Settings


class FloodLimits:
    """Counts accepted messages; times are seconds of any steady clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chat_free_at: dict[int, float] = {}
        self._told_to_wait_until: dict[int, float] = {}
        self._last_second: deque[float] = deque()
        self.not_waited_for = 0
        """Messages sent to a chat before the time that an earlier 429 had asked to wait."""

    def admit(self, chat_id: int, now: float) -> None:
        """Count one message to a chat, or raise 429."""
        if now < self._told_to_wait_until.get(chat_id, 0):
            self.not_waited_for += 1
        while self._last_second and self._last_second[0] <= now - 1:
            self._last_second.popleft()
        wait = self._chat_free_at.get(chat_id, 0) - now
        if wait <= 0 and len(self._last_second) >= self._settings.overall_per_second:
            wait = self._last_second[0] + 1 - now
        if wait > 0:
            self.tell_to_wait(chat_id, math.ceil(wait), now)
            raise too_many_requests(math.ceil(wait))
        self._last_second.append(now)
        self._chat_free_at[chat_id] = now + self._settings.chat_interval_seconds

    def tell_to_wait(self, chat_id: int, seconds: int, now: float) -> None:
        """Note that a 429 was sent, with a grace of a tenth of a second for clocks."""
        self._told_to_wait_until[chat_id] = now + seconds - 0.1
