"""The application: every part is made here, once, and passed down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import HTTP_REQUESTS
from api.problems import add_handlers
from api.routes import answers, chat, conversations, dead_letters, escalations, health, intake, work
from api.routes.context import Context
from api.secret import service_token
from api.services.library import Library
from api.services.sweep import sweep_forever
from api.settings import Settings
from api.store.bell import bell_for
from api.store.database import Database
from knowledge.lexicon import Lexicon, load_lexicon


def create_app(settings: Settings, *, library: Library | None = None, lexicon: Lexicon | None = None) -> FastAPI:
    """The application over these settings. The database must have been migrated.

    `library` and `lexicon` stand in for the real ones. ContentErrors if the safety lexicon cannot be read: without
    it no message may be taken in.
    """
    app = FastAPIOffline(
        title="Passerelle",
        version=version("passerelle"),
        description="L'assistant d'orientation des élèves de STI2D et STL : demandes, réponses, exploitation.",
        lifespan=_lifespan,
    )
    app.state.context = _context(settings, library, lexicon)
    add_handlers(app)
    app.add_middleware(_CountRequests)
    for room in (health, escalations, intake, work, conversations, answers, dead_letters, chat):
        app.include_router(room.router)
    return app


def _context(settings: Settings, library: Library | None, lexicon: Lexicon | None) -> Context:
    bell = bell_for(settings.database_url)
    database = Database(settings.database_url, bell)
    library = library or Library(settings.knowledge_dir, settings.cache_dir / "knowledge")
    return Context(
        settings=settings,
        bell=bell,
        database=database,
        library=library,
        lexicon=lexicon or load_lexicon(settings.knowledge_dir / "securite.yml"),
        service_token=service_token(settings.data_dir, settings.secret_key),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    await context.bell.start()
    context.library.start()
    sweeping = asyncio.create_task(
        sweep_forever(
            context.database,
            open_after=timedelta(hours=context.settings.open_after_hours),
            idle_claim_after=timedelta(minutes=context.settings.idle_claim_after_minutes),
        ),
        name="sweep",
    )
    yield
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)
    context.library.stop()
    await context.bell.stop()
    await context.database.close()


class _CountRequests:
    """Counts each answer under its route's template, so that no identifier becomes a label."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note the status of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                HTTP_REQUESTS.labels(scope["method"], route, str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, count)
