from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from api.store.bell import announce, bell_for
from api.store.database import Database
from api.store.engine import driver_url
from api.store.models import Chat, UpdateSeen

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def count(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(UpdateSeen)) or 0


async def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            session.add(UpdateSeen(channel="web", update_id=1, received_at=NOW))
            await session.flush()
            raise RuntimeError
    assert await count(database) == 0


async def test_many_writers_and_readers_at_once_never_find_it_locked(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.transaction() as session:
            await session.scalar(select(func.count()).select_from(UpdateSeen))
            session.add(UpdateSeen(channel="web", update_id=number, received_at=NOW))

    await asyncio.gather(*(write(n) for n in range(60)), *(count(database) for _ in range(60)))
    assert await count(database) == 60


async def test_two_processes_take_turns(database: Database, database_url: str) -> None:
    other = Database(database_url, bell_for(database_url))

    async def write(target: Database, number: int) -> None:
        async with target.transaction() as session:
            session.add(UpdateSeen(channel="web", update_id=number, received_at=NOW))

    await asyncio.gather(*(write(other if n % 2 else database, n) for n in range(40)))
    await other.close()
    assert await count(database) == 40


async def test_times_come_back_aware(database: Database) -> None:
    async with database.transaction() as session:
        session.add(
            Chat(
                channel="web", external_id="1", profile={}, awaiting_question=False, created_at=NOW, last_message_at=NOW
            )
        )
    async with database.reading() as session:
        assert (await session.scalars(select(Chat.created_at))).one() == NOW


async def test_commit_wakes_who_waits(database: Database) -> None:
    token = database.bell.token("outbox")
    waiting = asyncio.create_task(database.bell.wait("outbox", token, 5))
    async with database.transaction() as session:
        announce(session, "outbox")
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert await waiting


async def test_what_is_announced_between_looking_and_waiting_is_not_missed(database: Database) -> None:
    token = database.bell.token("outbox")
    async with database.transaction() as session:
        announce(session, "outbox")
    assert await database.bell.wait("outbox", token, 0)


async def test_rollback_and_other_topics_wake_nobody(database: Database) -> None:
    token = database.bell.token("outbox")
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            announce(session, "outbox")
            raise RuntimeError
    async with database.transaction() as session:
        announce(session, "inbox")
    assert not await database.bell.wait("outbox", token, 0.1)


@pytest.mark.postgres
async def test_postgres_wakes_another_process(postgres_url: str) -> None:
    here, there = bell_for(postgres_url), bell_for(postgres_url)
    database = Database(postgres_url, here)
    await there.start()
    token = there.token("inbox")
    async with database.transaction() as session:
        announce(session, "inbox")
    assert await there.wait("inbox", token, 5)
    await there.stop()
    await database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        driver_url(url)


def test_sslmode_reaches_the_driver_under_its_own_name() -> None:
    assert driver_url("postgres://u@h/d?sslmode=require").query == {"ssl": "require"}
