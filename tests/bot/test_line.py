"""What the real client makes of the stand-in server's answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.schemas import Button, Delivery, OutboxResult, Reply
from bot.fronts import SilentFront, TelegramFront
from bot.gate import Gate
from bot.line import Line, open_line
from bot.sending import Sender
from tests.bot.doubles import FakeApi, inbox_item, outbox_item
from tests.telegram.client import Telegram
from tests.telegram.faults import Fault
from tests.telegram.server import running_server


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_server() as running:
        await running.text(7, "salut")
        yield running


@pytest.fixture
async def line(telegram: Telegram) -> AsyncIterator[Line]:
    opened = open_line(telegram.token, telegram.url)
    yield opened
    await opened.hang_up()


async def send(line: Line, reply: Reply | None = None, chat: str = "7") -> OutboxResult:
    api = FakeApi()
    sender = Sender(api, line, Gate(), "bot/outbox")  # type: ignore[arg-type]
    await sender.send(outbox_item(chat=chat, reply=reply or Reply(text="Bonjour")))
    ((_, result),) = api.results
    return result


async def test_message_arrives_as_typed_with_its_buttons(telegram: Telegram, line: Line) -> None:
    button = Button(title="Parler à un tuteur", payload="tutor")
    result = await send(line, Reply(text="<b>gras</b> & co", title="Titre", buttons=[[button]]))
    assert result.status == Delivery.SENT
    (sent,) = await telegram.messages(7)
    assert sent.text == "Titre\n\n<b>gras</b> & co"
    assert [one for one in sent.entities if one["type"] == "bold"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert sent.buttons == [[{"text": "Parler à un tuteur", "callback_data": "tutor"}]]


async def test_long_message_arrives_whole(telegram: Telegram, line: Line) -> None:
    words = [f"mot{number}" for number in range(2000)]
    result = await send(line, Reply(text=" ".join(words)))
    sent = await telegram.messages(7)
    assert len(sent) == len(result.message_ids) > 1
    assert " ".join(one.text for one in sent).split() == words


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("sendMessage", status=429, retry_after=3), Delivery.RETRY),
        (Fault("sendMessage", status=502), Delivery.RETRY),
        (Fault("sendMessage", status=500), Delivery.RETRY),
        (Fault("sendMessage", drop="before"), Delivery.UNCERTAIN),
        (Fault("sendMessage", drop="after"), Delivery.UNCERTAIN),
        (Fault("sendMessage", status=400, description="Bad Request: message is too strange"), Delivery.FAILED),
        (Fault("sendMessage", status=400, description="Bad Request: can't parse entities: x"), Delivery.SENT),
    ],
    ids=lambda value: f"{value.status} {value.drop} {value.description}" if isinstance(value, Fault) else "",
)
async def test_what_becomes_of_a_failed_send(telegram: Telegram, line: Line, fault: Fault, status: Delivery) -> None:
    await telegram.fail(fault)
    result = await send(line)
    assert result.status == status
    if fault.retry_after:
        assert result.retry_after_seconds == fault.retry_after


async def test_student_who_blocked_the_bot_is_unreachable(telegram: Telegram, line: Line) -> None:
    await telegram.block(7)
    assert (await send(line)).status == Delivery.UNREACHABLE


async def test_refused_connection_is_tried_again(telegram: Telegram) -> None:
    nowhere = open_line(telegram.token, "http://127.0.0.1:9")
    assert (await send(nowhere)).status == Delivery.RETRY
    await nowhere.hang_up()


async def test_slow_answer_shows_that_the_bot_writes(telegram: Telegram, line: Line) -> None:
    front = TelegramFront(line)
    async with front.writing(inbox_item(text="x")):
        await asyncio.sleep(0.6)
    async with front.writing(inbox_item(text="x")):
        pass
    await asyncio.sleep(0.4)
    assert (await telegram.state()).calls["sendChatAction"] == 1


async def test_unstored_word_survives_a_hiccup_but_not_a_block(telegram: Telegram, line: Line) -> None:
    front = TelegramFront(line)
    await telegram.fail(Fault("sendMessage", status=502))
    await front.say_unstored(inbox_item(), Reply(text="Effacé."))
    assert [one.text for one in await telegram.messages(7)] == ["Effacé."]
    await telegram.block(7)
    await front.say_unstored(inbox_item(), Reply(text="Effacé."))
    assert len(await telegram.messages(7)) == 1


async def test_chat_page_is_left_to_itself(telegram: Telegram, line: Line) -> None:
    item = inbox_item(channel="web", chat="session")
    for front in (TelegramFront(line), SilentFront()):
        async with front.writing(item):
            await asyncio.sleep(0.4)
        await front.say_unstored(item, Reply(text="Effacé."))
    assert (await telegram.state()).calls == {}
