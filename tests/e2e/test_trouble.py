"""Parts that are down, hang, or say nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aiohttp import web

from tests.e2e.steps import QUESTION, TRANSMITTED, WELCOME, assert_sourced_answer, eventually
from tests.e2e.system import System
from tests.telegram.client import Student, Telegram

ANSWER_SECONDS = 10
"""A student never waits longer, whatever is broken."""


@asynccontextmanager
async def a_rasa_that_answers(body: str, status: int, port: int) -> AsyncIterator[None]:
    """A server in Rasa's place that always says the same."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=status, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def answered_in_time(student: Student, question: str = QUESTION) -> None:
    begun = time.monotonic()
    await student.says(question)
    assert_sourced_answer(await student.receives("Source", timeout_seconds=ANSWER_SECONDS))
    assert time.monotonic() - begun < ANSWER_SECONDS


async def test_rasa_stopped(student: Student, other_student: Student, system: System) -> None:
    with system.stopped("rasa"):
        await answered_in_time(student)
        await answered_in_time(student, "c koi un but en iut")
        await other_student.says("je veux parler à une vraie personne")
        await other_student.receives(WELCOME, timeout_seconds=ANSWER_SECONDS)
        await other_student.receives("question", timeout_seconds=ANSWER_SECONDS)
        await other_student.says("ma question à moi")
        await other_student.receives(TRANSMITTED, timeout_seconds=ANSWER_SECONDS)


async def test_rasa_frozen(telegram: Telegram, system: System, student: Student) -> None:
    students = [telegram.student(student.chat * 10 + number) for number in range(10)]
    with system.frozen("rasa"):
        await asyncio.gather(*(answered_in_time(one) for one in students))


async def test_rasa_says_nothing(student: Student, other_student: Student, system: System) -> None:
    with system.stopped("rasa"):
        async with a_rasa_that_answers("[]", 200, system.rasa_port):
            await answered_in_time(student)
        async with a_rasa_that_answers('{"reason": "broken"}', 500, system.rasa_port):
            await answered_in_time(other_student)


async def test_actions_stopped(student: Student, system: System) -> None:
    with system.stopped("actions"):
        await answered_in_time(student)


async def test_api_down_nothing_is_acknowledged_and_all_is_answered_later(
    student: Student, telegram: Telegram, system: System
) -> None:
    confirmed = (await telegram.state()).confirmed
    with system.stopped("api"):
        for question in ("c quoi un BTS ?", "c koi un but en iut"):
            await student.says(question)
        await asyncio.sleep(3)
        state = await telegram.state()
        assert (state.confirmed, state.waiting) == (confirmed, 2)
    await student.receives("BTS", timeout_seconds=30)
    await student.receives("BUT", timeout_seconds=30)
    assert len(await student.messages()) == 3


async def test_a_killed_bot_comes_back_and_answers(student: Student, system: System) -> None:
    system.kill("bot")
    await student.says(QUESTION)
    assert_sourced_answer(await student.receives("Source", timeout_seconds=20))
    system.wait_until_healthy()


async def test_health_names_the_part_that_is_down(system: System) -> None:
    assert system.health().status_code == 200
    with system.stopped("actions"):
        sick = eventually(lambda: answer if (answer := system.health()).status_code == 503 else None)
        assert sick is not None
        parts = sick.json()["parts"]
        assert [name for name, part in parts.items() if not part["ok"]] == ["actions"]
    assert system.health().status_code == 200


async def test_metrics_and_documentation_are_served(system: System) -> None:
    async with httpx.AsyncClient(base_url=system.api_url) as client:
        assert "passerelle_" in (await client.get("/metrics")).text
        assert (await client.get("/docs")).status_code == 200
        problem = await client.get("/v1/escalations")
        assert problem.status_code == 401
        assert problem.headers["content-type"].startswith("application/problem+json")
