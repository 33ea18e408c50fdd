"""sendMessage and what belongs to it."""

from __future__ import annotations

import time

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from tests.telegram.client import Telegram
from tests.telegram.faults import Fault


def keyboard(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(f"b{i}", callback_data=d)] for i, d in enumerate(data)])


@pytest.fixture(autouse=True)
async def _written(telegram: Telegram) -> None:
    await telegram.text(1, "bonjour")


async def test_html_arrives_as_text_and_entities(telegram: Telegram, bot: Bot) -> None:
    html = '<b>Bac</b> 😀 <a href="https://onisep.fr">fiche</a> &lt;b&gt;'
    message = await bot.send_message(1, html, parse_mode=ParseMode.HTML)
    assert message.text == "Bac 😀 fiche <b>"
    assert [(e.type, e.offset, e.length, e.url) for e in message.entities] == [
        ("bold", 0, 3, None),
        ("text_link", 7, 5, "https://onisep.fr"),
    ]
    assert [sent.text for sent in await telegram.messages(1)] == [message.text]


async def test_the_limit_counts_utf16_units_after_parsing(bot: Bot) -> None:
    await bot.send_message(1, "<b>" + "é" * 4096 + "</b>", parse_mode=ParseMode.HTML)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(1, "😀" * 2049)
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(1, "<b> </b>", parse_mode=ParseMode.HTML)


@pytest.mark.parametrize("size", [1, 64])
async def test_button_data_of_1_to_64_bytes_is_taken(bot: Bot, size: int) -> None:
    assert (await bot.send_message(1, "a", reply_markup=keyboard("x" * size))).reply_markup


@pytest.mark.parametrize("data", ["é" * 33, "x" * 65])
async def test_longer_button_data_is_refused(bot: Bot, data: str) -> None:
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(1, "a", reply_markup=keyboard(data))


async def test_a_button_does_exactly_one_thing(bot: Bot) -> None:
    for button in (InlineKeyboardButton("rien"), InlineKeyboardButton("a", url="x", callback_data="y")):
        with pytest.raises(BadRequest):
            await bot.send_message(1, "a", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_who_cannot_be_written_to(telegram: Telegram, bot: Bot) -> None:
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(2, "inconnu")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(-2, "groupe inconnu")
    await telegram.block(1)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1, "bloqué")
    await telegram.block(1, blocked=False)
    await telegram.deactivate(1)
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(1, "parti")


async def test_a_press_carries_the_data_and_lives_for_a_while(telegram: Telegram, bot: Bot) -> None:
    await bot.send_message(1, "choisis", reply_markup=keyboard("tutor", "erase:no"))
    await telegram.press(1, "b1")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "erase:no"
    assert await query.answer("ok")
    await telegram.configure(callback_life_seconds=0)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    with pytest.raises(AssertionError, match="no button"):
        await telegram.press(1, "absent")


async def test_editing(telegram: Telegram, bot: Bot) -> None:
    message = await bot.send_message(1, "un", reply_markup=keyboard("a"))
    await bot.edit_message_reply_markup(1, message.message_id)
    await message.edit_text("deux")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await message.edit_text("deux")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("trois", 1, 999)
    [sent] = await telegram.messages(1)
    assert (sent.text, sent.edits, sent.buttons) == ("deux", ["un"], [])
    await message.delete()
    assert [one.deleted for one in await telegram.messages(1)] == [True]


async def test_chat_actions(bot: Bot) -> None:
    assert await bot.send_chat_action(1, "typing")
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await bot.send_chat_action(1, "sleeping")


async def test_one_message_a_second_to_one_chat_only(telegram: Telegram, bot: Bot) -> None:
    await telegram.text(2, "bonjour")
    await telegram.configure(chat_interval_seconds=1)
    await bot.send_message(1, "un")
    with pytest.raises(RetryAfter) as limit:
        await bot.send_message(1, "deux")
    assert limit.value._retry_after.total_seconds() == 1
    await bot.send_message(2, "un autre chat")
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "deux, sans attendre")
    assert (await telegram.state()).offences == {"retry_after not waited for": 1}


async def test_the_overall_limit(telegram: Telegram, bot: Bot) -> None:
    await telegram.configure(overall_per_second=3)
    for number in range(3):
        await bot.send_message(1, str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "trop")


async def test_failures_on_order(telegram: Telegram, bot: Bot) -> None:
    await telegram.fail(Fault("sendMessage", times=2, status=502))
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(1, "essai")
    await telegram.fail(Fault("sendMessage", chat_id=1, status=429, retry_after=7))
    with pytest.raises(RetryAfter):
        await bot.send_message(1, "essai")
    await telegram.fail(Fault(status=403, description="Forbidden: bot was blocked by the user"))
    with pytest.raises(Forbidden):
        await bot.send_message(1, "essai")
    assert await telegram.messages(1) == []
    assert "Bad Gateway" not in (await telegram.state()).offences


@pytest.mark.parametrize(("drop", "arrived"), [("before", 0), ("after", 1)])
async def test_a_cut_connection_leaves_the_bot_in_doubt(telegram: Telegram, bot: Bot, drop: str, arrived: int) -> None:
    await telegram.fail(Fault("sendMessage", drop=drop))  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        await bot.send_message(1, "peut-être")
    assert len(await telegram.messages(1)) == arrived


async def test_delay(telegram: Telegram, bot: Bot) -> None:
    await telegram.fail(Fault("getMe", delay_seconds=0.3))
    begun = time.monotonic()
    await bot.get_me()
    assert time.monotonic() - begun >= 0.3


async def test_repeated_messages_are_counted(telegram: Telegram, bot: Bot) -> None:
    for text in ("un", "deux", "un"):
        await bot.send_message(1, text)
    assert (await telegram.state()).repeated == 1


async def test_a_reply_to_nothing_is_refused(bot: Bot) -> None:
    with pytest.raises(TelegramError, match="Message to be replied not found"):
        await bot.send_message(1, "a", reply_to_message_id=999)
    assert await bot.send_message(1, "a", reply_to_message_id=1)


async def test_a_student_reads_on_from_the_last_message(telegram: Telegram, bot: Bot) -> None:
    student = telegram.student(1)
    for text in ("un", "deux", "trois"):
        await bot.send_message(1, text)
    assert (await student.receives("deux")).text == "deux"
    assert [one.text for one in await student.unread()] == ["trois"]
    with pytest.raises(AssertionError, match="« deux » did not come"):
        await student.receives("deux", timeout_seconds=0.1)
