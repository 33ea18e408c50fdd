"""An open database, and the whole application over it, for the api's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.routes.context import Context
from api.services import escalations, tutors
from api.settings import Settings
from api.store.bell import bell_for
from api.store.database import Database
from api.store.models import Chat, Escalation


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, on each engine in turn; its bell is started."""
    bell = bell_for(database_url)
    opened = Database(database_url, bell)
    await bell.start()
    yield opened
    await bell.stop()
    await opened.close()


class CalmLexicon:
    """Hears neither danger nor the wish for a person."""

    def safety(self, text: str) -> None:
        return None

    def asks_person(self, text: str) -> bool:
        return False


@dataclass
class Api:
    """The application without its lifespan, and people who use it over HTTP."""

    app: FastAPI
    visitors: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def context(self) -> Context:
        context: Context = self.app.state.context
        return context

    async def visitor(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}".encode()}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers)
        return await self.visitors.enter_async_context(client)

    async def service(self) -> httpx.AsyncClient:
        return await self.visitor(self.context.service_token)

    async def tutor(self, name: str = "Camille", *, coordinator: bool = False) -> httpx.AsyncClient:
        async with self.context.database.transaction() as session:
            _, token = await tutors.add(
                session, f"{name.replace(' ', '.')}@example.org", name, coordinator=coordinator, now=datetime.now(UTC)
            )
        return await self.visitor(token)

    async def student(self, external_id: str = "77") -> int:
        now = datetime.now(UTC)
        chat = Chat(
            channel="telegram",
            external_id=external_id,
            profile={"filiere": "STI2D"},
            awaiting_question=False,
            created_at=now,
            last_message_at=now,
        )
        async with self.context.database.transaction() as session:
            session.add(chat)
        return chat.id

    async def ask(self, chat_id: int, question: str = "C'est quoi la prépa TSI ?", **more: Any) -> Escalation:
        async with self.context.database.transaction() as session:
            now = more.pop("now", datetime.now(UTC))
            return (await escalations.open_escalation(session, chat_id, question, now=now, **more))[0]


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """The application over a fresh database, on each engine in turn, with a lexicon that hears nothing."""
    settings = Settings(_env_file=None, data_dir=tmp_path, database_address=database_url)  # type: ignore[call-arg]
    opened = Api(create_app(settings, lexicon=CalmLexicon()))  # type: ignore[arg-type]
    yield opened
    await opened.visitors.aclose()
    await opened.context.database.close()
