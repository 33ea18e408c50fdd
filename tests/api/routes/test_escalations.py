from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.schemas import Reply, ReplyKind
from api.services import escalations, outbox
from api.store.models import Chat, InboxMessage, OutboxMessage

BASE = "/v1/escalations"


async def told(api: Any, chat_id: int) -> list[Reply]:
    async with api.context.database.reading() as session:
        rows = await session.scalars(
            select(OutboxMessage).where(OutboxMessage.chat_id == chat_id).order_by(OutboxMessage.id)
        )
        return [Reply.model_validate(row.reply) for row in rows]


async def say(api: Any, chat_id: int, at: datetime, **fields: Any) -> None:
    known = {"kind": "text", "update_id": int(at.timestamp() * 1000), "route": "bot", "status": "done"}
    row = InboxMessage(chat_id=chat_id, sent_at=at, received_at=at, next_attempt_at=at, **{**known, **fields})
    async with api.context.database.transaction() as session:
        session.add(row)


async def test_a_request_from_claim_to_resolution(api: Any) -> None:
    chat_id = await api.student()
    asked = await api.ask(chat_id)
    camille = await api.tutor("Camille")

    claimed = await camille.post(f"{BASE}/{asked.id}/claim")
    assert claimed.status_code == 200
    assert (claimed.json()["status"], claimed.json()["tutor"]) == ("claimed", "Camille")

    line = await camille.post(f"{BASE}/{asked.id}/messages", json={"text": "Bonjour <b>toi</b> !"})
    assert line.status_code == 201
    assert line.json() | {"at": None} == {
        "author": "tutor", "name": "Camille", "text": "Bonjour <b>toi</b> !", "file_type": None, "at": None,
        "delivery": "pending",
    }  # fmt: skip

    resolved = (await camille.post(f"{BASE}/{asked.id}/resolve")).json()
    assert resolved["status"] == "resolved"
    assert [event["kind"] for event in resolved["events"]] == ["opened", "claimed", "replied", "resolved"]
    assert [event["actor"] for event in resolved["events"]] == [None, "Camille", "Camille", "Camille"]

    replies = await told(api, chat_id)
    assert [reply.kind for reply in replies] == [ReplyKind.NOTICE, ReplyKind.TUTOR, ReplyKind.NOTICE]
    assert replies[0].text.startswith("Camille te répond")
    assert replies[1].author == "Camille"
    assert replies[2].text.startswith("Conversation terminée")
    assert replies[2].buttons[0][0].payload == f"reopen:{asked.id}"


async def test_second_tutor_gets_a_409_and_the_first_may_claim_again(api: Any) -> None:
    chat_id = await api.student()
    asked = await api.ask(chat_id)
    camille, sacha = await api.tutor("Camille"), await api.tutor("Sacha")
    await camille.post(f"{BASE}/{asked.id}/claim")
    refused = await sacha.post(f"{BASE}/{asked.id}/claim")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"].endswith("EscalationAlreadyClaimed")
    assert (await camille.post(f"{BASE}/{asked.id}/claim")).status_code == 200
    assert len(await told(api, chat_id)) == 1, "the student hears of one claim"


async def test_ten_tutors_claim_at_once_and_one_wins_twenty_rounds(api: Any) -> None:
    people = [await api.tutor(f"Tuteur {number}") for number in range(10)]
    chat_id = await api.student()
    for round_number in range(20):
        asked = await api.ask(chat_id, f"question {round_number}")
        answers = await asyncio.gather(*(person.post(f"{BASE}/{asked.id}/claim") for person in people))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
        winner = people[[answer.status_code for answer in answers].index(200)]
        assert (await winner.post(f"{BASE}/{asked.id}/resolve")).status_code == 200
    assert len(await told(api, chat_id)) == 40


async def test_claim_while_the_student_cancels_leaves_one_story(api: Any) -> None:
    camille = await api.tutor("Camille")
    chat_id = await api.student()

    async def cancel() -> None:
        async with api.context.database.transaction() as session:
            await escalations.cancel_by_student(session, chat_id, None, datetime.now(UTC))

    for _ in range(10):
        asked = await api.ask(chat_id)
        answer, _ = await asyncio.gather(camille.post(f"{BASE}/{asked.id}/claim"), cancel())
        assert answer.status_code in (200, 409)
        seen = (await camille.get(f"{BASE}/{asked.id}")).json()
        assert seen["status"] == "cancelled"
        assert [event["kind"] for event in seen["events"]][-1] == "cancelled"


async def test_two_requests_of_one_chat_at_once_open_one_escalation(api: Any) -> None:
    chat_id = await api.student()
    opened = await asyncio.gather(*(api.ask(chat_id, urgent=number % 2 == 0) for number in range(8)))
    assert len({row.id for row in opened}) == 1
    camille = await api.tutor()
    assert (await camille.get(f"{BASE}/{opened[0].id}")).json()["urgent"] is True


async def test_only_who_claimed_replies_releases_and_resolves(api: Any) -> None:
    asked = await api.ask(await api.student())
    camille, sacha = await api.tutor("Camille"), await api.tutor("Sacha")
    boss = await api.tutor("Noor", coordinator=True)
    for path in ("release", "resolve"):
        assert (await camille.post(f"{BASE}/{asked.id}/{path}")).json()["type"].endswith("EscalationNotYours")
    await camille.post(f"{BASE}/{asked.id}/claim")
    for person, path in ((sacha, "release"), (sacha, "resolve")):
        assert (await person.post(f"{BASE}/{asked.id}/{path}")).status_code == 409
    assert (await boss.post(f"{BASE}/{asked.id}/messages", json={"text": "x"})).status_code == 409
    assert (await boss.post(f"{BASE}/{asked.id}/release")).json()["status"] == "open"
    assert (await sacha.post(f"{BASE}/{asked.id}/claim")).status_code == 200


async def test_closed_escalation_refuses_reply_and_can_be_reopened(api: Any) -> None:
    chat_id = await api.student()
    asked = await api.ask(chat_id)
    camille = await api.tutor()
    await camille.post(f"{BASE}/{asked.id}/claim")
    await camille.post(f"{BASE}/{asked.id}/resolve")
    refused = await camille.post(f"{BASE}/{asked.id}/messages", json={"text": "x"})
    assert refused.json()["type"].endswith("EscalationClosed")
    assert (await camille.post(f"{BASE}/{asked.id}/reopen")).json()["status"] == "open"
    assert "rouvert" in (await told(api, chat_id))[-1].text


async def test_reopening_beside_an_active_request_is_refused(api: Any) -> None:
    chat_id = await api.student()
    first = await api.ask(chat_id)
    camille = await api.tutor()
    await camille.post(f"{BASE}/{first.id}/claim")
    await camille.post(f"{BASE}/{first.id}/resolve")
    second = await api.ask(chat_id)
    assert (await camille.post(f"{BASE}/{first.id}/reopen")).status_code == 409
    async with api.context.database.transaction() as session:
        now = datetime.now(UTC)
        assert (await escalations.reopen_by_student(session, chat_id, first.id, now)).id == second.id


async def test_a_tutor_message_of_blanks_is_refused(api: Any) -> None:
    asked = await api.ask(await api.student())
    camille = await api.tutor()
    await camille.post(f"{BASE}/{asked.id}/claim")
    assert (await camille.post(f"{BASE}/{asked.id}/messages", json={"text": " \n "})).status_code == 422
    assert (await camille.post(f"{BASE}/{asked.id}/messages", json={"text": "x" * 4097})).status_code == 422


async def test_list_shows_urgent_ones_first_then_oldest_in_pages(api: Any) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(7):
        chat_id = await api.student(str(number))
        await api.ask(chat_id, str(number), urgent=number in (3, 5), now=start + timedelta(hours=number // 2))
    camille = await api.tutor()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2, "status": "open"} | ({"cursor": cursor} if cursor else {})
        page = (await camille.get(BASE, params=params)).json()
        seen += [item["question"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen[:2] == ["3", "5"]
    assert sorted(seen[2:4]) == ["0", "1"]
    assert sorted(seen) == [str(number) for number in range(7)]


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMiwzXQ==", "é"])
async def test_a_foreign_cursor_is_a_422(api: Any, cursor: str) -> None:
    camille = await api.tutor()
    answer = await camille.get(BASE, params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("InvalidRequest")


async def test_transcript_tells_what_led_there_and_nothing_after_the_end(api: Any) -> None:
    chat_id = await api.student()
    now = datetime.now(UTC)
    await say(api, chat_id, now - timedelta(days=9), text="vieux")
    await say(api, chat_id, now - timedelta(minutes=9), kind="command", text="aide")
    async with api.context.database.transaction() as session:
        reply = Reply.model_validate(
            {"title": "TSI", "text": "Une prépa.", "buttons": [[{"title": "Ça m'aide", "payload": "helpful:tsi"}]]}
        )
        await outbox.enqueue(session, chat_id, reply, now=now - timedelta(minutes=8))
    await say(api, chat_id, now - timedelta(minutes=7), kind="button", payload="helpful:tsi")
    await say(api, chat_id, now - timedelta(minutes=6), kind="file", file_type="voice", file_id="f")
    await say(api, chat_id, now - timedelta(minutes=5), kind="other")
    asked = await api.ask(chat_id, now=now - timedelta(minutes=4))
    camille = await api.tutor()
    await camille.post(f"{BASE}/{asked.id}/claim")
    await camille.post(f"{BASE}/{asked.id}/resolve")
    await say(api, chat_id, datetime.now(UTC) + timedelta(seconds=1), text="après, au bot")

    detail = (await camille.get(f"{BASE}/{asked.id}")).json()
    assert [line["text"] for line in detail["transcript"]][:5] == [
        "/aide",
        "TSI\nUne prépa.",
        "[Ça m'aide]",
        "(message vocal)",
        "(contact, position ou autre contenu, non conservé)",
    ]
    assert detail["transcript"][3]["file_type"] == "voice"
    assert [line["author"] for line in detail["transcript"]][:3] == ["student", "bot", "student"]
    assert len(detail["transcript"]) == 7, "two notices follow, and nothing that came after the end"
    assert detail["profile"] == {"filiere": "STI2D"}


async def test_transcript_keeps_the_last_hundred_lines_before_the_request(api: Any) -> None:
    chat_id = await api.student()
    now = datetime.now(UTC)
    for number in range(130):
        await say(api, chat_id, now - timedelta(minutes=200 - number), text=str(number))
    asked = await api.ask(chat_id, now=now)
    detail = (await (await api.tutor()).get(f"{BASE}/{asked.id}")).json()
    assert [line["text"] for line in detail["transcript"]] == [str(number) for number in range(30, 130)]


async def test_delivery_of_what_was_sent_is_shown(api: Any) -> None:
    chat_id = await api.student()
    asked = await api.ask(chat_id)
    camille = await api.tutor()
    await camille.post(f"{BASE}/{asked.id}/claim")
    async with api.context.database.transaction() as session:
        chat = await session.get(Chat, chat_id)
        chat.unreachable_since = datetime.now(UTC)
        await escalations.tell_student_unreachable(session, chat_id, datetime.now(UTC))
        await escalations.tell_student_unreachable(session, chat_id, datetime.now(UTC))
    line = await camille.post(f"{BASE}/{asked.id}/messages", json={"text": "tu es là ?"})
    assert line.json()["delivery"] == "failed"
    kinds = [event["kind"] for event in (await camille.get(f"{BASE}/{asked.id}")).json()["events"]]
    assert kinds == ["opened", "claimed", "student_unreachable", "replied"]


async def test_erasing_leaves_the_request_without_words_or_person(api: Any) -> None:
    chat_id = await api.student()
    asked = await api.ask(chat_id, "un secret")
    camille = await api.tutor()
    await camille.post(f"{BASE}/{asked.id}/claim")
    async with api.context.database.transaction() as session:
        await escalations.erase_chat(session, chat_id, datetime.now(UTC))
        await session.delete(await session.get(Chat, chat_id))
    detail = (await camille.get(f"{BASE}/{asked.id}")).json()
    assert (detail["status"], detail["question"], detail["profile"], detail["transcript"]) == ("cancelled", "", {}, [])
    assert [event["kind"] for event in detail["events"]] == ["opened", "claimed", "cancelled", "erased"]
    for path in ("claim", "reopen", "release"):
        assert (await camille.post(f"{BASE}/{asked.id}/{path}")).json()["type"].endswith("EscalationClosed")


async def test_an_unknown_request_is_a_404_problem(api: Any) -> None:
    camille = await api.tutor()
    for answer in (await camille.get(f"{BASE}/nope"), await camille.post(f"{BASE}/nope/claim")):
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("EscalationUnknown")
