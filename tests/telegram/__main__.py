"""`python -m tests.telegram --port 8081`: the stand-in server in its own process, until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal

from tests.telegram.server import running_server
from tests.telegram.settings import TOKEN, Settings


async def run(host: str, port: int, token: str) -> None:
    """Serve until SIGTERM or SIGINT; the address is printed on a line of its own."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with running_server(Settings(token=token), host, port) as telegram:
        print(telegram.url, flush=True)
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A strict stand-in for Telegram's Bot API server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN, help="the bot token to accept (default: %(default)s)")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.host, arguments.port, arguments.token))


if __name__ == "__main__":
    main()
