"""Where Rasa keeps conversations: bounded, not for long, and forgotten for good when told so."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, RedisTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class BoundedTrackerStore(InMemoryTrackerStore):
    """Keeps the latest `max_conversations`, each until `idle_seconds` have passed without a message.

    Nothing that a pupil writes touches the disk, and memory does not grow without end.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        max_conversations: int = 5000,
        idle_seconds: float = 7200,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()
        self._saved_at: dict[str, float] = {}
        self._max_conversations = int(max_conversations)
        self._idle_seconds = float(idle_seconds)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation; one whose events were all taken away is forgotten, its name included."""
        if not tracker.events:
            self._forget(tracker.sender_id)
            return
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        self._saved_at[tracker.sender_id] = time.monotonic()
        self._drop_old()

    async def _retrieve(self, sender_id: str, fetch_all_sessions: bool) -> DialogueStateTracker | None:
        self._drop_old()
        return await super()._retrieve(sender_id, fetch_all_sessions)

    def _drop_old(self) -> None:
        """The store is ordered by last use: what must go is at its head."""
        oldest_allowed = time.monotonic() - self._idle_seconds
        while self.store:
            sender_id = next(iter(self.store))
            if len(self.store) <= self._max_conversations and self._saved_at[sender_id] >= oldest_allowed:
                return
            self._forget(sender_id)

    def _forget(self, sender_id: str) -> None:
        self.store.pop(sender_id, None)
        self._saved_at.pop(sender_id, None)


class ForgettingRedisTrackerStore(RedisTrackerStore):
    """Redis with an expiry (`record_exp` seconds), where taking all events away forgets the conversation.

    The stock store merges what it is given with what it has: it would keep every word after an erasure.
    """

    async def save(self, tracker: DialogueStateTracker, timeout: float | None = None) -> None:
        """Keep the conversation; one whose events were all taken away is deleted."""
        if not tracker.events:
            self.red.delete(self.key_prefix + tracker.sender_id)
            return
        await super().save(tracker, timeout)
