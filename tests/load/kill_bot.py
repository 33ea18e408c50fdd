"""200 messages from 20 chats while the bot (or the api) is killed again and again: nothing lost, little repeated.

Each chat writes its questions one by one without waiting; the victim dies by SIGKILL at random instants until all
kills are done. Afterwards every message must have its answer, with at most one repeated message for each kill.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter, defaultdict

from tests.e2e.steps import WELCOME, is_sourced
from tests.e2e.system import System
from tests.load.report import QUESTIONS, options, running_system, show
from tests.telegram.chats import Sent
from tests.telegram.client import NotSeen, Telegram

FIRST_CHAT = 1000
SETTLE_SECONDS = 5


async def write(telegram: Telegram, chats: int, each: int, seconds: float) -> None:
    """All chats write side by side, their messages spread over the time."""

    async def one(chat: int) -> None:
        for number in range(each):
            await asyncio.sleep(random.uniform(0, 2 * seconds / each))
            await telegram.text(chat, QUESTIONS[(chat + number) % len(QUESTIONS)])

    await asyncio.gather(*(one(FIRST_CHAT + index) for index in range(chats)))


async def kill(system: System, victim: str, kills: int, seconds: float) -> None:
    """SIGKILL at random instants over the time; a victim that is still down is waited for."""
    for _ in range(kills):
        await asyncio.sleep(random.uniform(0.2, 2 * seconds / kills))
        await asyncio.to_thread(system.kill, victim)


def count(messages: list[Sent], expected: dict[int, int]) -> tuple[int, int, int]:
    """How many answers there are, how many are missing, how many too many; the first-contact line apart."""
    answers = Counter(one.chat_id for one in messages if WELCOME not in one.text)
    missing = sum(max(0, wanted - answers[chat]) for chat, wanted in expected.items())
    surplus = sum(max(0, answers[chat] - wanted) for chat, wanted in expected.items())
    return sum(answers.values()), missing, surplus


def missing_by_text(messages: list[Sent], chats: int, each: int) -> int:
    """How many questions lack an answer of their own, whatever was said twice; an apology stands for one."""
    seen: dict[int, set[str]] = defaultdict(set)
    for one in messages:
        if WELCOME not in one.text:
            seen[one.chat_id].add(one.text if is_sourced(one) else f"apology {one.message_id}")
    wanted = {
        chat: len({QUESTIONS[(chat + number) % len(QUESTIONS)] for number in range(each)})
        for chat in range(FIRST_CHAT, FIRST_CHAT + chats)
    }
    return sum(max(0, number - len(seen[chat])) for chat, number in wanted.items())


async def run(system: System, arguments: argparse.Namespace) -> int:
    expected = {FIRST_CHAT + index: arguments.each for index in range(arguments.chats)}
    total = sum(expected.values())
    async with system.telegram() as telegram:
        await telegram.configure(retry_scale=0.5)
        begun = time.monotonic()
        await asyncio.gather(
            write(telegram, arguments.chats, arguments.each, arguments.seconds),
            kill(system, arguments.victim, arguments.kills, arguments.seconds),
        )
        with contextlib.suppress(NotSeen):
            await telegram.wait_until(
                lambda messages: count(messages, expected)[1] == 0, timeout_seconds=arguments.patience
            )
        took = time.monotonic() - begun
        await asyncio.sleep(SETTLE_SECONDS)
        messages = await telegram.messages()
        state = await telegram.state()
    answers, missing, surplus = count(messages, expected)
    kills = arguments.kills
    unsourced = sum(WELCOME not in one.text and not is_sourced(one) for one in messages)
    lines = Counter(one.chat_id for one in messages if WELCOME in one.text)
    repeated = surplus + sum(number - 1 for number in lines.values())
    lacking = max(missing, missing_by_text(messages, arguments.chats, arguments.each))
    unsure = system.rows("SELECT status, count(*) FROM outbox WHERE status <> 'sent' GROUP BY status")
    failures = []
    if lacking:
        failures.append(f"{lacking} messages without an answer")
    if repeated > kills:
        failures.append(f"{repeated} repeated messages for {kills} kills")
    if state.waiting:
        failures.append(f"{state.waiting} updates were never confirmed")
    if state.offences:
        failures.append(f"offences: {state.offences}")
    return show(
        f"{arguments.victim} killed, {arguments.mode}",
        [
            ("messages written", total),
            ("kills", kills),
            ("answers", answers),
            ("messages without an answer", lacking),
            ("answers without a source", unsourced),
            ("repeated messages", repeated),
            ("chats without the first-contact line", arguments.chats - len(lines)),
            ("outbox rows not sent", dict(unsure)),
            ("seconds until the last answer", took),
        ],
        failures,
    )


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--victim", choices=["bot", "api"], default="bot")
    parser.add_argument("--chats", type=int, default=20)
    parser.add_argument("--each", type=int, default=10, help="messages of each chat, at most 10")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60, help="over which writing and killing are spread")
    parser.add_argument("--patience", type=float, default=180, help="seconds to wait for the last answer")
    arguments = parser.parse_args()
    with running_system(arguments) as system:
        return asyncio.run(run(system, arguments))


if __name__ == "__main__":
    sys.exit(main())
