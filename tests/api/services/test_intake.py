from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from api.schemas import Channel, MessageKind, ReplyKind, Route
from api.services import intake
from api.store.models import InboxMessage, UpdateSeen


async def rows(world: Any) -> list[InboxMessage]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(InboxMessage).order_by(InboxMessage.update_id)))


async def test_each_update_three_times_out_of_order_is_stored_once(world: Any) -> None:
    messages = [world.message(f"question {n}") for n in range(5)] * 3
    Random(4).shuffle(messages)
    recorded = [(await world.receive(message))[0] for message in messages]
    assert len(await rows(world)) == 5
    assert sum(not one.duplicate for one in recorded) == 5


async def test_a_repeat_within_one_batch_is_named_so(world: Any) -> None:
    message = world.message("salut")
    recorded = await world.receive(message, message)
    assert [one.duplicate for one in recorded] == [False, True]


async def test_concurrent_deliveries_of_one_update_make_one_row_and_one_chat(world: Any) -> None:
    batch = [world.message("salut", chat=str(n % 3)) for n in range(6)]
    rounds = await asyncio.gather(*(world.receive(*batch) for _ in range(8)))
    assert len(await rows(world)) == 6
    assert sum(not one.duplicate for recorded in rounds for one in recorded) == 6
    assert len([1 for _, reply in await world.send_all() if reply.kind is ReplyKind.WELCOME]) == 3


async def test_batches_of_the_same_chats_in_opposite_orders_do_not_block_each_other(world: Any) -> None:
    there = [world.message("a", chat=str(n)) for n in range(6)]
    back = [world.message("b", chat=str(n)) for n in reversed(range(6))]
    for _ in range(3):
        await asyncio.gather(world.receive(*there), world.receive(*back))
        there = [message.model_copy(update={"update_id": next(world.numbers)}) for message in there]
        back = [message.model_copy(update={"update_id": next(world.numbers)}) for message in back]
    assert len(await rows(world)) == 36


async def test_answers_come_in_the_order_of_the_batch(world: Any) -> None:
    batch = [world.message("x", chat=chat, update_id=number) for number, chat in ((9, "b"), (3, "a"), (5, "b"))]
    assert [one.update_id for one in await world.receive(*batch)] == [9, 3, 5]


async def test_same_number_on_two_channels_is_two_messages(world: Any) -> None:
    await world.write("salut", update_id=1)
    assert not (await world.write("salut", update_id=1, channel=Channel.WEB)).duplicate


async def test_the_first_contact_is_one_line_said_once_and_before_the_answer(world: Any) -> None:
    await world.write("c koi la prépa tsi")
    await world.write("et après ?")
    await world.answer_all("réponse")
    sent = [reply for _, reply in await world.send_all()]
    assert [reply.kind for reply in sent] == [ReplyKind.WELCOME, ReplyKind.TEXT, ReplyKind.TEXT]
    line = sent[0].text
    assert "\n" not in line
    assert all(word in line for word in ("automatique", "/confidentialite", "/tuteur"))


async def test_a_new_chat_in_danger_gets_the_card_before_anything_else(world: Any) -> None:
    recorded = await world.write("je suis en danger")
    assert recorded.route is Route.SAFETY
    kinds = [reply.kind for _, reply in await world.send_all()]
    assert kinds == [ReplyKind.SAFETY, ReplyKind.WELCOME, ReplyKind.NOTICE]
    (escalation,) = await world.escalations()
    assert (escalation.urgent, escalation.question) == (True, "je suis en danger")
    assert await world.lease() == []


async def test_danger_is_heard_after_a_command_and_in_a_caption(world: Any) -> None:
    said = await world.write("tuteur", kind=MessageKind.COMMAND, argument="danger chez moi")
    shown = await world.write("danger", chat="78", kind=MessageKind.FILE, file_type="photo", file_id="f")
    assert [said.route, shown.route] == [Route.SAFETY, Route.SAFETY]
    assert {one.question for one in await world.escalations()} == {"danger chez moi", "danger"}


async def test_a_command_named_like_danger_is_only_a_command(world: Any) -> None:
    assert (await world.command("danger")).route is Route.BOT


async def test_danger_in_a_tutors_floor_shows_the_card_and_reaches_the_thread(world: Any) -> None:
    await open_claimed(world)
    recorded = await world.write("je suis en danger")
    assert recorded.route is Route.SAFETY
    assert [reply.kind for _, reply in await world.send_all()] == [ReplyKind.SAFETY]
    (escalation,) = await world.escalations()
    assert (escalation.status, escalation.urgent) == ("claimed", True)
    assert (await rows(world))[-1].escalation_id == escalation.id


async def open_claimed(world: Any) -> None:
    await world.write("salut")
    await world.press("tutor")
    await set_waiting(world)
    await world.write("combien coûte un BTS privé ?")
    await world.claim()
    await world.answer_all()
    await world.send_all()


async def set_waiting(world: Any) -> None:
    async with world.database.transaction() as session:
        chat = await session.merge(await world.chat())
        chat.awaiting_question = True


async def test_the_bot_is_silent_while_a_tutor_has_the_floor(world: Any) -> None:
    await open_claimed(world)
    texts = [
        await world.write("et le logement ?"),
        await world.write("et le logment", edited=True),
        await world.write(None, kind=MessageKind.FILE, file_type="voice", file_id="v1"),
        await world.write(None, kind=MessageKind.OTHER),
    ]
    assert {one.route for one in texts} == {Route.TUTOR}
    assert await world.lease() == []
    assert await world.send_all() == []
    (escalation,) = await world.escalations()
    assert {row.escalation_id for row in (await rows(world))[-4:]} == {escalation.id}


async def test_commands_and_buttons_reach_the_bot_in_a_tutors_floor(world: Any) -> None:
    await open_claimed(world)
    assert (await world.command("aide")).route is Route.BOT
    assert (await world.press("tutor")).route is Route.BOT


async def test_the_text_that_was_asked_for_opens_the_escalation(world: Any) -> None:
    await world.write("salut")
    await set_waiting(world)
    assert (await world.command("aide")).route is Route.BOT
    assert (await world.chat()).awaiting_question
    assert (await world.write("ma question")).route is Route.TUTOR
    assert not (await world.chat()).awaiting_question
    (escalation,) = await world.escalations()
    assert escalation.question == "ma question"
    assert "transmis" in (await world.send_all())[-1][1].text


@pytest.mark.parametrize("way", ["annuler", "cancel:0"])
async def test_cancelling_ends_the_waiting_at_once(world: Any, way: str) -> None:
    await world.write("salut")
    await set_waiting(world)
    await (world.press(way) if ":" in way else world.command(way))
    assert (await world.write("autre chose")).route is Route.BOT
    assert await world.escalations() == []


async def test_danger_wins_over_a_question_that_was_asked_for(world: Any) -> None:
    await world.write("salut")
    await set_waiting(world)
    assert (await world.write("danger")).route is Route.SAFETY
    assert (await world.escalations())[0].urgent


async def test_what_else_a_person_sends_is_not_kept(world: Any) -> None:
    await world.write("0612345678", kind=MessageKind.OTHER, file_id="x")
    (row,) = await rows(world)
    assert (row.text, row.file_id) == (None, None)


async def test_asking_for_a_person_is_noted(world: Any) -> None:
    await world.write("je veux parler à quelqu'un")
    assert [item.asks_person for item in await world.lease()] == [True]


async def test_a_block_stops_the_outbox_tells_the_tutor_and_ends_with_the_next_message(world: Any) -> None:
    await open_claimed(world)
    await world.command("aide")
    await world.answer_all("voici l'aide")
    assert (await world.write(kind=MessageKind.BLOCKED)).route is Route.NONE
    assert (await world.outbox_statuses())[-1] == "unreachable"
    assert (await world.chat()).unreachable_since == world.now
    (escalation,) = await world.escalations()
    assert escalation.version == 3  # opened, claimed, student_unreachable
    await world.write(kind=MessageKind.UNBLOCKED)
    assert (await world.chat()).unreachable_since is None
    assert await world.send_all() == []


async def test_blocking_does_not_make_a_chat_known(world: Any) -> None:
    await world.write(kind=MessageKind.BLOCKED)
    await world.write(kind=MessageKind.UNBLOCKED)
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InboxMessage)) == 0


async def test_old_numbers_are_purged_and_recent_ones_kept(world: Any) -> None:
    await world.write("vieux", update_id=1)
    world.later(days=7)
    await world.write("récent", update_id=2)
    world.later(days=2)
    async with world.database.transaction() as session:
        await intake.purge_seen(session, world.now)
    async with world.database.reading() as session:
        assert list(await session.scalars(select(UpdateSeen.update_id))) == [2]


def test_a_text_has_at_most_4096_characters(world: Any) -> None:
    assert len(world.message("é" * 4096).text) == 4096
    with pytest.raises(ValidationError):
        world.message("é" * 4097)


async def test_the_longest_text_comes_back_whole(world: Any) -> None:
    await world.write("😀" * 4096)
    (item,) = await world.lease()
    assert item.text == "😀" * 4096
