"""A whole Passerelle of its own: the stand-in Bot API server and everything that `make run` starts.

It has its own data folder and free ports, so that several run side by side. Rasa's trained model and the cached
vectors are copied from the checkout's own `var/`: both are keyed by the hash of what they were made from.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from tests.e2e.costly import ROOT, copy_what_is_costly
from tests.ports import free_port
from tests.telegram.client import Telegram
from tests.telegram.settings import TOKEN

WEBHOOK_SECRET = "secret-of-the-webhook"
START_SECONDS = 180
"""How long the parts may take to answer on a machine that has other things to do as well."""
STOP_SECONDS = 10
"""What `make run` promises."""


@dataclass
class System:
    """Starts on entry, stops on exit; the addresses and ways to look inside are in between."""

    data_dir: Path
    webhook: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    """Settings beyond those that every system gets."""
    telegram_url: str = ""

    def __post_init__(self) -> None:
        self.api_port, self.rasa_port, self.actions_port, self.webhook_port = (free_port() for _ in range(4))
        self._stand_in: subprocess.Popen[str] | None = None
        self._launcher: subprocess.Popen[bytes] | None = None

    @property
    def api_url(self) -> str:
        """Where the api answers."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def rasa_url(self) -> str:
        """Where Rasa answers."""
        return f"http://127.0.0.1:{self.rasa_port}"

    def __enter__(self) -> Self:
        try:
            self._start_stand_in()
            self._start_launcher()
            self.wait_until_healthy(START_SECONDS)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds, left = self._stop()
        if error is None:
            assert not left, f"left behind: {left}"
            assert seconds < STOP_SECONDS, f"the stop took {seconds:.1f} s"

    # --- starting and stopping

    def _start_stand_in(self) -> None:
        self._stand_in = subprocess.Popen(
            [sys.executable, "-m", "tests.telegram", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._stand_in.stdout is not None
        self.telegram_url = self._stand_in.stdout.readline().strip()

    def _start_launcher(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        copy_what_is_costly(self.data_dir)
        output = (self.data_dir / "launcher.log").open("wb")
        with output:
            self._launcher = subprocess.Popen(
                [sys.executable, "ops/start.py"],
                cwd=ROOT,
                env=self._settings(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _settings(self) -> dict[str, str]:
        settings = {
            **os.environ,
            "PASSERELLE_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": f"sqlite:///{self.database_path}",
            "API_HOST": "127.0.0.1",
            "API_PORT": str(self.api_port),
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.telegram_url,
        }
        if self.webhook:
            settings |= {
                "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{self.webhook_port}/telegram",
                "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "TELEGRAM_WEBHOOK_HOST": "127.0.0.1",
                "TELEGRAM_WEBHOOK_PORT": str(self.webhook_port),
            }
        return settings | self.environment

    def _stop(self) -> tuple[float, list[str]]:
        """Stop everything; how long the launcher took, and what it left behind (which is killed)."""
        begun = time.monotonic()
        family: list[psutil.Process] = []
        if self._launcher is not None and self._launcher.poll() is None:
            family = psutil.Process(self._launcher.pid).children(recursive=True)
            self._launcher.terminate()
            try:
                self._launcher.wait(3 * STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._launcher.kill()
        seconds = time.monotonic() - begun
        _, alive = psutil.wait_procs(family, timeout=0.5)
        left = [" ".join(process.cmdline()) for process in alive if process.is_running()]
        for process in alive:
            process.kill()
        if self._stand_in is not None:
            self._stand_in.terminate()
            self._stand_in.wait(10)
        return seconds, left

    # --- looking at it

    def telegram(self) -> Telegram:
        """The control side of the stand-in server, for one event loop."""
        return Telegram(self.telegram_url)

    def health(self) -> httpx.Response:
        """`GET /health`."""
        return httpx.get(f"{self.api_url}/health", timeout=10)

    def wait_until_healthy(self, timeout_seconds: float = 60) -> None:
        """Until every part answers; the logs are in the error otherwise."""
        deadline = time.monotonic() + timeout_seconds
        state = "no answer"
        while time.monotonic() < deadline:
            if self._launcher is not None and self._launcher.poll() is not None:
                raise AssertionError(f"the launcher ended with {self._launcher.returncode}: {self.tail('../launcher')}")
            try:
                answer = self.health()
                if answer.status_code == 200:
                    return
                state = answer.text
            except httpx.HTTPError as error:
                state = repr(error)
            time.sleep(0.2)
        raise AssertionError(f"not healthy after {timeout_seconds} s: {state}\n{self.tail('api')}\n{self.tail('bot')}")

    def tail(self, name: str, characters: int = 2000) -> str:
        """The end of a process's log."""
        path = self.data_dir / "log" / f"{name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else f"{path} is absent"

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "passerelle.db"

    def wal(self) -> bytes:
        """The raw bytes of what SQLite has not yet written into the file itself."""
        path = self.database_path.with_name(f"{self.database_path.name}-wal")
        return path.read_bytes() if path.exists() else b""

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Read the database."""
        connection = sqlite3.connect(f"file:{self.database_path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, parameters).fetchall()
        finally:
            connection.close()

    def add_tutor(self, name: str, email: str, *, coordinator: bool = False) -> httpx.Client:
        """A tutor made with the command line; their way to the REST api."""
        command = [sys.executable, "-m", "api", "tutors", "add", email, "--name", name]
        command += ["--coordinator"] if coordinator else []
        done = subprocess.run(command, cwd=ROOT, env=self._settings(), capture_output=True, text=True, check=True)
        [token] = [line.removeprefix("token: ") for line in done.stdout.splitlines() if line.startswith("token: ")]
        return httpx.Client(
            base_url=f"{self.api_url}/v1", headers={"Authorization": f"Bearer {token.strip()}"}, timeout=20
        )

    # --- its processes

    def pid(self, name: str) -> int:
        """The process id of `api`, `bot`, `actions` or `rasa`; 0 while it is down."""
        return int(self._supervisor("getProcessInfo", f"passerelle:{name}")["pid"])

    def kill(self, name: str) -> None:
        """SIGKILL, as soon as it runs; the process manager starts it again."""
        deadline = time.monotonic() + 60
        while not (pid := self.pid(name)):
            assert time.monotonic() < deadline, f"{name} does not come back"
            time.sleep(0.05)
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in _family(pid):
                process.kill()

    def stop(self, name: str) -> None:
        """Stop a process for as long as it takes."""
        self._supervisor("stopProcess", f"passerelle:{name}")

    def start(self, name: str) -> None:
        """Start it again."""
        self._supervisor("startProcess", f"passerelle:{name}", False)

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Without one of the processes; afterwards the system is whole again."""
        self.stop(name)
        try:
            yield
        finally:
            self.start(name)
            self.wait_until_healthy()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """With a process that hangs (SIGSTOP); afterwards the system is whole again."""
        family = _family(self.pid(name))
        for process in family:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in family:
                process.send_signal(signal.SIGCONT)
            self.wait_until_healthy()

    def memory_bytes(self) -> dict[str, int]:
        """Proportional set size of each process with its children."""
        names = ("api", "bot", "actions", "rasa")
        return {name: sum(p.memory_full_info().pss for p in _family(self.pid(name))) for name in names}

    def _supervisor(self, call: str, *arguments: object) -> Any:
        path = self.data_dir / "run" / "supervisor.sock"
        if not path.exists():
            assert self._launcher is not None
            path = Path(psutil.Process(self._launcher.pid).environ()["PASSERELLE_SOCKET"])
        transport = SupervisorTransport(None, None, f"unix://{path}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            return getattr(proxy.supervisor, call)(*arguments)


def _family(pid: int) -> list[psutil.Process]:
    """A process and its children."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
