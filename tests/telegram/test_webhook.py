"""setWebhook and the deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest

from tests.telegram.client import Telegram


@dataclass
class Receiver:
    """A webhook that answers with the given statuses, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0
    secrets: list[str | None] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(self.seconds)
        self.busy -= 1
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        content = update.get("message") or {"text": update["callback_query"]["data"]}
        self.texts.append(content["text"])
        self.arrived.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not done():
                self.arrived.clear()
                await self.arrived.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_updates_arrive_in_order_with_the_secret(telegram: Telegram, bot: Bot, receiver: Receiver) -> None:
    await telegram.text(1, "avant le webhook")
    await bot.set_webhook(receiver.url, secret_token="chut")
    await telegram.text(1, "après")
    await receiver.until(lambda: len(receiver.texts) == 2)
    assert receiver.texts == ["avant le webhook", "après"]
    assert set(receiver.secrets) == {"chut"}
    assert (await bot.get_webhook_info()).pending_update_count == 0


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_anything_but_2xx_is_tried_again(telegram: Telegram, bot: Bot, receiver: Receiver, status: int) -> None:
    await telegram.configure(retry_scale=0.01)
    receiver.statuses = [status, status, 204]
    await bot.set_webhook(receiver.url)
    await telegram.text(1, "un")
    await receiver.until(lambda: len(receiver.texts) == 3)
    await telegram.text(1, "deux")
    await receiver.until(lambda: len(receiver.texts) == 4)
    assert receiver.texts == ["un", "un", "un", "deux"]
    assert str(status) in ((await bot.get_webhook_info()).last_error_message or "")


async def test_one_chat_is_served_in_order_and_chats_side_by_side(
    telegram: Telegram, bot: Bot, receiver: Receiver
) -> None:
    receiver.seconds = 0.05
    await bot.set_webhook(receiver.url)
    for chat in (1, 2, 3):
        for number in range(3):
            await telegram.text(chat, f"{chat}{number}")
    await receiver.until(lambda: len(receiver.texts) == 9)
    assert receiver.busiest == 3
    for first in "123":
        assert [t for t in receiver.texts if t[0] == first] == [f"{first}{n}" for n in range(3)]


async def test_what_was_not_delivered_waits_for_polling(telegram: Telegram, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/nobody")
    await telegram.text(1, "patience")
    await asyncio.sleep(0.1)
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1


@pytest.mark.parametrize("url", ["http://example.org/hook", "https://example.org:8444/hook"])
async def test_addresses_that_telegram_refuses(bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest, match="Bad webhook"):
        await bot.set_webhook(url)
