"""The knowledge base, opened beside the running api: its first index takes a while."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from anyio import to_thread

from api.errors import ApiUnavailable
from api.schemas import PartHealth
from knowledge import KnowledgeBase, open_base

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0
_SETTLING_SECONDS = 15.0


class Library:
    """Opens the base in a thread of its own, and again every few seconds for as long as that fails.

    The thread never keeps the process alive: a stop in the middle of the first index is immediate.
    """

    def __init__(self, content_dir: Path, cache_dir: Path) -> None:
        self._content_dir = content_dir
        self._cache_dir = cache_dir
        self._base: KnowledgeBase | None = None
        self._fault: str | None = None
        self._stopped = threading.Event()
        self._tried = threading.Event()
        self._started_at: float | None = None

    @property
    def base(self) -> KnowledgeBase:
        """The base. ApiUnavailable until it is open."""
        if self._base is None:
            raise ApiUnavailable("La base de connaissances n'est pas encore ouverte.")
        return self._base

    def start(self) -> None:
        """Begin to open it; once open, edits of its files are served without a restart."""
        self._started_at = time.monotonic()
        threading.Thread(target=self._open, name="library", daemon=True).start()

    async def settled(self) -> None:
        """Wait until the first try to open it is over, but never longer than 15 s after the start.

        For who hands out questions: one that is asked earlier could not be answered, one held back longer would be
        left in silence.
        """
        if self._started_at is None or self._tried.is_set():
            return
        left_seconds = self._started_at + _SETTLING_SECONDS - time.monotonic()
        if left_seconds > 0:
            await to_thread.run_sync(self._tried.wait, left_seconds, abandon_on_cancel=True)

    def stop(self) -> None:
        """Stop trying, and watching the files; waits for nothing."""
        self._stopped.set()
        if self._base is not None:
            threading.Thread(target=self._base.close, daemon=True).start()

    def _open(self) -> None:
        while not self._stopped.is_set():
            try:
                base = open_base(self._content_dir, self._cache_dir)
            except Exception as error:  # whatever is wrong with the content, the rest of the api must live
                self._fault = str(error) or type(error).__name__
                logger.exception("the knowledge base cannot be opened")
                self._tried.set()
                self._stopped.wait(_RETRY_SECONDS)
            else:
                base.watch()
                self._base = base
                self._tried.set()
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
