"""The local chat page: a front for trying Passerelle without Telegram, on the same way in and out.

Whoever opens the page gets a random session in a cookie that scripts cannot read, and sees that session's chat only.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request, Response, status
from fastapi.responses import FileResponse
from pydantic import BaseModel, ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent

from api import metrics
from api.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from api.routes.context import Context, ContextDep
from api.schemas import Route
from api.services import outbox, webchat

COOKIE = "passerelle_session"
COOKIE_DAYS = 7
BODY_LIMIT_BYTES = 32_768
LOOK_AGAIN_SECONDS = 15.0

_FILES = Path(__file__).parent.parent / "chat"
_ASSETS = {
    "render.js": "text/javascript",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


async def require_page(context: ContextDep) -> None:
    """NotFound where the page is switched off."""
    if not context.settings.chat_page_on:
        raise NotFound("La page de discussion est désactivée : elle s'active avec CHAT_PAGE=true.")


async def require_same_origin(
    origin: Annotated[str | None, Header()] = None, host: Annotated[str | None, Header()] = None
) -> None:
    """Forbidden for a request that another site's page makes."""
    if origin is None or urlsplit(origin).netloc != host:
        raise Forbidden("Cette demande ne vient pas de la page de discussion.")


async def session_key(passerelle_session: Annotated[str | None, Cookie()] = None) -> str:
    """The name of the chat of who calls. Unauthenticated without the page's cookie."""
    if not passerelle_session:
        raise Unauthenticated("Ouvre d'abord la page de discussion.")
    return webchat.key_of(passerelle_session)


KeyDep = Annotated[str, Depends(session_key)]

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_page)])


class Accepted(BaseModel):
    """Who answers: `bot`, `tutor` or `safety`."""

    route: Route


@router.get("/")
async def show_page(request: Request) -> Response:
    """The page; a first visit begins a session."""
    response = FileResponse(_FILES / "page.html", headers=_HEADERS)
    if not request.cookies.get(COOKIE):
        _begin_session(request, response)
    return response


@router.get("/chat/{name}.{kind}")
async def show_asset(name: str, kind: str) -> Response:
    """The page's style, script and icon."""
    asset = f"{name}.{kind}"
    if asset not in _ASSETS:
        raise NotFound("Ce fichier n'existe pas.")
    return FileResponse(_FILES / asset, media_type=_ASSETS[asset], headers=_HEADERS)


@router.post(
    "/chat/messages",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(require_same_origin)],
)
async def submit_message(context: ContextDep, request: Request, key: KeyDep) -> Accepted:
    """Take in what the student wrote or pressed; the reply comes by `/chat/events`."""
    try:
        message = webchat.WebMessage.model_validate_json(await _limited_body(request))
    except ValidationError:
        raise InvalidRequest("Il faut un texte de 1 à 4096 caractères, ou un bouton.") from None
    async with context.database.transaction() as session:
        recorded = await webchat.submit(session, context.lexicon, key, message, datetime.now(UTC))
    return Accepted(route=Route.NONE if recorded is None else recorded.route)


@router.post(
    "/chat/forget",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(require_same_origin)],
)
async def forget_session(request: Request) -> Response:
    """Begin a new session: the page calls this after everything about the former one was erased."""
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    _begin_session(request, response)
    return response


@router.get("/chat/events")
async def stream_events(
    context: ContextDep,
    key: KeyDep,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The session's replies as they come. Without a place to go on from, first what was said so far."""
    if last_event_id and last_event_id.isdigit():
        after = int(last_event_id)
    return EventSourceResponse(_events(context, key, after), headers=_HEADERS, ping=15)


async def _events(context: Context, key: str, after: int | None) -> AsyncIterator[ServerSentEvent]:
    async with context.database.reading() as session:
        chat_id = await webchat.chat_id_of(session, key)
        if after is None:
            lines = [] if chat_id is None else await webchat.history(session, chat_id)
            after = max((line.id or 0 for line in lines), default=0)
            yield _event("history", "[" + ",".join(_json(line) for line in lines) + "]", after)
    while True:
        token = context.bell.token(outbox.TOPIC)
        async with context.database.reading() as session:
            found = await webchat.chat_id_of(session, key)
            news = found is not None and await webchat.has_unseen(session, found, after)
        if chat_id not in (None, found):
            yield _event("erased", "{}", 0)
            return
        chat_id = found
        if news and chat_id is not None:
            for line in await _take(context, chat_id, after):
                after = line.id or after
                yield _event("reply", _json(line), after)
        await context.bell.wait(outbox.TOPIC, token, LOOK_AGAIN_SECONDS)


async def _take(context: Context, chat_id: int, after: int) -> list[webchat.WebLine]:
    async with context.database.transaction() as session:
        lines, waits = await webchat.unseen(session, chat_id, after, datetime.now(UTC))
    for seconds in waits:
        metrics.REPLY_SECONDS.observe(seconds)
    return lines


def _event(name: str, data: str, number: int) -> ServerSentEvent:
    return ServerSentEvent(data, event=name, id=str(number))


def _json(line: webchat.WebLine) -> str:
    return line.model_dump_json(exclude_none=True)


def _begin_session(request: Request, response: Response) -> None:
    response.set_cookie(
        COOKIE,
        secrets.token_urlsafe(32),
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


async def _limited_body(request: Request) -> bytes:
    """The body of the request, refused as soon as it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise InvalidRequest("Ce message est trop long.")
    return body
