"""The stand-in server in this process, and a real library's bot as its peer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.telegram.client import Telegram
from tests.telegram.server import running_server


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    """A fresh server."""
    async with running_server() as running:
        yield running


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    """python-telegram-bot's plain client, which obeys no limits by itself."""
    request = HTTPXRequest(connection_pool_size=20)
    async with Bot(
        telegram.token, base_url=f"{telegram.url}/bot", request=request, get_updates_request=HTTPXRequest()
    ) as peer:
        yield peer


@pytest.fixture
async def raw(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    """Calls without a library between."""
    async with httpx.AsyncClient(base_url=f"{telegram.url}/bot{telegram.token}/") as client:
        yield client
