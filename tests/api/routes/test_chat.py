"""The chat page over a real server: what a browser may send, and that a session sees its own chat only."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from sqlalchemy import func, select

from api.app import create_app
from api.schemas import Channel, Reply, ReplyKind
from api.services import conversations, inbox
from api.services.library import Library
from api.settings import Settings
from api.store.models import InboxMessage

CARD = SimpleNamespace(title="Tu n'es pas seul·e", text="Appelle le 3114.", sources=())


class FakeLexicon:
    def safety(self, text: str) -> Any:
        return SimpleNamespace(category="danger", card=CARD) if "danger" in text else None

    def asks_person(self, text: str) -> bool:
        return False


class ClosedLibrary(Library):
    def start(self) -> None:
        """The page needs no entry."""


@dataclass
class Site:
    app: Any
    address: str
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    async def browser(self) -> httpx.AsyncClient:
        """A browser that has opened the page."""
        opened = httpx.AsyncClient(base_url=self.address, headers={"Origin": self.address}, timeout=10)
        self.browsers.append(opened)
        (await opened.get("/")).raise_for_status()
        return opened

    async def answer(self, text: str) -> str:
        """Be the bot for one message; gives back its conversation."""
        async with self.app.state.context.database.transaction() as session:
            now = datetime.now(UTC)
            ((item,), _) = await inbox.lease(session, "bot", list(Channel), 1, now)
            await inbox.finish(session, item.id, [Reply(text=text)], now)
        return item.conversation_id

    async def stored(self) -> list[InboxMessage]:
        async with self.app.state.context.database.reading() as session:
            return list(await session.scalars(select(InboxMessage).order_by(InboxMessage.update_id)))


def application(database_url: str, data_dir: Path, *, chat_page: bool) -> Any:
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, data_dir=data_dir, database_address=database_url, chat_page=chat_page
    )
    library = ClosedLibrary(data_dir, data_dir)
    return create_app(settings, library=library, lexicon=FakeLexicon())  # type: ignore[arg-type]


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    app = application(database_url, tmp_path, chat_page=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110 (uvicorn offers nothing to wait for)
            await asyncio.sleep(0.01)
        opened = Site(app, f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield opened
        for browser in opened.browsers:
            await browser.aclose()
        server.should_exit = True
        await serving


async def post(browser: httpx.AsyncClient, text: str | None = None, **fields: Any) -> httpx.Response:
    body = {"nonce": uuid4().hex, **({} if text is None else {"text": text}), **fields}
    return await browser.post("/chat/messages", json=body)


async def events(browser: httpx.AsyncClient, **headers: str) -> AsyncIterator[tuple[str, Any, str]]:
    """The events of the stream: name, data, id."""
    async with browser.stream("GET", "/chat/events", headers=headers) as response:
        response.raise_for_status()
        block: dict[str, str] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                block[name] = value
            elif "data" in block:
                yield block.get("event", ""), json.loads(block["data"]), block.get("id", "")
                block = {}


async def read(browser: httpx.AsyncClient, count: int, **headers: str) -> list[tuple[str, Any, str]]:
    found: list[tuple[str, Any, str]] = []
    async with aclosing(events(browser, **headers)) as stream:
        async with asyncio.timeout(10):
            async for event in stream:
                found.append(event)
                if len(found) == count:
                    break
    return found


def texts(found: list[tuple[str, Any, str]]) -> list[str]:
    return [data["reply"]["text"] for name, data, _ in found if name == "reply"]


async def test_a_message_is_answered_on_the_stream(site: Site) -> None:
    browser = await site.browser()
    response = await post(browser, "c koi la tsi")
    assert (response.status_code, response.json()) == (202, {"route": "bot"})
    await site.answer("une prépa")
    history, welcome, answer = await read(browser, 3)
    assert history[:2] == ("history", [{"at": history[1][0]["at"], "text": "c koi la tsi"}])
    assert welcome[1]["reply"]["kind"] == ReplyKind.WELCOME.value
    assert answer[1]["reply"]["text"] == "une prépa"


async def test_an_answer_wakes_the_stream_that_waits(site: Site) -> None:
    browser = await site.browser()
    await post(browser, "salut")
    reading = asyncio.create_task(read(browser, 3))
    await asyncio.sleep(0.3)
    await site.answer("bonjour")
    assert texts(await reading)[-1] == "bonjour"


async def test_two_sessions_never_see_each_other(site: Site) -> None:
    marie, karim = await site.browser(), await site.browser()
    await post(marie, "le secret de Marie")
    await site.answer("à Marie")
    await post(karim, "bonjour de Karim")
    await site.answer("à Karim")
    assert "Marie" not in json.dumps(await read(karim, 3))
    assert texts(await read(marie, 3))[-1] == "à Marie"


async def test_a_page_opened_again_shows_what_was_said_in_order(site: Site) -> None:
    browser = await site.browser()
    for number in range(2):
        await post(browser, f"question {number}")
        await site.answer(f"réponse {number}")
    await read(browser, 4)
    ((_, lines, place),) = await read(browser, 1)
    said = [line.get("text") or line["reply"]["text"] for line in lines]
    assert said[0] == "question 0"
    assert [one for one in said if "Passerelle" not in one] == ["question 0", "réponse 0", "question 1", "réponse 1"]
    assert int(place) == max(line.get("id", 0) for line in lines)


async def test_a_stream_goes_on_where_it_broke_off(site: Site) -> None:
    browser = await site.browser()
    await post(browser, "salut")
    await site.answer("un")
    place = (await read(browser, 3))[1][2]
    assert texts(await read(browser, 1, **{"Last-Event-ID": place})) == ["un"]


async def test_sending_twice_with_one_nonce_is_one_message(site: Site) -> None:
    browser = await site.browser()
    first = await post(browser, "salut", nonce="n" * 12)
    again = await post(browser, "salut", nonce="n" * 12)
    assert [first.status_code, again.status_code] == [202, 202]
    assert [row.text for row in await site.stored()] == ["salut"]


async def test_messages_sent_at_once_are_all_kept(site: Site) -> None:
    browser = await site.browser()
    await asyncio.gather(*(post(browser, f"m{n}") for n in range(20)))
    rows = await site.stored()
    assert {row.text for row in rows} == {f"m{n}" for n in range(20)}
    assert len({row.update_id for row in rows}) == 20


async def test_commands_and_buttons_are_told_apart_from_words(site: Site) -> None:
    browser = await site.browser()
    await post(browser, "/Tuteur quel bts ?")
    await post(browser, payload="ask:cpge-tsi")
    await post(browser, "/ 20 en maths")
    assert [(row.kind, row.text, row.argument, row.payload) for row in await site.stored()] == [
        ("command", "tuteur", "quel bts ?", None),
        ("button", None, None, "ask:cpge-tsi"),
        ("text", "/ 20 en maths", None, None),
    ]


async def test_danger_shows_the_card_first_here_too(site: Site) -> None:
    browser = await site.browser()
    assert (await post(browser, "je suis en danger")).json() == {"route": "safety"}
    assert (await read(browser, 2))[1][1]["reply"]["kind"] == ReplyKind.SAFETY.value


async def test_an_erased_chat_is_told_so_and_begins_anew(site: Site) -> None:
    browser = await site.browser()
    await post(browser, "salut")
    conversation_id = await site.answer("bonjour")
    async with asyncio.timeout(10), aclosing(events(browser)) as stream:
        assert [(await anext(stream))[0] for _ in range(3)] == ["history", "reply", "reply"]
        async with site.app.state.context.database.transaction() as session:
            await conversations.erase(session, conversation_id, datetime.now(UTC))
        assert (await anext(stream))[0] == "erased"
    before = browser.cookies["passerelle_session"]
    assert (await browser.post("/chat/forget")).status_code == 204
    assert browser.cookies["passerelle_session"] != before
    assert await read(browser, 1) == [("history", [], "0")]


async def test_the_session_cannot_be_read_by_scripts_nor_from_the_table(site: Site) -> None:
    page = await httpx.AsyncClient(base_url=site.address).get("/")
    cookie = page.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict"))
    assert "script-src 'self'" in page.headers["content-security-policy"]
    browser = await site.browser()
    await post(browser, "salut")
    async with site.app.state.context.database.reading() as session:
        rows = await session.execute(select(func.max(conversations.Chat.external_id)))
        assert browser.cookies["passerelle_session"] not in str(rows.all())


async def test_the_page_brings_everything_it_needs_from_here(site: Site) -> None:
    browser = await site.browser()
    page = (await browser.get("/")).text
    assert not re.search(r'(?:src|href)="(?!/)', page)
    assert "<style" not in page and "onclick" not in page
    for address in {*re.findall(r'(?:src|href)="(/chat/[^"]+)"', page), "/chat/render.js"}:
        assert (await browser.get(address)).status_code == 200
    assert (await browser.get("/chat/page.py")).status_code == 404


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_site_cannot_write(site: Site, origin: str | None) -> None:
    browser = await site.browser()
    del browser.headers["Origin"]
    if origin is not None:
        browser.headers["Origin"] = origin
    assert (await post(browser, "salut")).status_code == 403
    assert (await browser.post("/chat/forget")).status_code == 403
    assert await site.stored() == []


async def test_without_the_cookie_nothing_is_taken_or_shown(site: Site) -> None:
    stranger = httpx.AsyncClient(base_url=site.address, headers={"Origin": site.address})
    assert (await post(stranger, "salut")).status_code == 401
    assert (await stranger.get("/chat/events")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"text": "é" * 4097, "nonce": "n" * 8},
        {"text": "   ", "nonce": "n" * 8},
        {"text": "salut"},
        {"text": "salut", "payload": "tutor", "nonce": "n" * 8},
        {"payload": "x" * 65, "nonce": "n" * 8},
        {"nonce": "n" * 8},
    ],
)
async def test_what_has_not_the_right_form_is_refused_without_being_repeated(site: Site, body: Any) -> None:
    response = await (await site.browser()).post("/chat/messages", json=body)
    assert response.status_code == 422
    assert "salut" not in response.text
    assert await site.stored() == []


async def test_a_body_that_is_too_long_is_refused(site: Site) -> None:
    response = await (await site.browser()).post("/chat/messages", content=b" " * 40_000)
    assert response.status_code == 422


async def test_a_page_that_is_switched_off_is_not_there(database_url: str, tmp_path: Path) -> None:
    app = application(database_url, tmp_path, chat_page=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"Origin": "http://x"}) as browser:
        for response in (await browser.get("/"), await browser.get("/chat/page.js"), await post(browser, "salut")):
            assert response.status_code == 404
            assert response.headers["content-type"] == "application/problem+json"
    await app.state.context.database.close()
