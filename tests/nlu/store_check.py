"""Run with nlu/.venv's Python: what the tracker store in memory promises, and how REDIS_URL is read."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "nlu"))

import surroundings

surroundings.prepare()

from components.tracker_store import BoundedTrackerStore  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from serve import redis_parts  # noqa: E402


async def said(store: BoundedTrackerStore, sender_id: str, *texts: str) -> None:
    """Save a conversation with these words."""
    await store.save(DialogueStateTracker.from_events(sender_id, [UserUttered(text) for text in texts]))


async def oldest_conversations_make_room() -> None:
    store = BoundedTrackerStore(Domain.empty(), max_conversations=2)
    for sender_id in ("a", "b", "a", "c"):
        await said(store, sender_id, "salut")
    assert list(await store.keys()) == ["a", "c"]


async def idle_conversations_expire() -> None:
    store = BoundedTrackerStore(Domain.empty(), idle_seconds=0.05)
    await said(store, "a", "salut")
    assert await store.retrieve("a") is not None
    await asyncio.sleep(0.1)
    assert await store.retrieve("a") is None
    assert not list(await store.keys())


async def emptied_conversations_are_forgotten() -> None:
    store = BoundedTrackerStore(Domain.empty())
    await said(store, "a", "salut")
    await said(store, "a")
    assert not list(await store.keys())


def redis_addresses_are_read() -> None:
    assert redis_parts("redis://localhost")["port"] == 6379
    full = redis_parts("rediss://moi:p%40ss@redis.example:7000/3")
    assert full == {"port": 7000, "db": 3, "username": "moi", "password": "p@ss", "use_ssl": True}
    for wrong in ("http://localhost", "redis://", "redis://localhost/x"):
        try:
            redis_parts(wrong)
        except ValueError:
            continue
        raise AssertionError(wrong)


if __name__ == "__main__":
    for check in (oldest_conversations_make_room, idle_conversations_expire, emptied_conversations_are_forgotten):
        asyncio.run(check())
    redis_addresses_are_read()
