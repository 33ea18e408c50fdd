from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import Crew, run
from bot.settings import Settings
from tests.telegram.server import running_server


async def test_part_that_fails_brings_all_down() -> None:
    ended = []

    async def lasting() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("lasting")

    async def failing() -> None:
        await asyncio.sleep(0.01)
        raise OSError("port taken")

    crew = Crew(asyncio.Event())
    crew.until_stopped.append(failing())
    crew.anytime.append(lasting())
    with pytest.raises(ExceptionGroup):
        await crew.run()
    assert ended == ["lasting"]


@pytest.mark.parametrize("token", [None, "given"])
async def test_bot_without_api_or_rasa_waits_and_stops_when_told(token: str | None, tmp_path: Path) -> None:
    async with running_server() as telegram:
        settings = Settings(
            _env_file=None,
            telegram_bot_token=token and telegram.token,
            telegram_api_url=telegram.url,
            api_port=9,
            rasa_port=9,
            passerelle_data_dir=tmp_path,
        )
        stop = asyncio.Event()
        running = asyncio.create_task(run(settings, stop))
        await telegram.text(7, "salut")
        await asyncio.sleep(0.5)
        assert not running.done()
        stop.set()
        async with asyncio.timeout(3):
            await running
        assert (await telegram.state()).waiting == 1, "nothing is acknowledged without the api"
