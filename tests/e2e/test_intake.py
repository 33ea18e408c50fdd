"""What arrives in odd ways: files, changes, repeats, blocked chats."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.steps import (
    QUESTION,
    WELCOME,
    Tutor,
    asks_for_a_person_about,
    assert_sourced_answer,
    eventually,
    titles,
)
from tests.e2e.system import System
from tests.telegram.client import Student, Telegram
from tests.telegram.faults import Fault


@pytest.mark.parametrize("kind", ["photo", "voice", "document", "sticker", "location", "contact", "dice"])
async def test_what_is_not_text_gets_a_sensible_answer(student: Student, kind: str) -> None:
    await student.sends(kind)
    assert titles(await student.receives("je ne lis que le texte")) == ["Parler à un tuteur"]


async def test_a_place_or_a_number_is_not_stored(student: Student, system: System) -> None:
    await student.sends("location")
    await student.sends("contact")
    await student.receives("je ne lis que le texte")
    await student.receives("je ne lis que le texte")
    stored = system.database_path.read_bytes() + system.wal()
    assert b"+33600000000" not in stored
    assert b"48.8566" not in stored


async def test_the_question_under_a_photo_is_answered(student: Student) -> None:
    await student.sends("photo", "c koi un but en iut")
    await student.receives("Je ne peux pas ouvrir la photo")
    assert_sourced_answer(await student.receives())


async def test_a_changed_message_is_answered_anew(student: Student) -> None:
    await student.says("blablabla")
    await student.receives(WELCOME)
    await student.receives()
    await student.corrects(QUESTION)
    await student.receives("Tu as modifié ton message")
    assert_sourced_answer(await student.receives())


async def test_files_reach_the_tutor(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "tu peux lire mon bulletin ?")
    escalation = camille.claims("tu peux lire mon bulletin ?")
    await student.receives("Camille te répond")
    await student.sends("document", "mon bulletin du trimestre")
    assert camille.reads(escalation, "mon bulletin du trimestre")["file_type"] == "document"
    assert await student.unread() == []


async def test_each_update_three_times_and_out_of_order(student: Student, telegram: Telegram) -> None:
    # Given a student whom the bot knows
    await student.says("bonjour")
    await student.receives(WELCOME)
    await student.receives()
    # When their messages come in any order, each three times
    first = await student.says("c quoi un BTS ?", hold=True)
    second = await student.says("c koi un but en iut", hold=True)
    third = await student.says("c quoi la prépa TB ?", hold=True)
    await telegram.deliver([second, first, second, third, first, third, second, third, first])
    # Then each is answered once, in the order in which they were written
    for word in ("BTS", "BUT", "TB"):
        assert word in (await student.receives("Source")).text.splitlines()[0]
    await asyncio.sleep(1)
    assert await student.unread() == []


async def test_a_late_repeat_is_not_answered(student: Student, telegram: Telegram) -> None:
    update = await student.says(QUESTION)
    await student.receives("Source")
    await telegram.deliver([update, update])
    await student.says("merci")
    assert "Source" not in (await student.receives()).text
    assert await student.unread() == []


async def test_a_blocked_bot_tells_the_tutor_and_delivers_after_the_return(
    student: Student, telegram: Telegram, camille: Tutor
) -> None:
    await asks_for_a_person_about(student, "je suis perdu entre bts et but")
    escalation = camille.claims("je suis perdu entre bts et but")
    await student.receives("Camille te répond")
    await telegram.block(student.chat)
    eventually(lambda: "student_unreachable" in [event["kind"] for event in camille.detail(escalation)["events"]])
    camille.writes(escalation, "Tu es là ?")
    await telegram.block(student.chat, blocked=False)
    camille.writes(escalation, "Te revoilà !")
    await student.receives("Te revoilà !")


async def test_a_deleted_account_is_no_endless_loop(student: Student, telegram: Telegram, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "c quoi la vie étudiante ?")
    escalation = camille.claims("c quoi la vie étudiante ?")
    await student.receives("Camille te répond")
    await telegram.deactivate(student.chat)
    camille.writes(escalation, "Tu es là ?")
    eventually(lambda: camille.reads(escalation, "Tu es là ?")["delivery"] == "failed")
    calls = (await telegram.state()).calls["sendMessage"]
    await asyncio.sleep(2)
    assert (await telegram.state()).calls["sendMessage"] == calls


async def test_a_group_is_left_alone(student: Student, telegram: Telegram) -> None:
    await telegram.text(-42, "salut tout le monde", sender=student.chat)
    await student.says(QUESTION)
    await student.receives("Source")
    assert await telegram.messages(-42) == []


async def test_telegram_in_trouble(student: Student, telegram: Telegram) -> None:
    # Given a Telegram that limits, fails and cuts connections before it took the message
    await telegram.fail(Fault("sendMessage", student.chat, status=429, retry_after=1))
    await telegram.fail(Fault("sendMessage", student.chat, times=2, status=502))
    # When a student asks
    await student.says(QUESTION)
    # Then everything arrives all the same, once and in order
    await student.receives(WELCOME, timeout_seconds=20)
    assert_sourced_answer(await student.receives(timeout_seconds=20))
    assert len(await student.messages()) == 2


async def test_an_uncertain_message_is_recorded_and_not_repeated(
    student: Student, telegram: Telegram, system: System
) -> None:
    await student.says("salut")
    await student.receives(WELCOME)
    await student.receives()
    await telegram.fail(Fault("sendMessage", student.chat, drop="after"))
    await student.says(QUESTION)
    await student.receives("Source")
    await student.says("merci")
    await student.receives()
    assert len([one for one in await student.messages() if "Source" in one.text]) == 1
    query = "SELECT count(*) FROM outbox JOIN chats ON chats.id = chat_id WHERE external_id = ? AND status = ?"
    assert system.rows(query, str(student.chat), "uncertain") == [(1,)]
