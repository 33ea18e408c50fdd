"""The client against the real application: what it sends is understood, what comes back is a schema or our error."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.client import ApiClient
from api.errors import (
    ApiUnavailable,
    ConversationUnknown,
    EscalationAlreadyClaimed,
    EscalationUnknown,
    InvalidRequest,
    PasserelleError,
    Unauthenticated,
)
from api.schemas import (
    Channel,
    Delivery,
    EscalationStatus,
    IncomingMessage,
    MessageKind,
    OutboxResult,
    Profile,
    Reply,
    Route,
    TutorRequestOutcome,
)
from api.services import tutors

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def client_of(api: Any, token: str) -> ApiClient:
    return ApiClient("http://api", token, transport=httpx.ASGITransport(api.app, raise_app_exceptions=False))


@pytest.fixture
async def client(api: Any) -> AsyncIterator[ApiClient]:
    async with client_of(api, api.context.service_token) as opened:
        yield opened


async def tutor_client(api: Any, name: str) -> ApiClient:
    async with api.context.database.transaction() as session:
        _, token = await tutors.add(session, f"{name}@example.org", name, coordinator=True, now=NOW)
    return client_of(api, token)


def message(text: str, number: int = 1, chat: str = "77") -> IncomingMessage:
    return IncomingMessage(
        channel=Channel.TELEGRAM, update_id=number, chat=chat, kind=MessageKind.TEXT, text=text, sent_at=NOW
    )


async def test_a_question_goes_in_and_its_answer_comes_out(client: ApiClient) -> None:
    await client.start_work("bot")
    (recorded,) = await client.record([message("salut")])
    assert recorded.route is Route.BOT
    (item,) = await client.lease_inbox("bot")
    await client.finish(item.id, "bot", [Reply(text="bonjour")])
    shown = []
    while leased := await client.lease_outbox("bot", channels=[Channel.TELEGRAM]):
        shown.append(leased[0].reply.text)
        await client.report(leased[0].id, OutboxResult(worker="bot", status=Delivery.SENT, message_ids=[1]))
    assert shown[1:] == ["bonjour"]


async def test_waiting_for_work_ends_as_soon_as_some_comes(client: ApiClient) -> None:
    waiting = asyncio.create_task(client.lease_inbox("bot", wait_seconds=20))
    await asyncio.sleep(0.2)
    started = time.monotonic()
    await client.record([message("salut")])
    assert [item.text for item in await waiting] == ["salut"]
    assert time.monotonic() - started < 5


async def test_waiting_for_work_ends_when_a_retry_falls_due(client: ApiClient) -> None:
    await client.record([message("salut")])
    (item,) = await client.lease_inbox("bot")
    await client.fail(item.id, "bot", "TimeoutError")
    (again,) = await client.lease_inbox("bot", wait_seconds=20)
    assert (again.id, again.attempts) == (item.id, 1)


async def test_waiting_for_nothing_ends_empty(client: ApiClient) -> None:
    assert await client.lease_outbox("bot", wait_seconds=0.1) == []


async def test_a_hand_over_and_back(api: Any, client: ApiClient) -> None:
    await client.record([message("salut")])
    (item,) = await client.lease_inbox("bot")
    asked = await client.request_tutor(item.conversation_id, "quel bts ?")
    assert asked.outcome is TutorRequestOutcome.OPENED
    camille, dominique = await tutor_client(api, "Camille"), await tutor_client(api, "Dominique")
    (waiting,) = (await camille.list_escalations(EscalationStatus.OPEN)).items
    await camille.claim(waiting.id)
    with pytest.raises(EscalationAlreadyClaimed):
        await dominique.claim(waiting.id)
    assert (await camille.write_to_student(waiting.id, "<b>oui</b>")).text == "<b>oui</b>"
    assert (await camille.resolve(waiting.id)).status is EscalationStatus.RESOLVED
    assert "rouvert" in (await client.reopen(item.conversation_id, waiting.id)).text
    assert "annulé" in (await client.cancel(item.conversation_id, waiting.id)).text
    await client.cancel(item.conversation_id)
    await camille.aclose()
    await dominique.aclose()


async def test_profile_feedback_and_erasure(client: ApiClient) -> None:
    await client.record([message("salut")])
    (item,) = await client.lease_inbox("bot")
    assert await client.update_profile(item.conversation_id, Profile(ville="Toulon")) == {"ville": "Toulon"}
    await client.give_feedback(item.conversation_id, "cpge-tsi", helpful=True)
    erased = await client.erase(item.conversation_id)
    assert erased.conversation_ids == [item.conversation_id]
    assert await client.pending_erasures() == erased
    await client.confirm_erasure(item.conversation_id)
    assert (await client.pending_erasures()).conversation_ids == []
    await client.finish(item.id, "bot", [Reply(text="trop tard")])
    assert await client.lease_outbox("bot") == []


async def test_errors_come_back_as_our_own(api: Any, client: ApiClient) -> None:
    with pytest.raises(ConversationUnknown):
        await client.erase("nowhere")
    tutor = await tutor_client(api, "Camille")
    with pytest.raises(EscalationUnknown):
        await tutor.escalation("nowhere")
    with pytest.raises(InvalidRequest):
        await client.finish("x", "bot", [])  # type: ignore[arg-type]
    stranger = client_of(api, "wrong")
    with pytest.raises(Unauthenticated):
        await stranger.pending_erasures()


def answering(response: httpx.Response) -> ApiClient:
    return ApiClient("http://api", "t", transport=httpx.MockTransport(lambda request: response))


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_an_api_behind_a_broken_door_is_unavailable(status: int) -> None:
    with pytest.raises(ApiUnavailable):
        await answering(httpx.Response(status, text="<html>")).pending_erasures()


async def test_an_answer_that_makes_no_sense_is_unavailable() -> None:
    for body in ('{"conversation_ids": 3}', "<html>"):
        with pytest.raises(ApiUnavailable):
            await answering(httpx.Response(200, text=body)).pending_erasures()


async def test_an_error_without_a_name_is_told_by_its_status() -> None:
    with pytest.raises(Unauthenticated):
        await answering(httpx.Response(401, text="non")).pending_erasures()
    with pytest.raises(PasserelleError):
        await answering(httpx.Response(500, json=[])).pending_erasures()


@pytest.mark.parametrize("fault", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")])
async def test_a_broken_connection_is_unavailable(fault: Exception) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise fault

    with pytest.raises(ApiUnavailable):
        await ApiClient("http://api", "t", transport=httpx.MockTransport(refuse)).health()


async def test_identifiers_cannot_leave_their_place_in_the_address() -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(204)

    await ApiClient("http://api", "t", transport=httpx.MockTransport(note)).confirm_erasure("../x?y")
    assert seen == ["/v1/erasures/..%2Fx%3Fy"]


async def test_dead_letters_name_the_cause_and_nothing_that_was_written(api: Any, client: ApiClient) -> None:
    await client.record([message("mon secret")])
    (item,) = await client.lease_outbox("bot")
    await client.report(item.id, OutboxResult(worker="bot", status=Delivery.FAILED, error="BadRequest"))
    (letter,) = await client.dead_letters()
    assert (letter.id, letter.box, letter.error, letter.attempts) == (item.id, "outbox", "BadRequest", 1)
    coordinator = await tutor_client(api, "Camille")
    assert await coordinator.dead_letters() == [letter]
