"""The server goes away and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from api.schemas import Reply
from knowledge.lexicon import Lexicon
from tests.api.browser.served import ANSWER, Site
from tests.api.browser.student import Student

LOST = "Connexion perdue, je réessaie…"
CALM = "Assistant automatique · STI2D, STL"


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str, tmp_path: Path, lexicon: Lexicon) -> AsyncIterator[Site]:
    """An application that may be shut down, for it is this test's alone."""
    running = Site(sqlite_url, tmp_path, lexicon)
    await running.start()
    yield running
    await running.stop()


async def test_nothing_is_lost_while_the_server_is_away(site: Site, student: Student) -> None:
    await student.say("avant")
    await site.answer(ANSWER)
    await student.sees("answer", "La prépa TSI")
    await site.stop()
    await expect(student.state).to_have_text(LOST)
    await student.say("pendant")
    await site.start()
    assert (await site.answer(Reply(text="Me revoilà."))).text == "pendant"
    await student.sees("text", "Me revoilà.")
    await expect(student.state).to_have_text(CALM)
    assert await student.said() == ["Toi : avant", ANSWER.text, "Toi : pendant", "Me revoilà."]
    student.forgive("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")


async def test_what_could_not_be_sent_stays_and_can_be_sent_again(site: Site, student: Student) -> None:
    await student.page.route("**/chat/messages", lambda route: route.fulfill(status=422, body="{}"))
    await student.say("ma question")
    again = student.page.get_by_role("button", name="Pas envoyé. Réessayer")
    await again.wait_for()
    await student.page.unroute("**/chat/messages")
    await again.click()
    assert (await site.answer(ANSWER)).text == "ma question"
    await student.sees("answer", "La prépa TSI")
    await expect(again).to_have_count(0)
    assert (await student.said())[0] == "Toi : ma question"
    student.forgive("422")
