from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.errors import InvalidRequest, PasserelleError
from api.schemas import Button, IncomingMessage, MessageKind, Recorded
from bot.line import Line, open_line
from bot.receiving.intake import Intake
from bot.receiving.polling import Poller
from bot.receiving.webhook import WebhookServer, announce_webhook, webhook_app
from bot.rendering import Part
from tests.bot.doubles import FakeApi
from tests.bot.updates import message_update
from tests.telegram.client import Telegram
from tests.telegram.faults import Fault
from tests.telegram.server import running_server


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_server() as running:
        yield running


@pytest.fixture
async def line(telegram: Telegram) -> AsyncIterator[Line]:
    opened = open_line(telegram.token, telegram.url)
    yield opened
    await opened.hang_up()


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@asynccontextmanager
async def polling(line: Line, api: FakeApi) -> AsyncIterator[None]:
    intake = Intake(api, line)
    running = asyncio.create_task(Poller(line, intake, timeout_seconds=5).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await intake.aclose()


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def texts(api: FakeApi) -> list[str | None]:
    return [message.text for message in api.recorded]


async def test_polling_stores_what_students_write(telegram: Telegram, line: Line, api: FakeApi) -> None:
    await telegram.text(7, "avant")
    async with polling(line, api):
        await until(lambda: texts(api) == ["avant"])
        await telegram.text(7, "après")
        await telegram.attachment(8, "voice")
        await until(lambda: len(api.recorded) == 3)
    assert (api.recorded[2].chat, api.recorded[2].file_type) == ("8", "voice")
    assert (await telegram.state()).offences == {}


async def test_nothing_is_acknowledged_while_the_api_is_away(telegram: Telegram, line: Line, api: FakeApi) -> None:
    api.down.add("record")
    await telegram.text(7, "important")
    async with polling(line, api):
        await until(lambda: len(api.called("record")) > 2)
        assert (await telegram.state()).waiting == 1
        api.down.clear()
        await until(lambda: texts(api) == ["important"])
        await telegram.text(7, "suite")
        await until(lambda: len(api.recorded) == 2)
    assert (await telegram.state()).confirmed >= 1


async def test_polling_leaves_a_webhook_without_dropping_anything(telegram: Telegram, line: Line, api: FakeApi) -> None:
    await line.set_webhook("http://127.0.0.1:9/nobody")
    await telegram.text(7, "en attente")
    async with polling(line, api):
        await until(lambda: texts(api) == ["en attente"])
    assert (await telegram.state()).offences == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getUpdates", times=2, status=502),
        Fault("getUpdates", times=2, status=429, retry_after=1),
        Fault("getUpdates", times=2, drop="before"),
    ],
    ids=["bad gateway", "too many requests", "dropped"],
)
async def test_polling_survives(fault: Fault, telegram: Telegram, line: Line, api: FakeApi) -> None:
    await telegram.fail(fault)
    await telegram.text(7, "coucou")
    async with polling(line, api):
        await until(lambda: texts(api) == ["coucou"])


async def test_button_stops_spinning_although_the_api_is_away(telegram: Telegram, line: Line, api: FakeApi) -> None:
    await telegram.text(7, "salut")
    async with polling(line, api):
        await until(lambda: api.recorded)
        await line.send_part("7", Part("x", "x", ((Button(title="Oui", payload="erase:yes"),),)))
        api.down.add("record")
        await telegram.press(7, "Oui")
        await until(lambda: len(api.called("record")) > 3)
        (press,) = (await telegram.state()).callbacks
        assert press["answered"]
        api.down.clear()
        await until(lambda: len(api.recorded) == 2)
    assert api.recorded[1].payload == "erase:yes"


class Choosy(FakeApi):
    """Never takes a message that holds the word « poison »."""

    async def record(self, messages: list[IncomingMessage]) -> list[Recorded]:
        if any("poison" in (message.text or "") for message in messages):
            raise InvalidRequest("no")
        return await super().record(messages)


async def test_message_that_the_api_refuses_holds_up_no_other(line: Line) -> None:
    api = Choosy()
    intake = Intake(api, line)
    await intake.store(intake.take([message_update(1, text="un"), message_update(2, text="poison")]))
    assert texts(api) == ["un", None]
    assert api.recorded[1].kind == MessageKind.OTHER


class Hook:
    """A client that posts to the webhook as Telegram does."""

    def __init__(self, api: FakeApi, line: Line) -> None:
        app = webhook_app(Intake(api, line), "s3cret")
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")

    async def post(self, content: Any, secret: str | bytes | None = "s3cret") -> int:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        how = {"content": content} if isinstance(content, bytes) else {"json": content}
        return (await self._http.post("/telegram", headers=headers, **how)).status_code


@pytest.fixture
def hook(api: FakeApi, line: Line) -> Hook:
    return Hook(api, line)


async def test_webhook_stores_before_it_says_yes(hook: Hook, api: FakeApi) -> None:
    assert await hook.post(message_update(text="salut")) == 200
    assert texts(api) == ["salut"]


async def test_webhook_wants_the_secret(hook: Hook, api: FakeApi) -> None:
    assert await hook.post(message_update(text="salut"), secret=None) == 401
    assert await hook.post(message_update(text="salut"), secret="autre") == 403
    assert await hook.post(message_update(text="salut"), secret="é".encode()) == 403
    assert api.calls == []


async def test_webhook_refuses_what_is_too_large_or_no_update(hook: Hook, api: FakeApi) -> None:
    assert await hook.post(b"x" * 1_000_001) == 413
    assert await hook.post(b"{") == 400
    assert await hook.post(b"[" * 100_000) == 400
    assert await hook.post([1]) == 400
    assert api.calls == []


async def test_webhook_asks_to_come_again_while_the_api_is_away(hook: Hook, api: FakeApi) -> None:
    api.down.add("record")
    assert await hook.post(message_update(text="salut")) == 503
    api.down.clear()
    api.errors["record"] = PasserelleError("bug")
    assert await hook.post(message_update(text="salut")) == 503


async def test_webhook_takes_what_it_has_no_use_for(hook: Hook, api: FakeApi) -> None:
    assert await hook.post({"update_id": 1, "chat_boost": {}}) == 200
    assert api.calls == []


async def test_telegram_delivers_to_the_webhook_once_announced(telegram: Telegram, line: Line, api: FakeApi) -> None:
    intake, stop = Intake(api, line), asyncio.Event()
    server = WebhookServer(webhook_app(intake, "s3cret"), "127.0.0.1", _free_port())
    serving = asyncio.create_task(server.serve_until(stop))
    await telegram.fail(Fault("setWebhook", times=1, status=502))
    await telegram.text(7, "déjà là")
    await announce_webhook(line, f"http://127.0.0.1:{server.config.port}/hook", "s3cret")
    await until(lambda: texts(api) == ["déjà là"])
    stop.set()
    async with asyncio.timeout(5):
        await serving
    assert (await telegram.state()).offences == {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
