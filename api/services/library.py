"""The knowledge base, opened beside the running api: its first index takes a while."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

import knowledge
from api.errors import ApiUnavailable
from api.schemas import PartHealth

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0


class Library:
    """Opens the base in a thread, and again every few seconds for as long as that fails."""

    def __init__(self, content_dir: Path, cache_dir: Path) -> None:
        self._content_dir = content_dir
        self._cache_dir = cache_dir
        self._base: knowledge.KnowledgeBase | None = None
        self._fault: str | None = None
        self._opening: asyncio.Task[None] | None = None

    @property
    def base(self) -> knowledge.KnowledgeBase:
        """The base. ApiUnavailable until it is open."""
        if self._base is None:
            raise ApiUnavailable("La base de connaissances n'est pas encore ouverte.")
        return self._base

    def start(self) -> None:
        """Begin to open it."""
        self._opening = asyncio.create_task(self._open(), name="library")

    async def stop(self) -> None:
        """Stop trying, and stop watching the files."""
        if self._opening is not None:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        if self._base is not None:
            await asyncio.to_thread(self._base.close)

    async def _open(self) -> None:
        while True:
            try:
                base = await asyncio.to_thread(knowledge.open_base, self._content_dir, self._cache_dir)
            except Exception as error:  # whatever is wrong with the content, the rest of the api must live
                self._fault = str(error)
                logger.exception("the knowledge base cannot be opened")
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                base.watch()
                self._base, self._fault = base, None
                logger.info("knowledge base open: %d entries", base.status().entries)
                return

    def health(self) -> PartHealth:
        """Whether it answers, from how many entries, and what is wrong with the latest edit."""
        if self._base is None:
            return PartHealth(ok=False, detail=self._fault or "La base s'ouvre…")
        status = self._base.status()
        if status.error:
            return PartHealth(ok=False, detail=f"{status.entries} fiches ; modification refusée : {status.error}")
        return PartHealth(ok=True, detail=f"{status.entries} fiches")
