"""Long polling: the next offset, which makes Telegram forget, is sent only after everything below it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from bot.line import until_telegram_accepts
from bot.patience import until_the_api_accepts
from bot.receiving.intake import Intake
from bot.receiving.normalising import ALLOWED_UPDATES, update_id_of


class Pollable(Protocol):
    """The part of the line that polling needs."""

    async def delete_webhook(self, *, drop_pending_updates: bool) -> bool:
        """Stop deliveries to a webhook."""

    async def raw_updates(
        self, offset: int | None, *, timeout_seconds: int, allowed_updates: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Wait for updates."""


class Poller:
    """Fetches updates one batch after the other."""

    def __init__(self, line: Pollable, intake: Intake, *, timeout_seconds: int = 30) -> None:
        self._line = line
        self._intake = intake
        self._timeout_seconds = timeout_seconds

    async def run(self) -> None:
        """Poll for ever; survives Telegram, the network and the api being away."""
        await until_telegram_accepts(lambda: self._line.delete_webhook(drop_pending_updates=False), "deleteWebhook")
        offset: int | None = None
        while True:
            offset = await self._round(offset)

    async def _round(self, offset: int | None) -> int | None:
        """Fetch and store one batch; the offset that acknowledges it.

        After an empty answer everything below the offset is gone, so it is not sent again: after a quiet week
        Telegram draws its next id at random, perhaps below it.
        """
        updates = await until_telegram_accepts(lambda: self._fetch(offset), "getUpdates")
        if not updates:
            return None
        messages = self._intake.take(updates)
        await until_the_api_accepts(lambda: self._intake.store(messages), "record")
        ids = [update_id for update in updates if (update_id := update_id_of(update)) is not None]
        if not ids:
            await asyncio.sleep(1)
        return max(ids) + 1 if ids else offset

    async def _fetch(self, offset: int | None) -> list[dict[str, Any]]:
        return await self._line.raw_updates(
            offset, timeout_seconds=self._timeout_seconds, allowed_updates=ALLOWED_UPDATES
        )
