from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from api.schemas import ReplyKind
from bot.rasa import Rasa, RasaUnavailable


class Server:
    """Answers Rasa's routes as a test wants, and keeps what it was asked."""

    def __init__(self, answer: Any = None, *, status: int = 200, seconds: float = 0) -> None:
        self.answer = [{"recipient_id": "c1", "text": "ok"}] if answer is None else answer
        self.status = status
        self.seconds = seconds
        self.well = True
        self.asked: list[tuple[str, str, Any]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body))
        if request.url.path == "/status":
            return httpx.Response(200 if self.well else 409)
        await asyncio.sleep(self.seconds)
        return httpx.Response(self.status, json=self.answer)

    @property
    def turns(self) -> list[Any]:
        return [body for _, path, body in self.asked if path == "/webhooks/rest/webhook"]

    def rasa(self, **settings: float) -> Rasa:
        return Rasa("http://rasa", transport=httpx.MockTransport(self), **settings)


async def test_message_travels_with_conversation_and_profile() -> None:
    server = Server()
    await server.rasa().say("c1", " c koi le BUT ? ", {"filiere": "sti2d"})
    assert server.turns == [
        {"sender": "c1", "message": "c koi le BUT ?", "metadata": {"profile": {"filiere": "sti2d"}}}
    ]


@pytest.mark.parametrize("typed", ["/restart", "  //restart", "\u2028/ /restart", "/\t/restart"])
async def test_a_student_cannot_force_an_intent(typed: str) -> None:
    server = Server()
    await server.rasa().say("c1", typed, {})
    assert server.turns[0]["message"] == "restart"


async def test_text_of_slashes_only_is_still_a_message() -> None:
    server = Server()
    await server.rasa().say("c1", "///", {})
    assert server.turns[0]["message"] == "?"


async def test_long_text_is_cut_to_a_thousand_characters() -> None:
    server = Server()
    await server.rasa().say("c1", "é" * 80_000, {})
    assert server.turns[0]["message"] == "é" * 1000


async def test_choice_goes_as_an_intent_with_its_entry() -> None:
    server = Server()
    await server.rasa().choose("c1", 'cpge-"tsi"', {})
    assert server.turns[0]["message"] == '/choose{"entry":"cpge-\\"tsi\\""}'


async def test_both_forms_of_utterance_become_replies() -> None:
    button = {"title": "Parler à un tuteur", "payload": "tutor"}
    foreign = {"title": "x", "payload": "p" * 65}
    server = Server(
        [
            {"custom": {"reply": {"kind": "answer", "text": "Deux ans.", "entry_id": "tsi"}}},
            {"text": "Autre chose ?", "buttons": [button, foreign]},
            {"image": "https://x"},
        ]
    )
    first, second = await server.rasa().say("c1", "tsi", {})
    assert (first.kind, first.text, first.entry_id) == (ReplyKind.ANSWER, "Deux ans.", "tsi")
    assert [[one.payload for one in row] for row in second.buttons] == [["tutor"]]


@pytest.mark.parametrize("answer", [[], {}, [{"custom": {"other": 1}}], [{"text": " "}], [{"custom": {"reply": {}}}]])
async def test_nothing_to_show_is_a_failure_but_rests_nobody(answer: Any) -> None:
    server = Server(answer)
    rasa = server.rasa()
    for _ in range(2):
        with pytest.raises(RasaUnavailable):
            await rasa.say("c1", "salut", {})
    assert len(server.turns) == 2


@pytest.mark.parametrize(("settings", "why"), [({"status": 500}, "HTTP 500"), ({"seconds": 5}, "no answer in time")])
async def test_failure_rests_rasa_until_a_probe_succeeds(settings: dict[str, Any], why: str) -> None:
    server = Server(**settings)
    server.well = False
    rasa = server.rasa(timeout_seconds=0.05, pause_seconds=0.05)
    with pytest.raises(RasaUnavailable, match=why):
        await rasa.say("c1", "salut", {})
    with pytest.raises(RasaUnavailable, match="resting"):
        await rasa.say("c2", "salut", {})
    await asyncio.sleep(0.12)
    with pytest.raises(RasaUnavailable, match="resting"):
        await rasa.say("c3", "salut", {})
    server.well, server.status, server.seconds = True, 200, 0
    await asyncio.sleep(0.1)
    assert [reply.text for reply in await rasa.say("c4", "salut", {})] == ["ok"]
    assert [turn["sender"] for turn in server.turns] == ["c1", "c4"]
    await rasa.aclose()


async def test_nobody_listening_is_a_failure() -> None:
    rasa = Rasa("http://127.0.0.1:9", timeout_seconds=1)
    with pytest.raises(RasaUnavailable, match="ConnectError"):
        await rasa.say("c1", "salut", {})
    await rasa.aclose()


async def test_forgetting_replaces_the_tracker() -> None:
    server = Server({})
    await server.rasa().forget("c1")
    assert server.asked == [("PUT", "/conversations/c1/tracker/events", [])]
