"""Brings a database to the present schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection

from api.store.engine import WRITES, open_engine

_ONE_AT_A_TIME = 5_061_417
"""PostgreSQL advisory lock: several processes may start together."""


async def migrate(url: str) -> None:
    """Apply every migration that is missing, whole or not at all; a present database stays as it is."""
    engine = open_engine(url).execution_options(**{WRITES: True})
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
