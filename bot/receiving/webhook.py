"""The webhook: Telegram posts one update at a time, and gets its 200 once the update is stored."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Generator
from contextlib import contextmanager
from hmac import compare_digest

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.errors import PasserelleError
from bot.line import Line, until_telegram_accepts
from bot.receiving.intake import Intake
from bot.receiving.normalising import ALLOWED_UPDATES

logger = logging.getLogger(__name__)

BODY_LIMIT_BYTES = 1_000_000
_PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def webhook_app(intake: Intake, secret: str) -> Starlette:
    """Takes updates at any path: 401 without the secret, 403 with a wrong one, 413 over 1 MB, 400 where it is no
    update, 503 while the api is away (Telegram then tries again)."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(_PROOF_HEADER)
        if given is None:
            return Response(status_code=401)
        if not compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            update = None
        if not isinstance(update, dict):
            return Response(status_code=400)
        return Response(status_code=await _store(intake, update))

    return Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])


async def _store(intake: Intake, update: dict[str, object]) -> int:
    try:
        await intake.store(intake.take([update]))
    except PasserelleError as error:
        logger.warning("webhook_not_stored cause=%s", type(error).__name__)
        return 503
    return 200


async def _body(request: Request) -> bytes | None:
    """The body, or None where it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            return None
    return bytes(body)


class WebhookServer(uvicorn.Server):
    """Serves the webhook in the process's own loop and leaves signals to the process."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the process's own business."""
        yield

    async def serve_until(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then finish the requests at hand; `OSError` where the address is taken."""
        family = socket.AF_INET6 if ":" in self.config.host else socket.AF_INET
        with socket.create_server((self.config.host, self.config.port), family=family) as listener:
            serving = asyncio.create_task(self.serve(sockets=[listener]))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                self.should_exit = True
            await serving
        if not stop.is_set():
            raise RuntimeError("the webhook server stopped by itself")


async def announce_webhook(line: Line, url: str, secret: str) -> None:
    """Tell Telegram where to deliver; nothing that waits there is dropped."""
    await until_telegram_accepts(
        lambda: line.set_webhook(
            url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), drop_pending_updates=False
        ),
        "setWebhook",
    )
    logger.info("webhook_announced")
