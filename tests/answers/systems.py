"""Each system in processes of its own, one after the other; what is slow to make is kept in var/bench/."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from knowledge.encoder import E5Encoder
from tests.answers.job import Answering, Job

ROOT = Path(__file__).resolve().parents[2]
RASA = Path(__file__).with_name("rasa")
RASA_MODEL = "model.tar.gz"


class Failed(Exception):
    """Something could not be measured; the message says why."""


class Skipped(Failed):
    """What it needs cannot be had on this machine: no fault of ours."""


class Made(BaseModel):
    """What making something took, and how busy the machine was meanwhile (load of the last minutes)."""

    seconds: float
    load: float


@dataclass(frozen=True)
class Workshop:
    """Where the processes find their job and keep what they made."""

    folder: Path
    job: Job
    bench: Path

    @property
    def parsed(self) -> Path:
        """Where the entries lie as they were read, for those that need nothing else."""
        return self.folder / "parsed"

    def child(self, task: str, kept: Path) -> str:
        """The result of a task of tests/answers/child.py; Failed where it ends badly."""
        result = self.folder / f"{task}.json"
        command = [sys.executable, "-m", "tests.answers.child", task, str(self.job_file()), str(kept), str(result)]
        _run(command)
        return result.read_text(encoding="utf-8")

    def job_file(self) -> Path:
        """The job, written once."""
        path = self.folder / "job.json"
        if not path.exists():
            path.write_text(self.job.model_dump_json(), encoding="utf-8")
        return path

    def made(self, name: str, ingredients: Sequence[bytes], make: Callable[[Path], None]) -> tuple[Path, Made]:
        """The folder of what was made of these ingredients; made now if it is not there yet, all or nothing."""
        digest = hashlib.sha256(b"\0".join(ingredients)).hexdigest()[:16]
        target = self.bench / f"{name}-{digest}"
        note = target / "made.json"
        if not note.exists():
            self.bench.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=self.bench, prefix=f".{name}-"))
            try:
                begun = time.monotonic()
                make(draft)
                seconds = time.monotonic() - begun
                text = Made(seconds=seconds, load=os.getloadavg()[1]).model_dump_json()
                (draft / note.name).write_text(text, encoding="utf-8")
                for old in self.bench.glob(f"{name}-*"):
                    shutil.rmtree(old)
                draft.replace(target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return target, Made.model_validate_json(note.read_text(encoding="utf-8"))

    def vectors(self) -> tuple[Path, Made]:
        """The caches of a first start, which `ours` and `e5` share."""
        files = [path.read_bytes() for path in sorted(self.job.content.rglob("*.yml"))]
        return self.made(
            "base", [E5Encoder.version.encode(), *files], lambda folder: _discard(self.child("make", folder))
        )

    def in_python(self, name: str) -> tuple[Answering, Made | None]:
        """Ours, or a peer that lives in our own environment."""
        kept, made = self.vectors() if name in ("ours", "e5") else (self.parsed, None)
        return Answering.model_validate_json(self.child(name, kept)), made

    def rasa(self) -> tuple[Answering, Made]:
        """Rasa with TensorFlow, in its own environment; Skipped where that cannot be installed."""
        python = rasa_python(self.bench)
        learned = self.job.model_dump_json(include={"phrasings", "off_topic"}).encode()
        peer = str(RASA / "peer.py")
        ingredients = [learned, (RASA / "config.yml").read_bytes(), (RASA / "uv.lock").read_bytes()]

        def train(folder: Path) -> None:
            _run([python, peer, "train", str(self.job_file()), str(folder / RASA_MODEL)], quiet=True)

        kept, made = self.made("model", ingredients, train)
        result = self.folder / "rasa.json"
        _run([python, peer, "answer", str(self.job_file()), str(kept / RASA_MODEL), str(result)], quiet=True)
        return Answering.model_validate_json(result.read_text(encoding="utf-8")), made


def rasa_python(bench: Path) -> str:
    """The Python of Rasa's environment, installed from its lock file where it is not; 2.5 GB."""
    environment = bench / "rasa"
    command = [_uv(), "sync", "--quiet", "--frozen", "--project", str(RASA)]
    surroundings = os.environ | {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_NO_PROGRESS": "1"}
    done = subprocess.run(command, env=surroundings, cwd=RASA, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"its environment cannot be installed: {_last_line(done.stderr)}")
    return str(environment / "bin" / "python")


def _uv() -> str:
    """As in ops/setup.sh: `uv` on the PATH may be a shim that answers in one folder and not in another."""
    for candidate in ("uv", str(ROOT / ".tools" / "bin" / "uv")):
        try:
            subprocess.run([candidate, "--version"], cwd=RASA, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    raise Skipped("uv is missing: run « make setup »")


def _run(command: Sequence[str], quiet: bool = False) -> None:
    """Runs to the end; Failed with the last line of what it said where it ends badly."""
    streams = subprocess.PIPE if quiet else None
    done = subprocess.run(command, cwd=ROOT, stdout=streams, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failed(f"it ended badly: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "without a word"


def _discard(_: str) -> None:
    """The result of a task that has none."""
