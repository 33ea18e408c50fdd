"""20 replies of a tutor to each of 5 chats, under a strict limit of 1 message a second and chat: all arrive."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from tests.e2e.steps import TRANSMITTED, Tutor
from tests.e2e.system import System
from tests.load.report import options, running_system, show
from tests.telegram.chats import Sent
from tests.telegram.client import NotSeen, Student

FIRST_CHAT = 3000


async def open_case(student: Student) -> None:
    await student.says(f"/tuteur question numéro {student.chat}")
    await student.receives(TRANSMITTED, timeout_seconds=30)


def number_of(message: Sent) -> int:
    """Which reply a message is."""
    return int(message.text.split("réponse ")[1].split(" ")[0])


async def run(system: System, arguments: argparse.Namespace) -> int:
    tutor = Tutor("Camille", system.add_tutor("Camille", "camille@example.org"))
    numbers = range(1, arguments.replies + 1)
    async with system.telegram() as telegram:
        students = [telegram.student(FIRST_CHAT + index) for index in range(arguments.chats)]
        await asyncio.gather(*(open_case(student) for student in students))
        cases = {s.chat: tutor.claims(f"question numéro {s.chat}") for s in students}
        for student in students:
            await student.receives("Camille te répond")
        await telegram.configure(chat_interval_seconds=1)
        begun = time.monotonic()
        for number in numbers:
            for student in students:
                await asyncio.to_thread(tutor.writes, cases[student.chat], f"réponse {number} !")
        posted = time.monotonic() - begun

        try:
            messages = await telegram.wait_until(
                lambda seen: sum("réponse" in one.text for one in seen) >= len(students) * len(numbers),
                timeout_seconds=arguments.patience,
            )
        except NotSeen:
            messages = await telegram.messages()
        took = time.monotonic() - begun
        state = await telegram.state()
    arrived = [(one.chat_id, number_of(one)) for one in messages if "réponse" in one.text]
    expected = {(student.chat, number) for student in students for number in numbers}
    disordered = 0
    for student in students:
        got = [number for chat, number in arrived if chat == student.chat]
        disordered += got != sorted(got)
    lost = len(expected - set(arrived))
    surplus = len(arrived) - len(set(arrived))
    attempts = state.calls["sendMessage"] - state.sent
    failures = [f"{lost} lost"] if lost else []
    failures += [f"{surplus} repeated"] if surplus else []
    failures += [f"{disordered} chats out of order"] if disordered else []
    failures += [f"offences: {state.offences}"] if state.offences else []
    return show(
        "a strict limit of 1 message a second and chat",
        [
            ("chats × replies", f"{len(students)} × {len(numbers)}"),
            ("lost", lost),
            ("repeated", surplus),
            ("chats out of order", disordered),
            ("answers 429", attempts),
            ("429 whose wait was not kept", state.offences.get("retry_after not waited for", 0)),
            ("seconds until all were written by the tutor", posted),
            ("seconds until all had arrived", took),
        ],
        failures,
    )


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, default=5)
    parser.add_argument("--replies", type=int, default=20)
    parser.add_argument("--patience", type=float, default=120, help="seconds to wait for the last reply")
    arguments = parser.parse_args()
    with running_system(arguments) as system:
        return asyncio.run(run(system, arguments))


if __name__ == "__main__":
    sys.exit(main())
