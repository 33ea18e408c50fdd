"""The bot's process: reads settings, builds the parts, runs them until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from telegram.error import TelegramError

from api.client import ApiClient
from api.secret import service_token
from bot.fronts import SilentFront, TelegramFront
from bot.gate import Gate
from bot.handlers import Desk
from bot.handlers.erasure import keep_forgetting
from bot.line import Line, open_line
from bot.logs import set_up_logging, telegram_cause
from bot.rasa import Rasa
from bot.receiving.intake import Intake
from bot.receiving.polling import Poller
from bot.receiving.webhook import WebhookServer, announce_webhook, webhook_app
from bot.sending import Sender
from bot.sentences import COMMANDS
from bot.settings import Settings, SettingsUnusable, read_settings
from bot.worker import Worker

logger = logging.getLogger(__name__)


class Crew:
    """The tasks of the process: `until_stopped` end by themselves, `anytime` are cancelled on stop."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop
        self.until_stopped: list[Coroutine[Any, Any, None]] = []
        self.anytime: list[Coroutine[Any, Any, None]] = []

    async def run(self) -> None:
        """Run all; the first that fails brings down the others."""
        async with asyncio.TaskGroup() as group:
            for coroutine in self.until_stopped:
                group.create_task(coroutine)
            loose = [group.create_task(coroutine) for coroutine in self.anytime]
            await self.stop.wait()
            for task in loose:
                task.cancel()


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set. Raises what brings it down."""
    async with _api(settings) as client, _rasa(settings) as rasa, _line(settings) as line:
        front = TelegramFront(line) if line else SilentFront()
        crew = Crew(stop)
        worker = Worker(Desk(client, rasa, front), f"{settings.passerelle_worker}/inbox")
        crew.until_stopped.append(worker.leasing().run(stop))
        crew.anytime.append(keep_forgetting(client, rasa))
        if line is None:
            logger.info("Aucun TELEGRAM_BOT_TOKEN : seule la page de chat locale est servie.")
            await crew.run()
            return
        intake = Intake(client, line)
        sender = Sender(client, line, Gate(), f"{settings.passerelle_worker}/outbox")
        crew.until_stopped.append(sender.leasing().run(stop))
        crew.anytime.append(_offer_commands(line))
        _receive(settings, line, intake, crew)
        try:
            await crew.run()
        finally:
            await intake.aclose()


def _receive(settings: Settings, line: Line, intake: Intake, crew: Crew) -> None:
    """Receive by webhook where one is set, else by polling."""
    if settings.telegram_webhook_url is None or settings.telegram_webhook_secret is None:
        crew.anytime.append(Poller(line, intake, timeout_seconds=settings.poll_timeout_seconds).run())
        return
    secret = settings.telegram_webhook_secret.get_secret_value()
    app = webhook_app(intake, secret)
    server = WebhookServer(app, settings.telegram_webhook_host, settings.telegram_webhook_port)
    crew.until_stopped.append(server.serve_until(crew.stop))
    crew.anytime.append(announce_webhook(line, settings.telegram_webhook_url, secret))


async def _offer_commands(line: Line) -> None:
    """Fill Telegram's menu; the bot works without it."""
    try:
        await line.set_my_commands(COMMANDS)
    except TelegramError as error:
        logger.info("menu_not_set cause=%s", telegram_cause(error))


@asynccontextmanager
async def _api(settings: Settings) -> AsyncGenerator[ApiClient]:
    secret = settings.passerelle_secret_key
    token = service_token(settings.passerelle_data_dir, secret.get_secret_value() if secret else None)
    async with ApiClient(settings.api_url, token) as client:
        yield client


@asynccontextmanager
async def _rasa(settings: Settings) -> AsyncGenerator[Rasa]:
    rasa = Rasa(settings.rasa_url, timeout_seconds=settings.reply_timeout_seconds)
    try:
        yield rasa
    finally:
        await rasa.aclose()


@asynccontextmanager
async def _line(settings: Settings) -> AsyncGenerator[Line | None]:
    token = settings.telegram_bot_token
    if token is None or not token.get_secret_value():
        yield None
        return
    line = open_line(token.get_secret_value(), settings.telegram_api_url)
    try:
        yield line
    finally:
        await line.hang_up()


async def _run_until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)


def main() -> None:
    """Run `passerelle-bot`: exit 0 when told to stop, 1 when a part failed, 2 when a setting is wrong."""
    set_up_logging()
    try:
        settings = read_settings()
    except SettingsUnusable as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    try:
        asyncio.run(_run_until_signal(settings))
    except Exception:
        logger.exception("bot_down")
        sys.exit(1)


if __name__ == "__main__":
    main()
