"""What a system is asked, and what it replied: files, since each system runs in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.loader import Content
from knowledge.questions import Question
from knowledge.schema import Entry
from knowledge.search import Outcome


class Job(BaseModel):
    """The base, for systems that read it themselves and for those that only take texts, and the questions."""

    model_config = ConfigDict(frozen=True)

    content: Path
    phrasings: Mapping[str, tuple[str, ...]]
    """By entry id: its title and its questions."""
    off_topic: tuple[str, ...]
    questions: tuple[str, ...]


class Reply(BaseModel):
    """What one question brought. `outcome` is None where the thresholds are still to be chosen."""

    model_config = ConfigDict(frozen=True)

    found: tuple[tuple[str, float], ...]
    """Entry ids with their scores (0 to 1), best first."""
    milliseconds: float
    outcome: Outcome | None = None


class Answering(BaseModel):
    """All replies of one system, in the order of the questions, and what it took."""

    model_config = ConfigDict(frozen=True)

    replies: tuple[Reply, ...]
    ready_seconds: float
    """From what is kept on disk to the first question."""
    memory_bytes: int
    """Resident, after the last question."""


def phrasings_of(entry: Entry) -> tuple[str, ...]:
    """What an entry can be asked by: what every system learns from."""
    return (entry.title, *entry.questions)


def job_of(content: Content, folder: Path, questions: Sequence[Question]) -> Job:
    """The job for a base that lies in `folder`."""
    return Job(
        content=folder,
        phrasings={entry.id: phrasings_of(entry) for entry in content.entries.values()},
        off_topic=content.off_topic,
        questions=tuple(question.text for question in questions),
    )
