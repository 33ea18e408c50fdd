"""The server: `/bot<token>/<method>` for the bot, `/control/…` for the test."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.telegram.chats import Journal
from tests.telegram.client import Telegram
from tests.telegram.control import control_routes
from tests.telegram.errors import BotApiError, bad_request
from tests.telegram.faults import Fault, Faults
from tests.telegram.limits import FloodLimits
from tests.telegram.methods import BotApi
from tests.telegram.people import People
from tests.telegram.settings import Settings
from tests.telegram.specification import Upload, bot_api
from tests.telegram.updates import UpdateQueue
from tests.telegram.webhook import Deliveries

_PHRASES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_NO_OFFENCE = ("query is too old", "message is not modified")


class OrderedFailure(BotApiError):
    """A refusal that a test ordered: no fault of the bot."""


class StandIn:
    """One bot account with everything around it, kept in memory."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        bot_id = int(self.settings.token.partition(":")[0])
        self.journal = Journal({"id": bot_id, "is_bot": True, "first_name": "Passerelle", "username": "essai_bot"})
        self.queue = UpdateQueue()
        self.deliveries = Deliveries(self.queue, self.settings)
        self.limits = FloodLimits(self.settings)
        self.faults = Faults()
        self.offences: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.people = People(self.journal, self.queue, self.deliveries)
        self.api = BotApi(self.settings, self.journal, self.queue, self.deliveries, self.limits, self.offences)

    def app(self) -> web.Application:
        """The web application; stopping it cancels the deliveries to the webhook."""
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._bot_call)
        app.router.add_routes(control_routes(self))
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, _app: web.Application) -> None:
        self.queue.end_poll()
        await self.deliveries.stop()

    async def _bot_call(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        except BotApiError as error:
            self._note(error)
            # a poller that died cannot know that another took its place
            if error.code == 409 and request.transport and not request.transport.is_closing():
                self.offences["two receivers"] += 1
            return web.json_response(error.body(), status=error.code)
        except ConnectionResetError:  # the bot died while it wrote
            return _cut(request)

    def _note(self, error: BotApiError) -> None:
        """Count what a well-behaved bot would not have asked for."""
        tolerated = any(text in error.description for text in _NO_OFFENCE)
        if error.code in (400, 401, 404, 405) and not isinstance(error, OrderedFailure) and not tolerated:
            self.offences[error.description] += 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.settings.token:
            raise BotApiError(401, "Unauthorized")
        if request.method not in ("GET", "POST"):
            raise BotApiError(405, "Method Not Allowed")
        method = bot_api().method(request.match_info["method"])
        parameters = bot_api().check(method, await _parameters(request))
        self.calls[method["name"]] += 1
        fault = self.faults.take(method["name"], parameters.get("chat_id"))
        if fault is not None:
            await asyncio.sleep(fault.delay_seconds)
            if fault.drop == "before":
                return _cut(request)
            self._refuse(fault, parameters.get("chat_id"))
        result = await self.api.call(method, parameters)
        if fault is not None and fault.drop == "after":
            return _cut(request)
        return web.json_response({"ok": True, "result": result})

    def _refuse(self, fault: Fault, chat_id: object) -> None:
        if fault.status is None:
            return
        if fault.status == 429 and isinstance(chat_id, int):
            self.limits.tell_to_wait(chat_id, fault.retry_after or 1, time.monotonic())
        retry_after = (fault.retry_after or 1) if fault.status == 429 else None
        default = f"Too Many Requests: retry after {retry_after}" if retry_after else "Bad Request: refused"
        description = fault.description or _PHRASES.get(fault.status, default)
        raise OrderedFailure(fault.status, description, retry_after)


def _cut(request: web.Request) -> web.StreamResponse:
    """Cut the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _parameters(request: web.Request) -> dict[str, Any]:
    """The parameters of a call from its query and its body, in any of the four forms that Telegram takes."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except json.JSONDecodeError:
            raise bad_request("can't parse JSON body") from None
        if not isinstance(body, dict):
            raise bad_request("the JSON body must be an object")
        return raw | body
    for name, value in (await request.post()).items():
        raw[name] = Upload(value.filename, -1) if isinstance(value, web.FileField) else value
    return raw


@asynccontextmanager
async def running_server(
    settings: Settings | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Telegram]:
    """The server in this process and event loop; gives what drives it. Port 0 takes a free one."""
    runner = web.AppRunner(StandIn(settings).app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        async with Telegram(f"http://{host}:{bound}", (settings or Settings()).token) as telegram:
            yield telegram
    finally:
        await runner.cleanup()
