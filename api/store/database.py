"""Transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy.ext.asyncio import AsyncSession

from api.store.bell import Bell, announced, notify_others
from api.store.engine import WRITES, open_engine


class Database:
    """The one way to the tables. Within a process SQLite's writers take turns, so none finds it locked."""

    def __init__(self, url: str, bell: Bell) -> None:
        """`url` is `sqlite:///path` or `postgresql://…`; nothing is opened before the first use."""
        self.bell = bell
        self._engine = open_engine(url)
        self.is_postgres = self._engine.dialect.name == "postgresql"
        self._for_writing = self._engine.execution_options(**{WRITES: True})
        self._turn = nullcontext() if self.is_postgres else asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, or rolls back if an error leaves the block.

        What was announced in it (see `api.store.bell`) rings after the commit."""
        async with self._turn, AsyncSession(self._for_writing, expire_on_commit=False) as session:
            async with session.begin():
                yield session
                if self.is_postgres:
                    await notify_others(session)
            topics = announced(session)
        for topic in topics:
            self.bell.ring(topic)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; nothing done in it is kept."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    async def forget_deleted(self) -> None:
        """Leave no trace of deleted rows in SQLite's files: they are written over and the write-ahead log is emptied.

        PostgreSQL does as much by itself, in its own time (vacuum).
        """
        if self.is_postgres:
            return
        async with self._turn, self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
