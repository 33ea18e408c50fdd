"""Whether every part of the system answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import httpx
from sqlalchemy import text

from api.schemas import Health, PartHealth
from api.services.library import Library
from api.store.database import Database

_CHECK_SECONDS = 1.8
_CACHE_SECONDS = 1.0
_BOT_SILENCE_SECONDS = 45.0
"""The bot asks for work at least every 30 seconds."""


class HealthCheck:
    """Asks all parts at once, for at most two seconds; an answer is good for one second."""

    def __init__(
        self,
        database: Database,
        library: Library,
        *,
        rasa_url: str,
        actions_url: str,
        bot_silent_for: Callable[[], float | None],
    ) -> None:
        """`bot_silent_for` gives the seconds since the bot last asked for work, None if it never has."""
        self._database = database
        self._library = library
        self._rasa_url = rasa_url
        self._actions_url = actions_url
        self._bot_silent_for = bot_silent_for
        self._turn = asyncio.Lock()
        self._latest: tuple[float, Health] | None = None

    async def report(self) -> Health:
        """The state of each part, at most a second old."""
        async with self._turn:
            if self._latest is None or time.monotonic() - self._latest[0] > _CACHE_SECONDS:
                self._latest = (time.monotonic(), await self._ask())
            return self._latest[1]

    async def _ask(self) -> Health:
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:
            checks: dict[str, Awaitable[PartHealth]] = {
                "database": self._ask_database(),
                "knowledge": self._ask_library(),
                "rasa": _ask_http(client, f"{self._rasa_url}/status"),
                "actions": _ask_http(client, f"{self._actions_url}/health"),
                "bot": self._ask_bot(),
            }
            states = await asyncio.gather(*(_within_time(check) for check in checks.values()))
        parts = dict(zip(checks, states, strict=True))
        return Health(ok=all(part.ok for part in states), version=version("passerelle"), parts=parts)

    async def _ask_database(self) -> PartHealth:
        async with self._database.reading() as session:
            await session.execute(text("SELECT 1"))
        kind = "PostgreSQL" if self._database.is_postgres else "SQLite"
        return PartHealth(ok=True, detail=f"{kind} répond.")

    async def _ask_library(self) -> PartHealth:
        return self._library.health()

    async def _ask_bot(self) -> PartHealth:
        silence = self._bot_silent_for()
        if silence is None:
            return PartHealth(ok=False, detail="Le bot ne s'est pas encore présenté.")
        if silence > _BOT_SILENCE_SECONDS:
            return PartHealth(ok=False, detail=f"Le bot ne donne plus signe de vie depuis {silence:.0f} s.")
        return PartHealth(ok=True, detail="Le bot travaille.")


async def _within_time(check: Awaitable[PartHealth]) -> PartHealth:
    try:
        return await asyncio.wait_for(check, _CHECK_SECONDS)
    except TimeoutError:
        return PartHealth(ok=False, detail="Pas de réponse à temps.")
    except Exception as error:  # whatever ails a part, the report must come
        return PartHealth(ok=False, detail=f"Ne répond pas ({type(error).__name__}).")


async def _ask_http(client: httpx.AsyncClient, url: str) -> PartHealth:
    answer = await client.get(url, timeout=_CHECK_SECONDS)
    if answer.status_code == httpx.codes.OK:
        return PartHealth(ok=True, detail="Répond.")
    return PartHealth(ok=False, detail=f"Répond par une erreur ({answer.status_code}).")
