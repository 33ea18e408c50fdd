"""Delivering updates to the bot's webhook."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.telegram.settings import Settings
from tests.telegram.updates import Update, UpdateQueue, Waiting, kind_of

_WAITS_SECONDS = (0, 2, 4, 8, 16, 32, 60)


@dataclass
class Target:
    """Where the bot wants its updates."""

    url: str
    secret: str | None = None
    max_connections: int = 40


@dataclass
class Deliveries:
    """One at a time and in order per chat, chats side by side; button presses travel apart from messages.

    An update stays in the queue until the bot answers 2xx; after any other answer it comes again.
    """

    queue: UpdateQueue
    settings: Settings
    target: Target | None = None
    last_error: str | None = None
    last_error_date: int | None = None
    attempts: int = 0
    _lanes: dict[Hashable, asyncio.Task[None]] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))

    async def aim(self, target: Target | None) -> None:
        """Deliver to this address from now on, or to none."""
        await self.stop()
        self.target = target
        self.last_error = self.last_error_date = None
        self._slots = asyncio.Semaphore(target.max_connections if target else 1)
        self.start_lanes()

    async def stop(self) -> None:
        """Cancel what is under way; nothing is lost, it still waits in the queue."""
        lanes, self._lanes = list(self._lanes.values()), {}
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def start_lanes(self) -> None:
        """Make sure that each chat with waiting updates is being served."""
        if self.target is None:
            return
        if self._session is None:
            self._session = aiohttp.ClientSession()
        for waiting in self.queue.waiting:
            lane = _lane_of(waiting.update)
            if lane not in self._lanes or self._lanes[lane].done():
                self._lanes[lane] = asyncio.create_task(self._serve(lane))

    async def _serve(self, lane: Hashable) -> None:
        while one := next((w for w in self.queue.waiting if _lane_of(w.update) == lane), None):
            await self._deliver(one)

    async def _deliver(self, one: Waiting) -> None:
        for attempt in range(1_000_000):
            async with self._slots:
                error = await self._post(one.update)
            if error is None:
                self.queue.remove(one)
                return
            self.last_error, self.last_error_date = error, int(time.time())
            wait = _WAITS_SECONDS[min(attempt, len(_WAITS_SECONDS) - 1)]
            await asyncio.sleep(wait * self.settings.retry_scale)

    async def _post(self, update: Update) -> str | None:
        """None where the bot took it, otherwise what went wrong in Telegram's words."""
        assert self.target is not None
        assert self._session is not None
        self.attempts += 1
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.target.secret} if self.target.secret else {}
        timeout = aiohttp.ClientTimeout(total=self.settings.webhook_timeout_seconds)
        try:
            async with self._session.post(
                self.target.url, json=update, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if 200 <= answer.status < 300:
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientConnectorError:
            return "Connection refused"
        except aiohttp.ClientError:
            return "Connection reset by peer"

    def info(self, custom_allowed: list[str]) -> dict[str, Any]:
        """Telegram's WebhookInfo."""
        info: dict[str, Any] = {
            "url": self.target.url if self.target else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue.waiting),
        }
        if self.target:
            info |= {"max_connections": self.target.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            info |= {"last_error_message": self.last_error, "last_error_date": self.last_error_date}
        if custom_allowed:
            info["allowed_updates"] = custom_allowed
        return info


def _lane_of(update: Update) -> Hashable:
    kind = kind_of(update)
    content = update[kind]
    if kind == "callback_query":
        return content["message"]["chat"]["id"], "callback"
    return content["chat"]["id"], "message"
