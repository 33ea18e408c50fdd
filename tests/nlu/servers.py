"""Starts what a real conversation needs: the Rasa server, the action server, and a small api in their back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
NLU = ROOT / "nlu"
NLU_PYTHON = NLU / ".venv" / "bin" / "python"
READY_SECONDS = 120


def trained(data_dir: Path) -> None:
    """Put the model of the present training data under `data_dir`: the one that `make train` left, or a new one."""
    environment = {**os.environ, "PASSERELLE_DATA_DIR": str(data_dir)}
    command = [str(NLU_PYTHON), str(NLU / "train.py")]
    target = Path(subprocess.check_output([*command, "--path"], env=environment, text=True).strip())
    ready = ROOT / "var" / "models" / target.name
    if ready.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ready, target)
    subprocess.run(command, env=environment, check=True, timeout=280)


class SmallApi:
    """The routes of the api that the actions call. Every question is known; what was asked is kept."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.tutor_requests: list[str | None] = []
        self.profiles: list[dict[str, str]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/v1/answers":
                    self.answer(200, api.answers(parse_qs(parts.query)["q"][0]))
                elif parts.path == "/v1/entries/gone":
                    self.answer(404, {"type": "EntryUnknown", "title": "", "status": 404, "detail": "gone"})
                else:
                    self.answer(200, {"kind": "answer", "text": f"Fiche {unquote(parts.path.rsplit('/', 1)[-1])}"})

            def do_POST(self) -> None:
                api.tutor_requests.append(self.body()["question"])
                self.answer(200, {"outcome": "opened", "escalation_id": "e1", "reply": {"text": "Transmis."}})

            def do_PATCH(self) -> None:
                said = {name: value for name, value in self.body().items() if value}
                api.profiles.append(said)
                self.answer(200, said)

            def body(self) -> Any:
                return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

            def answer(self, status: int, body: Any) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answers(self, question: str) -> dict[str, Any]:
        """An answer that says what was searched."""
        self.questions.append(question)
        entry = {"id": question[:80], "title": "", "text": "", "score": 0.9, "sources": []}
        return {"outcome": "answer", "entries": [entry], "reply": {"kind": "answer", "text": f"cherché : {question}"}}

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Rasa:
    """A running Rasa server and its action server."""

    def __init__(self, api: SmallApi, data_dir: Path, **environment: str) -> None:
        self.api = api
        self.port, self.actions_port = free_port(), free_port()
        self.log = data_dir / f"rasa-{self.port}.log"
        self._environment = {
            **os.environ,
            "PASSERELLE_DATA_DIR": str(data_dir),
            "PASSERELLE_SECRET_KEY": "secret",
            "API_HOST": "127.0.0.1",
            "API_PORT": str(api.port),
            "RASA_PORT": str(self.port),
            "ACTIONS_PORT": str(self.actions_port),
            "REDIS_URL": "",
            **environment,
        }
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)
        self.actions = self._start([sys.executable, "-m", "actions"])
        self.rasa = self._start([str(NLU / "serve.sh")])

    def wait_until_ready(self) -> None:
        """Return once both servers answer."""
        deadline = time.monotonic() + READY_SECONDS
        for url in (f"http://127.0.0.1:{self.actions_port}/health", f"http://127.0.0.1:{self.port}/status"):
            while True:
                try:
                    if httpx.get(url, timeout=2, trust_env=False).is_success:
                        break
                except httpx.TransportError:
                    pass
                if time.monotonic() > deadline or self.rasa.poll() is not None:
                    raise RuntimeError(f"{url} does not answer:\n{self.log.read_text()[-2000:]}")
                time.sleep(0.2)

    def say(self, conversation: str, text: str, **profile: str) -> list[dict[str, Any]]:
        """What the REST channel answers to these words."""
        body = {"sender": conversation, "message": text, "metadata": {"profile": profile}}
        response = self.http.post("/webhooks/rest/webhook", json=body)
        response.raise_for_status()
        said: list[dict[str, Any]] = response.json()
        return said

    def intent(self, text: str) -> str:
        """How the server understands a message."""
        name: str = self.http.post("/model/parse", json={"text": text}).json()["intent"]["name"]
        return name

    def tracker(self, conversation: str) -> dict[str, Any]:
        """What the server remembers of a conversation."""
        found: dict[str, Any] = self.http.get(f"/conversations/{conversation}/tracker").json()
        return found

    def restart_actions(self) -> None:
        """Start the action server again after `actions` was ended."""
        self.actions = self._start([sys.executable, "-m", "actions"])
        self.wait_until_ready()

    def close(self) -> None:
        """End both servers."""
        self.http.close()
        for process in (self.rasa, self.actions):
            process.terminate()
        for process in (self.rasa, self.actions):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)


@contextmanager
def running(data_dir: Path, **environment: str) -> Iterator[Rasa]:
    """A trained and ready Rasa server for the length of a block."""
    trained(data_dir)
    api = SmallApi()
    rasa = Rasa(api, data_dir, **environment)
    try:
        rasa.wait_until_ready()
        yield rasa
    finally:
        rasa.close()
        api.close()
