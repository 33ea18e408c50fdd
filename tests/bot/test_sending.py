from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from api.errors import NotFound
from api.schemas import Delivery, OutboxResult
from bot.gate import Gate
from bot.sending import Sender
from tests.bot.doubles import FakeApi, FakeLine, outbox_item


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def sender(api: FakeApi, line: FakeLine, gate: Gate | None = None) -> Sender:
    return Sender(api, line, gate or Gate(messages_per_second=10_000), "bot/outbox")  # type: ignore[arg-type]


async def outcome(*failures: Exception | None, **item: Any) -> tuple[OutboxResult, FakeLine]:
    api, line = FakeApi(), FakeLine(*failures)
    await sender(api, line).send(outbox_item(**item))
    ((_, result),) = api.results
    return result, line


async def test_sent_message_is_reported_with_its_id() -> None:
    result, line = await outcome()
    assert (result.status, result.message_ids, result.worker) == (Delivery.SENT, [1], "bot/outbox")
    assert line.sent == [("7", "Bonjour", False)]


@pytest.mark.parametrize(
    ("error", "status", "pause"),
    [
        (RetryAfter(7), Delivery.RETRY, 7),
        (caused(NetworkError("x"), httpx.ConnectError("refused")), Delivery.RETRY, 8),
        (caused(TimedOut(), httpx.ConnectTimeout("slow")), Delivery.RETRY, 8),
        (caused(TimedOut(), httpx.PoolTimeout("busy")), Delivery.RETRY, 8),
        (NetworkError("Bad Gateway"), Delivery.RETRY, 2),
        (caused(NetworkError("Bad Gateway"), TelegramError("no JSON")), Delivery.RETRY, 2),
        (InvalidToken(), Delivery.RETRY, 60),
        (caused(TimedOut(), httpx.ReadTimeout("slow")), Delivery.UNCERTAIN, None),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("dropped")), Delivery.UNCERTAIN, None),
        (caused(NetworkError("x"), httpx.ReadError("reset")), Delivery.UNCERTAIN, None),
        (TelegramError("Invalid server response"), Delivery.UNCERTAIN, None),
        (ValueError("unforeseen"), Delivery.UNCERTAIN, None),
        (Forbidden("Forbidden: bot was blocked by the user"), Delivery.UNREACHABLE, None),
        (BadRequest("Bad Request: chat not found"), Delivery.FAILED, None),
        (ChatMigrated(-100), Delivery.FAILED, None),
    ],
)
async def test_what_a_failure_means(error: Exception, status: Delivery, pause: float | None) -> None:
    result, _ = await outcome(error, attempts=3)
    assert result.status == status
    assert result.error
    if pause is not None:
        assert result.retry_after_seconds == pause


async def test_unreadable_markup_goes_out_plain_at_once() -> None:
    result, line = await outcome(BadRequest("Bad Request: can't parse entities: x"), text="1 < 2")
    assert result.status == Delivery.SENT
    assert line.sent == [("7", "1 < 2", True)]


async def test_retry_of_a_long_message_sends_the_missing_parts_only() -> None:
    api, line = FakeApi(), FakeLine(None, RetryAfter(3))
    one = sender(api, line)
    item = outbox_item(text="un " * 1300 + "deux " * 800)
    await one.send(item)
    await one.send(item)
    assert [result.status for _, result in api.results] == [Delivery.RETRY, Delivery.SENT]
    assert api.results[1][1].message_ids == [1, 2]
    assert len(line.sent) == 2 and line.sent[0][1].startswith("un") and line.sent[1][1].endswith("deux")


async def test_doubt_about_one_part_does_not_hold_back_the_rest() -> None:
    result, line = await outcome(caused(TimedOut(), httpx.ReadTimeout("slow")), text="mot " * 2000)
    assert result.status == Delivery.UNCERTAIN
    assert len(line.sent) == 1


async def test_result_is_reported_until_the_api_takes_it() -> None:
    api, line = FakeApi(), FakeLine()
    api.down.add("report")
    sending = asyncio.create_task(sender(api, line).send(outbox_item()))
    await asyncio.sleep(0.2)
    api.down.clear()
    await sending
    assert [result.status for _, result in api.results] == [Delivery.SENT]
    assert len(line.sent) == 1


async def test_result_of_an_erased_message_is_let_go() -> None:
    api, line = FakeApi(), FakeLine()
    api.errors["report"] = NotFound("erased")
    await sender(api, line).send(outbox_item())
    assert len(api.called("report")) == 1


async def test_one_message_is_in_the_air_until_its_result_is_stored() -> None:
    api, line = FakeApi(), FakeLine(seconds=0.01)
    api.down.add("report")
    one = sender(api, line)
    sends = [asyncio.create_task(one.send(outbox_item(id=number, chat=str(number)))) for number in range(5)]
    await asyncio.sleep(0.4)
    assert len(line.sent) == 1, "nothing more is sent while nothing can be noted"
    api.down.clear()
    await asyncio.gather(*sends)
    assert line.most_in_the_air == 1
    assert [number for number, _ in api.results] == [0, 1, 2, 3, 4]


async def test_hanging_message_does_not_stop_the_others() -> None:
    api, line = FakeApi(), FakeLine(seconds=0.5)
    one = sender(api, line, Gate(patience_seconds=0.05, messages_per_second=10_000))
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(one.send(outbox_item(id=number, chat=str(number))) for number in range(5)))
    assert asyncio.get_running_loop().time() - started < 1
    assert line.most_in_the_air > 2


async def test_rate_stays_within_the_overall_limit() -> None:
    api, line = FakeApi(), FakeLine()
    one = sender(api, line, Gate(messages_per_second=100))
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(one.send(outbox_item(id=number, chat=str(number))) for number in range(30)))
    assert asyncio.get_running_loop().time() - started > 0.28
