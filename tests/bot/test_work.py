from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from api.errors import ConversationUnknown, InvalidRequest
from api.schemas import Delivery, MessageKind
from bot.gate import Gate
from bot.handlers import Desk
from bot.leasing import Leasing
from bot.rasa import Rasa
from bot.sending import Sender
from bot.worker import Worker
from tests.bot.doubles import FakeApi, FakeFront, FakeLine, FakeRasa, inbox_item, outbox_item


def worker(api: FakeApi, rasa: Any = None) -> Worker:
    return Worker(Desk(api, rasa or FakeRasa(), FakeFront()), "bot/inbox")  # type: ignore[arg-type]


async def until(condition: Any, seconds: float = 3) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_replies_are_stored_with_the_end_of_the_message() -> None:
    api = FakeApi()
    await worker(api).handle(inbox_item(text="salut"))
    assert [reply.text for reply in api.done[1]] == ["rasa: salut"]


async def test_replies_are_kept_while_the_api_is_away() -> None:
    api, rasa = FakeApi(), FakeRasa()
    api.down.add("finish")
    handling = asyncio.create_task(worker(api, rasa).handle(inbox_item(text="salut")))
    await asyncio.sleep(0.2)
    api.down.clear()
    await handling
    assert [reply.text for reply in api.done[1]] == ["rasa: salut"]
    assert len(rasa.asked) == 1, "the dialogue is not asked a second time"


async def test_message_that_breaks_a_handler_is_given_back_without_its_words() -> None:
    class Broken(FakeRasa):
        async def say(self, *words: Any) -> Any:
            raise ValueError("secret")

    api = FakeApi()
    await worker(api, Broken()).handle(inbox_item(text="secret"))
    assert api.failed == {1: "ValueError"}


async def test_message_whose_hand_over_the_api_does_not_take_is_given_back() -> None:
    api = FakeApi()
    api.down.add("request_tutor")
    await worker(api).handle(inbox_item(MessageKind.COMMAND, text="tuteur"))
    assert api.failed == {1: "ApiUnavailable"}
    assert len(api.called("request_tutor")) == 3


async def test_replies_that_the_api_refuses_count_as_a_failure() -> None:
    api = FakeApi()
    api.errors["finish"] = InvalidRequest("too long")
    await worker(api).handle(inbox_item(text="salut"))
    assert api.failed == {1: "InvalidRequest"}


async def test_end_of_an_erased_message_is_let_go() -> None:
    api = FakeApi()
    api.errors["finish"] = ConversationUnknown("erased")
    await worker(api).handle(inbox_item(MessageKind.BUTTON, payload="erase:yes"))
    assert api.failed == {}


async def test_several_chats_are_worked_on_at_once_but_not_too_many() -> None:
    busy = most = 0

    async def work(number: int) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        done.append(number)

    async def lease(room: int) -> list[int]:
        batch = [waiting.pop(0) for _ in range(min(room, len(waiting)))]
        await asyncio.sleep(0.001)
        return batch

    async def start() -> None:
        return None

    waiting, done, stop = list(range(20)), list[int](), asyncio.Event()
    running = asyncio.create_task(Leasing(start, lease, work, limit=4).run(stop))
    await until(lambda: len(done) == 20)
    stop.set()
    await running
    assert most == 4


async def test_after_a_lost_lease_the_worker_finishes_and_starts_anew() -> None:
    api, line = FakeApi(), FakeLine(seconds=0.1)
    api.outbox.append(outbox_item())
    stop = asyncio.Event()
    sender = Sender(api, line, Gate(), "bot/outbox")  # type: ignore[arg-type]
    running = asyncio.create_task(sender.leasing().run(stop))
    await until(lambda: line.in_the_air)
    api.down.add("lease_outbox")
    await until(lambda: len(api.called("start_work")) == 2)
    names = [call[0] for call in api.calls]
    assert names.index("report") < len(names) - 1 - names[::-1].index("start_work")
    api.down.clear()
    api.outbox.append(outbox_item(id=2))
    await until(lambda: len(api.results) == 2)
    stop.set()
    await running


async def test_stop_finishes_what_is_in_the_air() -> None:
    api, line = FakeApi(), FakeLine(seconds=0.2)
    api.outbox.append(outbox_item())
    stop = asyncio.Event()
    running = asyncio.create_task(Sender(api, line, Gate(), "b").leasing().run(stop))  # type: ignore[arg-type]
    await until(lambda: line.in_the_air)
    stop.set()
    async with asyncio.timeout(2):
        await running
    assert [result.status for _, result in api.results] == [Delivery.SENT]


async def test_stop_does_not_wait_for_ever() -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(60)

    async def lease(room: int) -> list[int]:
        await asyncio.sleep(0.01)
        return [1]

    async def start() -> None:
        return None

    stop = asyncio.Event()
    running = asyncio.create_task(Leasing(start, lease, work, finish_seconds=0.1).run(stop))
    await asyncio.sleep(0.05)
    stop.set()
    async with asyncio.timeout(1):
        await running


async def test_programming_error_in_a_lease_brings_the_loop_down() -> None:
    async def lease(room: int) -> list[int]:
        raise KeyError("bug")

    async def nothing(*_: object) -> None:
        return None

    with pytest.raises(KeyError):
        await Leasing(nothing, lease, nothing).run(asyncio.Event())


async def test_frozen_rasa_costs_at_most_one_time_out_in_twenty_chats() -> None:
    async def frozen(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    api = FakeApi()
    api.inbox.extend(inbox_item(id=number, conversation_id=f"c{number}", text="c koi un BUT") for number in range(20))
    rasa = Rasa("http://rasa", timeout_seconds=0.5, transport=httpx.MockTransport(frozen))
    stop = asyncio.Event()
    running = asyncio.create_task(worker(api, rasa).leasing().run(stop))
    await until(lambda: len(api.done) == 20, seconds=0.9)
    assert {replies[0].text for replies in api.done.values()} == {"base: c koi un BUT"}
    stop.set()
    await running
    await rasa.aclose()
