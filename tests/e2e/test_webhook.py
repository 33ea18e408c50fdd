"""The same path when Telegram delivers to a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.steps import QUESTION, TRANSMITTED, WELCOME, Tutor, assert_sourced_answer
from tests.e2e.system import WEBHOOK_SECRET, System
from tests.telegram.client import Student, Telegram


@pytest.fixture(scope="module")
def webhook_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that gets its updates delivered."""
    with System(tmp_path_factory.mktemp("webhook"), webhook=True) as running:
        yield running


@pytest.fixture
def system(webhook_system: System) -> System:
    return webhook_system


async def test_the_whole_path(student: Student, camille: Tutor) -> None:
    await student.says(QUESTION)
    await student.receives(WELCOME)
    assert_sourced_answer(await student.receives())
    await student.presses("Parler à un tuteur")
    await student.receives(TRANSMITTED)
    escalation = camille.claims(QUESTION)
    await student.receives("Camille te répond")
    await student.says("bonjour camille")
    camille.reads(escalation, "bonjour camille")
    camille.does(escalation, "resolve")
    await student.receives("Conversation terminée")
    await student.says("c koi un but en iut")
    assert_sourced_answer(await student.receives())


async def test_a_stranger_without_the_secret_is_refused(system: System, student: Student) -> None:
    update = await student.says("intrus", hold=True)
    address = f"http://127.0.0.1:{system.webhook_port}/telegram"
    async with httpx.AsyncClient() as client:
        assert (await client.post(address, json=update)).status_code == 401
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "wrong"}
        assert (await client.post(address, json=update, headers=wrong)).status_code == 403
        right = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
        large = {"update_id": 1, "message": {"text": "x" * 1_100_000}}
        assert (await client.post(address, json=large, headers=right)).status_code == 413
    assert await student.messages() == []


async def test_each_update_three_times_and_out_of_order(student: Student, telegram: Telegram) -> None:
    await student.says("bonjour")
    await student.receives(WELCOME)
    await student.receives()
    first = await student.says("c quoi un BTS ?", hold=True)
    second = await student.says("c koi un but en iut", hold=True)
    await telegram.deliver([second, first, second, first, first, second])
    await student.receives("Source", timeout_seconds=20)
    await student.receives("Source", timeout_seconds=20)
    await asyncio.sleep(1)
    assert await student.unread() == []


async def test_api_down_the_delivery_is_repeated(student: Student, telegram: Telegram, system: System) -> None:
    await telegram.configure(retry_scale=0.1)
    with system.stopped("api"):
        await student.says(QUESTION)
        await asyncio.sleep(2)
        assert (await telegram.state()).waiting == 1
    assert_sourced_answer(await student.receives("Source", timeout_seconds=60))
    assert len(await student.messages()) == 2
