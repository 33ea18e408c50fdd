from __future__ import annotations

import asyncio
from typing import Any

from api.schemas import Delivery, MessageKind, ReplyKind
from api.services import phrases


async def test_a_chat_is_answered_in_order_one_at_a_time(world: Any) -> None:
    for number in (12, 10, 11):
        await world.write(f"m{number}", update_id=number)
    seen = []
    while items := await world.lease():
        assert len(items) == 1
        seen.append(items[0].text)
        await world.finish(items[0], "ok")
    assert seen == ["m10", "m11", "m12"]


async def test_chats_are_answered_in_parallel_oldest_first(world: Any) -> None:
    for chat in "cab":
        await world.write(f"de {chat}", chat=chat)
    assert [item.chat for item in await world.lease()] == ["c", "a", "b"]


async def test_a_late_earlier_message_waits_for_the_one_that_is_out(world: Any) -> None:
    await world.write("tôt arrivé", update_id=11)
    (out,) = await world.lease()
    await world.write("tard arrivé", update_id=10)
    assert await world.lease("autre") == []
    await world.finish(out)
    assert [item.text for item in await world.lease()] == ["tard arrivé"]


async def test_workers_at_once_never_hold_the_same_chat(world: Any) -> None:
    for number in range(24):
        await world.write("x", chat=str(number % 8))
    answered: list[int] = []
    busy: set[str] = set()

    async def work(name: str) -> None:
        for _ in range(60):
            for item in await world.lease(name, limit=3):
                assert item.chat not in busy
                busy.add(item.chat)
                await asyncio.sleep(0.001)
                busy.remove(item.chat)
                answered.append(item.id)
                await world.finish(item, "ok")
            if len(answered) == 24:
                return

    await asyncio.gather(*(work(f"w{n}") for n in range(5)))
    assert len(answered) == len(set(answered)) == 24


async def test_finishing_twice_answers_once(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    await world.finish(item, "bonjour")
    await world.finish(item, "bonjour encore")
    assert [reply.text for _, reply in await world.send_all()][1:] == ["bonjour"]


async def test_finishing_what_was_erased_meanwhile_changes_nothing(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    await world.finish(item.model_copy(update={"id": item.id + 99}), "bonjour")
    assert len(await world.outbox_statuses()) == 1


async def test_a_restarted_worker_gets_its_messages_back_at_once(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    assert await world.lease() == []
    await world.free()
    assert [again.id for again in await world.lease()] == [item.id]


async def test_another_workers_messages_are_not_freed(world: Any) -> None:
    await world.write("salut")
    await world.lease("bot-1")
    await world.free("bot-2")
    assert await world.lease("bot-2") == []


async def test_a_lease_that_runs_out_goes_to_another_worker_only(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease("bot-1")
    world.later(seconds=61)
    assert await world.lease("bot-1") == []
    assert [again.id for again in await world.lease("bot-2")] == [item.id]


async def test_a_lease_whose_answer_was_lost_comes_back_to_its_only_worker(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    world.later(minutes=12)
    assert [again.id for again in await world.lease()] == [item.id]


async def test_failures_are_tried_again_later_and_later_and_then_the_student_is_told(world: Any) -> None:
    await world.write("salut")
    await world.write("suite")
    for wait in (1, 3, 9, 27):
        (item,) = await world.lease()
        await world.fail(item)
        world.later(seconds=wait - 0.1)
        assert await world.lease() == []
        world.later(seconds=0.1)
    (item,) = await world.lease()
    assert (item.text, item.attempts) == ("salut", 4)
    await world.fail(item)
    assert [reply for _, reply in await world.send_all()][-1] == phrases.could_not_answer()
    assert [item.text for item in await world.lease()] == ["suite"]


async def test_only_the_worker_that_holds_a_message_can_give_it_back(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    await world.fail(item, worker="autre")
    assert await world.lease() == []


async def test_one_conversation_until_it_rests_for_45_minutes(world: Any) -> None:
    await world.write("a")
    (first,) = await world.lease()
    await world.finish(first)
    world.later(minutes=44)
    await world.write("b")
    (second,) = await world.lease()
    await world.finish(second)
    world.later(minutes=46)
    await world.write("c")
    (third,) = await world.lease()
    assert first.conversation_id == second.conversation_id != third.conversation_id


async def test_a_new_conversation_begins_after_40_turns(world: Any) -> None:
    seen = []
    for number in range(41):
        await world.write(f"m{number}")
        (item,) = await world.lease()
        seen.append(item.conversation_id)
        await world.finish(item)
    assert len(set(seen[:40])) == 1
    assert seen[40] != seen[39]


async def test_a_message_tried_twice_counts_as_one_turn(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    await world.fail(item)
    world.later(seconds=2)
    (again,) = await world.lease()
    await world.finish(again)
    (conversation,) = await world.conversations()
    assert (again.conversation_id, conversation.turns) == (item.conversation_id, 1)


async def test_items_leased_at_once_by_many_make_one_conversation_a_chat(world: Any) -> None:
    for number in range(12):
        await world.write("x", chat=str(number % 3))
    await asyncio.gather(*(world.lease(f"w{n}") for n in range(6)))
    assert len(await world.conversations()) == 3


async def test_a_profile_travels_with_the_message(world: Any) -> None:
    await world.write("salut")
    async with world.database.transaction() as session:
        chat = await session.merge(await world.chat())
        chat.profile = {"filiere": "sti2d"}
    assert [item.profile for item in await world.lease()] == [{"filiere": "sti2d"}]


async def three_replies(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    await world.finish(item, "un", "deux")


async def test_a_chat_is_sent_to_in_order_one_at_a_time(world: Any) -> None:
    await three_replies(world)
    (first,) = await world.lease_outbox()
    assert await world.lease_outbox("autre") == []
    await world.report(first, Delivery.SENT)
    assert [reply.text for _, reply in await world.send_all()] == ["un", "deux"]


async def test_a_retry_holds_back_its_own_chat_only(world: Any) -> None:
    await three_replies(world)
    await world.write("salut", chat="78")
    first, other = await world.lease_outbox()
    await world.report(first, Delivery.RETRY, retry_after_seconds=7)
    await world.report(other, Delivery.SENT)
    world.later(seconds=6)
    assert await world.lease_outbox() == []
    world.later(seconds=2)
    (again,) = await world.lease_outbox()
    assert (again.id, again.attempts) == (first.id, 1)


async def test_dead_and_uncertain_messages_hold_back_nothing_and_are_not_repeated(world: Any) -> None:
    await three_replies(world)
    for status in (Delivery.FAILED, Delivery.UNCERTAIN, Delivery.SENT):
        (item,) = await world.lease_outbox()
        await world.report(item, status, error="BadRequest")
    assert await world.outbox_statuses() == ["dead", "uncertain", "sent"]


async def test_after_a_day_of_retries_a_message_is_dead(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease_outbox()
    await world.report(item, Delivery.RETRY)
    world.later(hours=25)
    (item,) = await world.lease_outbox()
    await world.report(item, Delivery.RETRY)
    assert await world.outbox_statuses() == ["dead"]


async def test_a_second_report_changes_nothing(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease_outbox()
    await world.report(item, Delivery.SENT, message_ids=[5])
    await world.report(item, Delivery.FAILED)
    await world.report(item, Delivery.RETRY)
    assert await world.outbox_statuses() == ["sent"]


async def test_a_retry_from_a_worker_that_was_replaced_changes_nothing(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease_outbox("bot-1")
    world.later(seconds=61)
    await world.lease_outbox("bot-2")
    await world.report(item, Delivery.RETRY, worker="bot-1")
    assert await world.outbox_statuses() == ["leased"]


async def test_an_unreachable_chat_gets_nothing_more(world: Any) -> None:
    await three_replies(world)
    (item,) = await world.lease_outbox()
    await world.report(item, Delivery.UNREACHABLE)
    assert await world.outbox_statuses() == ["unreachable"] * 3
    assert (await world.chat()).unreachable_since == world.now
    assert await world.lease_outbox() == []


async def test_who_writes_again_is_reachable_again_and_gets_only_what_is_new(world: Any) -> None:
    await three_replies(world)
    (item,) = await world.lease_outbox()
    await world.report(item, Delivery.UNREACHABLE)
    await world.write("me revoilà")
    await world.answer_all("ravie de te revoir")
    assert [reply.text for _, reply in await world.send_all()] == ["ravie de te revoir"]


async def test_the_time_to_the_first_reply_is_measured_once(world: Any) -> None:
    await three_replies(world)
    world.later(seconds=2)
    seconds = []
    while items := await world.lease_outbox():
        seconds.append(await world.report(items[0], Delivery.SENT))
    assert seconds == [None, 2.0, None]


async def test_senders_at_once_never_hold_the_same_chat(world: Any) -> None:
    for chat in "abc":
        await world.write("salut", chat=chat, kind=MessageKind.TEXT)
    await world.answer_all("un", "deux")
    leased = await asyncio.gather(*(world.lease_outbox(f"s{n}") for n in range(6)))
    items = [item for batch in leased for item in batch]
    assert sorted(item.chat for item in items) == ["a", "b", "c"]
    assert {item.reply.kind for item in items} == {ReplyKind.WELCOME}
