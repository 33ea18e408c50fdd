"""An open database for the api's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.store.bell import bell_for
from api.store.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, on each engine in turn; its bell is started."""
    bell = bell_for(database_url)
    opened = Database(database_url, bell)
    await bell.start()
    yield opened
    await bell.stop()
    await opened.close()
