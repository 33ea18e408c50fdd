"""Every call is checked against the description of the Bot API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from telegram import Bot, BotCommand
from telegram.error import InvalidToken

from tests.telegram.client import Telegram


async def refused(raw: httpx.AsyncClient, method: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = await raw.post(method, json=body)
    assert answer.json()["error_code"] == answer.status_code
    return answer.status_code, answer.json()["description"]


async def test_the_bot_knows_itself(bot: Bot) -> None:
    assert (await bot.get_me()).is_bot


async def test_a_wrong_token_is_refused(telegram: Telegram) -> None:
    stranger = Bot("1:wrong", base_url=f"{telegram.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_an_unknown_method_is_not_found(raw: httpx.AsyncClient, telegram: Telegram) -> None:
    assert (await refused(raw, "sendMassage", {}))[0] == 404
    assert (await telegram.state()).offences == {"Not Found: method not found": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"chat_id": 1}, "message text is empty"),
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": 1, "text": "a", "colour": "red"}, 'no parameter "colour"'),
        ({"chat_id": 1, "text": 5}, 'can\'t parse parameter "text"'),
        ({"chat_id": [1], "text": "a"}, 'can\'t parse parameter "chat_id"'),
        ({"chat_id": 1, "text": "a", "disable_notification": "perhaps"}, "a boolean is expected"),
        ({"chat_id": 1, "text": "a", "reply_markup": "{"}, "a JSON-serialized value is expected"),
        ({"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{"txt": "b"}]]}}, "reply_markup"),
        ({"chat_id": 2**63, "text": "a"}, "64 bits"),
    ],
)
async def test_wrong_parameters_are_refused(
    raw: httpx.AsyncClient, telegram: Telegram, body: dict[str, Any], reason: str
) -> None:
    await telegram.text(1, "bonjour")
    code, description = await refused(raw, "sendMessage", body)
    assert code == 400
    assert reason in description


async def test_the_four_ways_to_pass_parameters(raw: httpx.AsyncClient, telegram: Telegram) -> None:
    await telegram.text(1, "bonjour")
    answers = [
        await raw.get("sendMessage", params={"chat_id": "1", "text": "query"}),
        await raw.post("sendMessage", data={"chat_id": "1", "text": "form"}),
        await raw.post("sendMessage", json={"chat_id": 1, "text": "json"}),
        await raw.post("SENDMESSAGE", files={"chat_id": (None, "1"), "text": (None, "multipart")}),
    ]
    assert [answer.json()["ok"] for answer in answers] == [True] * 4
    assert [sent.text for sent in await telegram.messages(1)] == ["query", "form", "json", "multipart"]


async def test_methods_that_are_not_carried_out_are_still_checked(raw: httpx.AsyncClient) -> None:
    assert (await raw.post("setChatMenuButton", json={})).json() == {"ok": True, "result": True}
    assert (await refused(raw, "sendPhoto", {"chat_id": 1, "photo": "x"}))[1].endswith(
        "sendPhoto is not supported by the stand-in"
    )
    assert "photo" in (await refused(raw, "sendPhoto", {"chat_id": 1}))[1]


async def test_commands_and_descriptions_are_kept(bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("aide", "Ce que je sais faire")])
    await bot.set_my_description("Passerelle répond sur l'orientation.")
    await bot.set_my_short_description("Orientation")
    assert [command.command for command in await bot.get_my_commands()] == ["aide"]
    assert (await bot.get_my_description()).description == "Passerelle répond sur l'orientation."
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_commands_that_telegram_refuses(raw: httpx.AsyncClient) -> None:
    commands = [{"command": "Déjà", "description": "accents and capitals"}]
    assert await refused(raw, "setMyCommands", {"commands": commands}) == (
        400,
        "Bad Request: BOT_COMMAND_INVALID",
    )
