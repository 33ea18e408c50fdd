"""Seconds from a student's message to the first answer, and where they go: idle; 20 chats side by side that read
what they get; and 20 chats that ask again at once, which shows how much the machine can take.

The way is cut into: update → stored in the inbox → answered by the bot (Rasa, actions, base) → sent. Rasa's own
turn and the base's search are timed directly as well, one request at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
import uuid
from datetime import datetime

import httpx

from tests.e2e.steps import WELCOME, Tutor
from tests.e2e.system import System
from tests.load.report import QUESTIONS, options, percentile, running_system, show
from tests.telegram.client import Telegram

FIRST_CHAT = 5000


async def ask(telegram: Telegram, chat: int, rounds: int, pause_seconds: float) -> list[float]:
    """One known student asks one question after the other, with a pause of about so long between."""
    student = telegram.student(chat)
    await student.says("bonjour")
    await student.receives(WELCOME, timeout_seconds=30)
    await student.receives(timeout_seconds=30)
    seconds = []
    for number in range(rounds):
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause_seconds)
        begun = time.time()
        await student.says(QUESTIONS[(chat + number) % len(QUESTIONS)])
        seconds.append((await student.receives(timeout_seconds=60)).at - begun)
    return seconds


def stages(system: System, first: int, chats: int) -> list[tuple[float, float]]:
    """For each answered question of these chats: seconds in the inbox until the reply is there, and to its sending."""
    rows = system.rows(
        "SELECT inbox.received_at, outbox.created_at, outbox.sent_at FROM outbox"
        " JOIN inbox ON inbox.id = outbox.inbox_id JOIN chats ON chats.id = outbox.chat_id"
        " WHERE outbox.sent_at IS NOT NULL AND CAST(chats.external_id AS INTEGER) BETWEEN ? AND ?",
        first,
        first + chats - 1,
    )
    moments = [[datetime.fromisoformat(str(moment)) for moment in row] for row in rows]
    return [
        ((created - received).total_seconds(), (sent - created).total_seconds()) for received, created, sent in moments
    ]


async def time_rasa(system: System, rounds: int) -> list[float]:
    """Seconds of a whole turn of Rasa, actions and search included."""
    seconds = []
    async with httpx.AsyncClient(base_url=system.rasa_url, timeout=30) as client:
        sender = str(uuid.uuid4())
        for number in range(rounds):
            begun = time.monotonic()
            body = {"sender": sender, "message": QUESTIONS[number % len(QUESTIONS)], "metadata": {"profile": {}}}
            (await client.post("/webhooks/rest/webhook", json=body)).raise_for_status()
            seconds.append(time.monotonic() - begun)
    return seconds[1:]


async def time_parse(system: System, rounds: int) -> list[float]:
    """Seconds of Rasa's understanding alone."""
    seconds = []
    async with httpx.AsyncClient(base_url=system.rasa_url, timeout=30) as client:
        for number in range(rounds):
            begun = time.monotonic()
            body = {"text": QUESTIONS[number % len(QUESTIONS)]}
            (await client.post("/model/parse", json=body)).raise_for_status()
            seconds.append(time.monotonic() - begun)
    return seconds[1:]


def time_answers(tutor: Tutor, rounds: int) -> list[float]:
    """Seconds of `GET /v1/answers`."""
    seconds = []
    for number in range(rounds):
        begun = time.monotonic()
        tutor.client.get("/answers", params={"q": QUESTIONS[number % len(QUESTIONS)]}).raise_for_status()
        seconds.append(time.monotonic() - begun)
    return seconds[1:]


def spread(name: str, values: list[float]) -> tuple[str, str]:
    p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
    return name, f"p50 {p50:.3f}  p95 {p95:.3f}  max {max(values, default=0):.3f}  (n = {len(values)})"


async def ask_side_by_side(system: System, first: int, chats: int, rounds: int, pause_seconds: float) -> list[float]:
    async with system.telegram() as telegram:
        asked = await asyncio.gather(*(ask(telegram, first + index, rounds, pause_seconds) for index in range(chats)))
    return [seconds for one in asked for seconds in one]


def report(system: System, arguments: argparse.Namespace) -> int:
    tutor = Tutor("Camille", system.add_tutor("Camille", "camille@example.org"))
    rows: list[tuple[str, object]] = []
    many = f"{arguments.chats} chats, a pause of {arguments.pause:g} s"
    rushed = f"{arguments.chats} chats without a pause"
    for name, first, chats, pause in (
        ("idle", FIRST_CHAT, 1, 0.5),
        (many, 2 * FIRST_CHAT, arguments.chats, arguments.pause),
        (rushed, 3 * FIRST_CHAT, arguments.chats, 0),
    ):
        rounds = arguments.rounds * 3 if chats == 1 else arguments.rounds
        seconds = asyncio.run(ask_side_by_side(system, first, chats, rounds, pause))
        inside = stages(system, first, chats)
        rows.append(spread(f"{name}: message → first answer", seconds))
        rows.append(spread(f"{name}:   inbox → replies stored", [one for one, _ in inside]))
        rows.append(spread(f"{name}:   replies stored → sent", [one for _, one in inside]))
    rows.append(spread("Rasa, a whole turn", asyncio.run(time_rasa(system, 20))))
    rows.append(spread("Rasa, understanding alone", asyncio.run(time_parse(system, 20))))
    rows.append(spread("GET /v1/answers", time_answers(tutor, 20)))
    memory = {name: round(size / 2**20) for name, size in system.memory_bytes().items()}
    rows.append(("memory, MB (PSS)", f"{memory}  together {sum(memory.values())}"))
    return show("seconds to the first answer", rows)


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10, help="questions of each chat")
    parser.add_argument("--pause", type=float, default=5, help="seconds between an answer and the next question")
    arguments = parser.parse_args()
    with running_system(arguments) as system:
        return report(system, arguments)


if __name__ == "__main__":
    sys.exit(main())
