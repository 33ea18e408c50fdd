"""Database addresses and engines."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

_BUSY_TIMEOUT_SECONDS = 30
WRITES = "passerelle_writes"
"""The execution option of connections that will write: SQLite then takes its lock at once."""


def driver_url(url: str) -> URL:
    """The address with its asynchronous driver. ValueError if it is neither SQLite nor PostgreSQL."""
    parsed = make_url(url)
    family = parsed.get_backend_name()
    if family == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite+aiosqlite")
    if family in ("postgresql", "postgres"):
        query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
        return parsed.set(drivername="postgresql+asyncpg", query=query)
    raise ValueError("DATABASE_URL must be sqlite:///<path> or postgresql://…")


def open_engine(url: str) -> AsyncEngine:
    """An engine for the address; the folder of an SQLite file is made if it is missing."""
    target = driver_url(url)
    if target.get_backend_name() == "sqlite":
        return _open_sqlite(target)
    return create_async_engine(target, hide_parameters=True, pool_size=10, max_overflow=10, pool_pre_ping=True)


def _open_sqlite(target: URL) -> AsyncEngine:
    Path(target.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        target,
        hide_parameters=True,
        pool_size=8,
        max_overflow=8,
        connect_args={"isolation_level": None, "timeout": _BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what a student erased is written over, not just unlinked
    cursor.close()


@retry(
    retry=retry_if_exception_type(sqlite3.OperationalError),
    wait=wait_random(0.005, 0.05),
    stop=stop_after_delay(_BUSY_TIMEOUT_SECONDS),
    reraise=True,
)
def _write_ahead(cursor: Any) -> None:
    """Processes that start together on a new file: SQLite refuses the change of mode at once, whatever its timeout."""
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later could not wait for the lock: writers take it first."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
