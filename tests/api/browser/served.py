"""The real application on a port of its own, and those who answer behind it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import uvicorn

from api.app import create_app
from api.client import ApiClient
from api.schemas import Button, Channel, InboxItem, Reply, ReplyKind, Source
from api.services import tutors
from api.services.library import Library
from api.settings import Settings
from knowledge.lexicon import Lexicon

WORKER = "stand-in"

ANSWER = Reply(
    kind=ReplyKind.ANSWER,
    title="La prépa TSI",
    text="Deux ans après le bac, pour entrer en école d'ingénieurs.",
    sources=[
        Source(title="Prépa TSI, Onisep", url="https://www.onisep.fr/tsi?a=1&b=2", checked_on=date(2026, 11, 22)),
    ],
    buttons=[
        [
            Button(title="Ça m'aide", payload="helpful:cpge-tsi"),
            Button(title="Pas vraiment", payload="unhelpful:cpge-tsi"),
        ],
        [Button(title="Parler à un tuteur", payload="tutor")],
    ],
    entry_id="cpge-tsi",
)


class ClosedLibrary(Library):
    def start(self) -> None:
        """The page needs no entry."""


class Site:
    """The application under uvicorn; it can be shut down and started again at the same address."""

    def __init__(self, database_url: str, data_dir: Path, lexicon: Lexicon) -> None:
        self._settings = Settings(_env_file=None, data_dir=data_dir, database_address=database_url, chat_page=True)
        self.lexicon = lexicon
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        folder = self._settings.data_dir
        self._app: Any = create_app(self._settings, library=ClosedLibrary(folder, folder), lexicon=self.lexicon)
        config = uvicorn.Config(self._app, port=self._port, log_level="critical", timeout_graceful_shutdown=0)
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 (uvicorn offers nothing to wait for)
            await asyncio.sleep(0.01)
        self.bot = ApiClient(self.address, self._app.state.context.service_token)

    async def stop(self) -> None:
        await self.bot.aclose()
        self._server.should_exit = True
        await self._serving

    async def clear(self) -> None:
        """Answer what an earlier test has left unanswered."""
        for item in await self.bot.lease_inbox(WORKER, limit=100, channels=[Channel.WEB]):
            await self.bot.finish(item.id, WORKER, [])

    async def question(self) -> InboxItem:
        """Take the next message, as the bot's worker does."""
        (item,) = await self.bot.lease_inbox(WORKER, limit=1, wait_seconds=10, channels=[Channel.WEB])
        return item

    async def answer(self, *replies: Reply) -> InboxItem:
        """Be the bot for the next message."""
        item = await self.question()
        await self.bot.finish(item.id, WORKER, list(replies))
        return item

    @asynccontextmanager
    async def tutor(self, name: str) -> AsyncIterator[ApiClient]:
        """Somebody who answers requests."""
        async with self._app.state.context.database.transaction() as session:
            _, token = await tutors.add(session, "camille@example.org", name, now=datetime.now(UTC))
        async with ApiClient(self.address, token) as client:
            yield client
