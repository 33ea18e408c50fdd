"""What runs in a process of its own, so that memory and warm caches are nobody else's.

`python -m tests.answers.child TASK JOB KEPT RESULT`: TASK is `make`, `make-e5`, `start`, `index`, `scale` or a system;
KEPT is the folder of what was made before; RESULT gets the answer as JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import psutil
from pydantic import BaseModel

from knowledge import open_base
from knowledge.calibration import CALIBRATION_FILE, load_calibration
from knowledge.encoder import E5Encoder
from knowledge.evaluation import ask_all
from knowledge.index import Index
from knowledge.loader import Content, load_content
from knowledge.parsed import ParsedEntries
from knowledge.questions import Question
from knowledge.vectors import VectorCache
from tests.answers.job import Answering, Job, Reply
from tests.answers.peers import DEPTH, Bm25, CharacterTfidf, Peer, SentenceVectors
from tests.answers.scale import measure_scale

WARM_UP = 3
SCALE_QUESTIONS = 100


class Took(BaseModel):
    """Seconds, everything already known to the caches on disk, nothing to the process."""

    seconds: float


def make(job: Job, kept: Path) -> None:
    """Reads and encodes everything, as a first start does."""
    open_base(job.content, kept).close()


def make_e5(job: Job, kept: Path) -> None:
    """Encodes the phrasings as they are typed."""
    encoder = E5Encoder()
    vectors = VectorCache(kept, encoder)
    SentenceVectors(_content(job, kept), vectors, encoder)
    vectors.save()


def start(job: Job, kept: Path) -> Took:
    """Until the whole base serves: files, index, directories."""
    begun = perf_counter()
    open_base(job.content, kept).close()
    return Took(seconds=perf_counter() - begun)


def ours(job: Job, kept: Path) -> Answering:
    """The search as it is shipped, with its calibration; it decides by itself."""
    content = _content(job, kept)
    index, ready_seconds = _ours(content, kept)
    encoder = E5Encoder()
    calibration = load_calibration(CALIBRATION_FILE, encoder.version)
    asked = [Question(text=text, split="tuning") for text in job.questions]
    ask_all(asked[:WARM_UP], index, encoder, calibration)
    replies = [
        Reply(
            found=tuple((name, verdict.probability) for name in verdict.found[:DEPTH]),
            milliseconds=verdict.milliseconds,
            outcome=verdict.outcome,
        )
        for verdict in ask_all(asked, index, encoder, calibration)
    ]
    return _answering(replies, ready_seconds)


def peer(name: str, job: Job, kept: Path) -> Answering:
    """One of the peers, asked every question."""
    content = _content(job, kept)
    begun = perf_counter()
    system = PEERS[name](content, kept)
    ready_seconds = perf_counter() - begun
    for text in job.questions[:WARM_UP]:
        system.rank(text)
    replies = []
    for text in job.questions:
        begun = perf_counter()
        found = system.rank(text)
        replies.append(Reply(found=tuple(found), milliseconds=(perf_counter() - begun) * 1000))
    return _answering(replies, ready_seconds)


def _vectors(content: Content, kept: Path) -> Peer:
    encoder = E5Encoder()
    return SentenceVectors(content, VectorCache(kept, encoder), encoder)


PEERS: dict[str, Callable[[Content, Path], Peer]] = {
    "bm25": lambda content, _: Bm25(content),
    "tfidf": lambda content, _: CharacterTfidf(content),
    "e5": _vectors,
}


def _ours(content: Content, kept: Path) -> tuple[Index, float]:
    begun = perf_counter()
    vectors = VectorCache(kept, E5Encoder())
    metric = load_calibration(CALIBRATION_FILE, E5Encoder.version).metric
    index = Index(content.entries.values(), content.off_topic, content.lexicon, vectors, metric)
    return index, perf_counter() - begun


def _content(job: Job, kept: Path) -> Content:
    return load_content(job.content, ParsedEntries(kept))


def _answering(replies: list[Reply], ready_seconds: float) -> Answering:
    return Answering(
        replies=tuple(replies), ready_seconds=ready_seconds, memory_bytes=psutil.Process().memory_info().rss
    )


def run(task: str, job: Job, kept: Path) -> BaseModel | None:
    """The result of a task."""
    match task:
        case "make":
            make(job, kept)
            return None
        case "make-e5":
            make_e5(job, kept)
            return None
        case "start":
            return start(job, kept)
        case "index":
            return Took(seconds=_ours(_content(job, kept), kept)[1])
        case "scale":
            return measure_scale(_content(job, kept), job.questions[:SCALE_QUESTIONS])
        case "ours":
            return ours(job, kept)
        case _:
            return peer(task, job, kept)


def main() -> None:
    task, job_file, kept, result_file = sys.argv[1:]
    job = Job.model_validate_json(Path(job_file).read_text(encoding="utf-8"))
    result = run(task, job, Path(kept))
    Path(result_file).write_text(result.model_dump_json() if result else "null", encoding="utf-8")


if __name__ == "__main__":
    main()
