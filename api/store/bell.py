"""Wakes those who wait for work as soon as a transaction that announced some has committed.

Take a token before looking, then wait with it: what is announced between the two is not missed.

    token = bell.token("outbox")
    items = await look()
    if not items:
        await bell.wait("outbox", token, timeout_seconds=20)
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

logger = logging.getLogger(__name__)

_ANNOUNCED = "announced_topics"
_PG_CHANNEL = "passerelle"
_RECONNECT_SECONDS = 1.0
_PROBE_SECONDS = 15.0


def announce(session: AsyncSession, topic: str) -> None:
    """Ring `topic` when the session's transaction commits; a rollback rings nothing."""
    session.info.setdefault(_ANNOUNCED, set()).add(topic)


def announced(session: AsyncSession) -> frozenset[str]:
    """What this session has announced so far."""
    return frozenset(session.info.get(_ANNOUNCED, ()))


async def notify_others(session: AsyncSession) -> None:
    """Have PostgreSQL tell every process when the open transaction commits. Call it last, just before."""
    for topic in sorted(announced(session)):
        await session.execute(text("SELECT pg_notify(:channel, :topic)"), {"channel": _PG_CHANNEL, "topic": topic})


class _Topic:
    """How often a topic was rung, and an event for the next time."""

    def __init__(self) -> None:
        self.generation = 0
        self.next_ring = asyncio.Event()


class Bell:
    """Wakes waiters within this process. Enough for SQLite, where one process does all the work."""

    def __init__(self) -> None:
        self._topics: defaultdict[str, _Topic] = defaultdict(_Topic)

    async def start(self) -> None:
        """Begin to hear the other processes."""

    async def stop(self) -> None:
        """Hear no more; waiters run into their time-out."""

    def token(self, topic: str) -> int:
        """A mark of this instant: `wait` returns at once if the topic was rung after it."""
        return self._topics[topic].generation

    def ring(self, topic: str) -> None:
        """Wake everybody who waits for the topic."""
        known = self._topics[topic]
        known.generation += 1
        known.next_ring.set()
        known.next_ring = asyncio.Event()

    async def wait(self, topic: str, token: int, timeout_seconds: float) -> bool:
        """True as soon as the topic was rung after `token` was taken, False after `timeout_seconds`."""
        known = self._topics[topic]
        if known.generation != token:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(known.next_ring.wait(), timeout_seconds)
        return known.generation != token


class PostgresBell(Bell):
    """Hears every process on the same database, through LISTEN on a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen until `stop`; a lost connection is opened again and every topic rung once."""
        if self._listening is None:
            ready = asyncio.Event()
            self._listening = asyncio.create_task(self._listen(ready), name="bell")
            with suppress(TimeoutError):
                await asyncio.wait_for(ready.wait(), 10)

    async def stop(self) -> None:
        """Close the connection."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            try:
                await self._listen_once(ready)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("bell: connection lost (%s), trying again", type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self, ready: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=10)
        try:
            await connection.add_listener(_PG_CHANNEL, self._heard)
            self._ring_all()
            ready.set()
            while True:
                await asyncio.sleep(_PROBE_SECONDS)
                await connection.execute("SELECT 1", timeout=5)
        finally:
            connection.terminate()

    def _ring_all(self) -> None:
        """Something may have been announced while nobody listened."""
        for topic in list(self._topics):
            self.ring(topic)

    def _heard(self, _connection: object, _pid: int, _channel: str, topic: object) -> None:
        self.ring(str(topic))


def bell_for(url: str) -> Bell:
    """The bell that fits the database: in-process for SQLite, LISTEN/NOTIFY for PostgreSQL."""
    return PostgresBell(url) if url.startswith("postgres") else Bell()
