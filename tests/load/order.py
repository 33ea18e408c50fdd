"""50 chats × 20 messages, each update three times and out of order: one answer each, each chat in order.

A message asks for one entry by a button's payload, so that the answer says which message it belongs to.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from typing import Any

from tests.e2e.steps import WELCOME
from tests.e2e.system import System
from tests.load.report import options, running_system, show
from tests.telegram.client import NotSeen, Telegram

FIRST_CHAT = 2000
COMMANDS = ("/aide", "/confidentialite", "/supprimer", "/start", "/annuler")
"""Answered by the bot itself: their answers can be told apart, and Rasa does not set the pace."""


def script(chat: int, each: int) -> list[str]:
    """What a chat writes: a sequence of its own."""
    return [COMMANDS[(chat + number * number) % len(COMMANDS)] for number in range(each)]


async def learn_answers(telegram: Telegram) -> dict[str, str]:
    """What the bot says to each command."""
    student = telegram.student(FIRST_CHAT - 1)
    await student.says("/start")
    await student.receives(WELCOME, timeout_seconds=20)
    answers = {"/start": (await student.receives(timeout_seconds=20)).text}
    for command in COMMANDS:
        if command not in answers:
            await student.says(command)
            answers[command] = (await student.receives(timeout_seconds=20)).text
    return answers


def shuffled(updates: list[dict[str, Any]], times: int) -> list[dict[str, Any]]:
    """Each update so many times, none further than a dozen places from where it belongs."""
    placed = [(index + random.uniform(-12, 12), update) for index, update in enumerate(updates) for _ in range(times)]
    return [update for _, update in sorted(placed, key=lambda pair: pair[0])]


async def run(system: System, arguments: argparse.Namespace) -> int:
    chats = range(FIRST_CHAT, FIRST_CHAT + arguments.chats)
    async with system.telegram() as telegram:
        answers = await learn_answers(telegram)
        held = [
            await telegram.text(chat, script(chat, arguments.each)[number], hold=True)
            for number in range(arguments.each)
            for chat in chats
        ]
        begun = time.monotonic()
        await telegram.deliver(shuffled(held, arguments.times))
        wanted = len(answers) + 1 + len(held) + len(chats)
        with contextlib.suppress(NotSeen):
            await telegram.wait_for(wanted, timeout_seconds=arguments.patience)
        took = time.monotonic() - begun
        await asyncio.sleep(3)
        messages = await telegram.messages()
        state = await telegram.state()
    wrong = lost = surplus = 0
    for chat in chats:
        got = [one.text for one in messages if one.chat_id == chat and WELCOME not in one.text]
        expected = [answers[command] for command in script(chat, arguments.each)]
        wrong += got != expected
        lost += (Counter(expected) - Counter(got)).total()
        surplus += (Counter(got) - Counter(expected)).total()
    failures = [f"{wrong} chats out of order"] if wrong and arguments.mode == "polling" else []
    failures += [f"{lost} messages without an answer"] if lost else []
    failures += [f"{surplus} answers too many"] if surplus else []
    failures += [f"offences: {state.offences}"] if state.offences else []
    return show(
        f"each update {arguments.times} times and out of order, {arguments.mode}",
        [
            ("chats × messages", f"{arguments.chats} × {arguments.each}"),
            ("messages without an answer", lost),
            ("answers too many", surplus),
            ("chats whose answers are out of order", wrong),
            ("seconds", took),
            ("messages sent a second", (len(messages) - len(answers) - 1) / took),
        ],
        failures,
    )


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--patience", type=float, default=180, help="seconds to wait for the last answer")
    arguments = parser.parse_args()
    with running_system(arguments) as system:
        return asyncio.run(run(system, arguments))


if __name__ == "__main__":
    sys.exit(main())
