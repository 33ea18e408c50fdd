"""What is deleted is gone from the files as well, and its number is never given again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.engine import make_url

from api.store.database import Database
from api.store.models import Chat

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TELLTALE = "quetzalcoatl"


def a_chat(number: int, filiere: str = "STI2D") -> Chat:
    return Chat(
        channel="telegram",
        external_id=str(number),
        profile={"filiere": filiere},
        awaiting_question=False,
        created_at=NOW,
        last_message_at=NOW,
    )


async def test_nothing_of_a_deleted_row_is_left_in_the_files(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        session.add_all([a_chat(1, TELLTALE * 30), *(a_chat(number) for number in range(2, 200))])
    await database.forget_deleted()
    files = [] if database.is_postgres else list(Path(make_url(database_url).database or "").parent.glob("*.db*"))
    assert database.is_postgres or any(TELLTALE.encode() in path.read_bytes() for path in files)
    async with database.transaction() as session:
        await session.execute(delete(Chat).where(Chat.external_id == "1"))
    await database.forget_deleted()
    assert not any(TELLTALE.encode() in path.read_bytes() for path in files)


async def test_forgetting_waits_for_nobody_who_reads(database: Database) -> None:
    async with database.reading() as session:
        await session.scalar(select(Chat.id))
    async with database.transaction() as session:
        session.add(a_chat(1))
    await database.forget_deleted()
    async with database.reading() as session:
        assert await session.scalar(select(Chat.external_id)) == "1"


async def test_the_number_of_a_deleted_row_is_never_given_again(database: Database) -> None:
    async with database.transaction() as session:
        session.add(first := a_chat(1))
    async with database.transaction() as session:
        await session.execute(delete(Chat))
        session.add(second := a_chat(2))
    assert second.id > first.id
