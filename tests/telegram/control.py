"""The control side: what a test does as the students, as the network and as an onlooker."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.telegram.errors import BotApiError
from tests.telegram.faults import Fault

if TYPE_CHECKING:
    from tests.telegram.server import StandIn

ACTS = frozenset({"text", "attachment", "edit", "press", "block", "deactivate"})


def control_routes(server: StandIn) -> list[web.RouteDef]:
    """The routes under `/control`."""
    control = Control(server)
    return [
        web.post("/control/acts/{act}", control.act),
        web.post("/control/deliver", control.deliver),
        web.get("/control/messages", control.messages),
        web.get("/control/state", control.state),
        web.patch("/control/settings", control.configure),
        web.post("/control/faults", control.order_fault),
        web.delete("/control/faults", control.clear_faults),
    ]


class Control:
    """The handlers; bodies and answers are JSON."""

    def __init__(self, server: StandIn) -> None:
        self._server = server

    async def act(self, request: web.Request) -> web.Response:
        """A student does something; answers with the update that it became."""
        act = request.match_info["act"]
        if act not in ACTS:
            raise web.HTTPNotFound
        try:
            update = getattr(self._server.people, act)(**await request.json())
        except BotApiError as error:
            return web.json_response({"error": error.description}, status=error.code)
        return web.json_response(update)

    async def deliver(self, request: web.Request) -> web.Response:
        """Queue updates that were held back, in this order."""
        self._server.people.deliver((await request.json())["updates"])
        return web.json_response({})

    async def messages(self, request: web.Request) -> web.Response:
        """The bot's messages, of one chat or all; `version` tells a later call what to wait for."""
        journal = self._server.journal
        chat = int(request.query["chat"]) if "chat" in request.query else None
        if "changed_from" in request.query:
            before = int(request.query["changed_from"])
            if journal.version == before:
                await journal.change(float(request.query.get("wait", 0)))
        return web.json_response({"messages": journal.seen_in(chat), "version": journal.version})

    async def state(self, _request: web.Request) -> web.Response:
        """Counters."""
        server = self._server
        callbacks = [asdict(one) for one in server.journal.callbacks.values()]
        state: dict[str, Any] = {
            "calls": server.calls,
            "offences": server.offences + Counter({"retry_after not waited for": server.limits.not_waited_for}),
            "repeated": server.journal.repeated(),
            "sent": len(server.journal.sent),
            "waiting": len(server.queue.waiting),
            "confirmed": server.queue.confirmed,
            "allowed_updates": server.queue.allowed,
            "webhook": server.deliveries.info(server.queue.allowed),
            "webhook_attempts": server.deliveries.attempts,
            "callbacks": callbacks,
        }
        return web.json_response(state)

    async def configure(self, request: web.Request) -> web.Response:
        """Change settings."""
        changes = await request.json()
        replace(self._server.settings, **changes)  # refuses names that do not exist
        for name, value in changes.items():
            setattr(self._server.settings, name, value)
        return web.json_response(asdict(self._server.settings))

    async def order_fault(self, request: web.Request) -> web.Response:
        """Something will go wrong."""
        self._server.faults.order(Fault(**await request.json()))
        return web.json_response({})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Nothing goes wrong any more."""
        self._server.faults.clear()
        return web.json_response({})
