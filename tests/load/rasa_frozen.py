"""Rasa frozen by SIGSTOP for 30 s while students keep asking: every answer within 10 s, then all is well again."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time

from tests.e2e.steps import WELCOME, is_sourced
from tests.e2e.system import System
from tests.load.report import QUESTIONS, options, percentile, running_system, show
from tests.telegram.client import NotSeen, Telegram

FIRST_CHAT = 4000
LIMIT_SECONDS = 10


async def ask_on(telegram: Telegram, chat: int, until: float) -> list[tuple[float, bool]]:
    """One student asks question after question; for each the seconds to the answer and whether it had its source."""
    student = telegram.student(chat)
    asked = []
    while time.monotonic() < until:
        begun = time.monotonic()
        await student.says(random.choice(QUESTIONS))
        try:
            message = await student.receives(timeout_seconds=30)
            if WELCOME in message.text:
                message = await student.receives(timeout_seconds=30)
            asked.append((time.monotonic() - begun, is_sourced(message)))
        except NotSeen:
            asked.append((30.0, False))
        await asyncio.sleep(random.uniform(0.5, 2))
    return asked


async def ask_all(system: System, chats: int, first: int, seconds: float) -> list[tuple[float, bool]]:
    async with system.telegram() as telegram:
        until = time.monotonic() + seconds
        asked = await asyncio.gather(*(ask_on(telegram, first + index, until) for index in range(chats)))
    return [one for student in asked for one in student]


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    with running_system(arguments) as system:
        return report(system, arguments)


def report(system: System, arguments: argparse.Namespace) -> int:
    with system.frozen("rasa"):
        frozen = asyncio.run(ask_all(system, arguments.chats, FIRST_CHAT, arguments.seconds))
    thawed = asyncio.run(ask_all(system, arguments.chats, 2 * FIRST_CHAT, 10))
    worst = max(seconds for seconds, _ in frozen)
    unsourced = sum(not sourced for _, sourced in frozen)
    failures = [f"the slowest answer took {worst:.1f} s"] if worst >= LIMIT_SECONDS else []
    return show(
        f"Rasa frozen for {arguments.seconds:.0f} s",
        [
            ("questions asked meanwhile", len(frozen)),
            ("answers within 10 s", sum(seconds < LIMIT_SECONDS for seconds, _ in frozen)),
            ("answers without a source", unsourced),
            ("seconds, median", percentile([s for s, _ in frozen], 0.5)),
            ("seconds, slowest", worst),
            ("afterwards: questions", len(thawed)),
            ("afterwards: seconds, median", percentile([s for s, _ in thawed], 0.5)),
            ("afterwards: seconds, slowest", max(s for s, _ in thawed)),
        ],
        failures,
    )


if __name__ == "__main__":
    sys.exit(main())
