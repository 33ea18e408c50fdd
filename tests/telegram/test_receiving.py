"""getUpdates."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from telegram import Bot
from telegram.error import Conflict

from tests.telegram.client import Telegram


def texts(updates: object) -> list[str]:
    return [update.effective_message.text for update in updates]  # type: ignore[attr-defined]


async def test_an_update_comes_again_until_it_is_confirmed(telegram: Telegram, bot: Bot) -> None:
    await telegram.text(1, "un")
    await telegram.text(1, "deux")
    first = await bot.get_updates()
    assert texts(first) == texts(await bot.get_updates()) == ["un", "deux"]
    assert texts(await bot.get_updates(offset=first[0].update_id + 1)) == ["deux"]
    assert texts(await bot.get_updates()) == ["deux"], "what was confirmed is gone for good"


async def test_limit_and_negative_offset(telegram: Telegram, bot: Bot) -> None:
    for number in range(5):
        await telegram.text(1, str(number))
    assert texts(await bot.get_updates(limit=2)) == ["0", "1"]
    assert texts(await bot.get_updates(offset=-1)) == ["4"]
    assert texts(await bot.get_updates()) == ["4"]


async def test_long_polling_ends_with_the_first_update_or_in_time(telegram: Telegram, bot: Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    await telegram.text(1, "enfin")
    assert texts(await waiting) == ["enfin"]
    begun = time.monotonic()
    assert await bot.get_updates(offset=2**40, timeout=1) == ()
    assert 0.9 < time.monotonic() - begun < 2


async def test_the_filter_sticks(telegram: Telegram, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await telegram.text(1, "perdu")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    await telegram.text(1, "reçu")
    assert texts(await bot.get_updates()) == ["reçu"]


async def test_of_two_pollers_one_is_ended(telegram: Telegram, bot: Bot, raw: httpx.AsyncClient) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    await raw.post("getUpdates", json={"timeout": 0})
    with pytest.raises(Conflict):
        await first
    assert (await telegram.state()).offences == {"two receivers": 1}


async def test_polling_beside_a_webhook_is_a_conflict(bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_repeats_come_in_the_order_that_the_test_chose(telegram: Telegram, bot: Bot) -> None:
    one = await telegram.text(1, "un", hold=True)
    two = await telegram.text(1, "deux", hold=True)
    await telegram.deliver([two, one, two])
    assert texts(await bot.get_updates()) == ["deux", "un", "deux"]
    await bot.get_updates(offset=two["update_id"] + 1)
    await telegram.deliver([one])
    assert texts(await bot.get_updates(offset=two["update_id"] + 1)) == ["un"], "late, but not lost"


async def test_dropping_what_waits_is_counted(telegram: Telegram, bot: Bot) -> None:
    await telegram.text(1, "perdu")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
    assert (await telegram.state()).offences == {"pending updates dropped": 1}


async def test_every_act_becomes_an_update_that_the_library_reads(telegram: Telegram, bot: Bot) -> None:
    await telegram.text(1, "/tuteur je veux parler")
    for kind in ("photo", "voice", "document", "sticker", "location", "contact", "dice", "video_note"):
        await telegram.attachment(1, kind)
    await telegram.text(1, "avant")
    await telegram.edit(1, "après")
    await telegram.block(1)
    await telegram.block(1, blocked=False)
    await telegram.text(-5, "dans un groupe", sender=1)
    updates = await bot.get_updates()
    assert updates[0].message is not None
    assert [e.type for e in updates[0].message.entities] == ["bot_command"]
    assert updates[1].message is not None
    assert updates[1].message.photo
    edited = updates[10].edited_message
    assert edited is not None
    assert (edited.text, edited.message_id) == ("après", updates[9].effective_message.message_id)  # type: ignore[union-attr]
    changes = [update.my_chat_member for update in updates[11:13]]
    assert [c.new_chat_member.status for c in changes if c] == ["kicked", "member"]
    group = updates[13].message
    assert group is not None
    assert (group.chat.type, group.from_user.id if group.from_user else None) == ("group", 1)
