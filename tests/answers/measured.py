"""The figures of one system, as they are shown and stored."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from knowledge.evaluation import Verdict, figures
from knowledge.questions import Question, Split
from knowledge.search import Outcome
from knowledge.tuning import Target
from tests.answers.job import Answering, Reply
from tests.answers.judging import verdicts
from tests.answers.scale import Scale
from tests.answers.systems import Made

HALF: Split = "held-out"


class Scores(BaseModel):
    """`knowledge.evaluation.Figures` of the held-out half, and how many answers were given to it."""

    answers: int
    figures: dict[str, float]


class Start(BaseModel):
    """Seconds of a start of which everything is in the caches on disk: of the index alone, and of the whole base."""

    index_seconds: float
    base_seconds: float


class Measured(BaseModel):
    """One system: how well on real wordings and on all, and what it takes."""

    name: str
    own: float
    """The share of the entries' own phrasings that bring their entry first: a peer with a low one is badly made."""
    real: Scores
    all: Scores
    made_seconds: float | None = None
    """Once for a content: encoding or training. None where there is no such step."""
    made_load: float | None = None
    ready_seconds: float
    memory_bytes: int


class Report(BaseModel):
    """All that was measured on one content."""

    entries: int
    questions: int
    load: float
    """How busy the machine was at the beginning (5 minutes)."""
    systems: list[Measured] = []
    start: Start | None = None
    scale: Scale | None = None
    missing: dict[str, str] = {}
    """What could not be measured, and why."""


def measured(
    name: str,
    asked: Sequence[Question],
    real: frozenset[Question],
    own: Sequence[Question],
    answering: Answering,
    made: Made | None,
) -> Measured:
    """Judges the replies, to `asked` and then to `own`; the thresholds come from the whole tuning half."""
    judged = verdicts(asked, answering.replies[: len(asked)], Target())
    own_replies = answering.replies[len(asked) :]
    return Measured(
        name=name,
        own=known(own, own_replies),
        real=scores([verdict for verdict in judged if verdict.question in real]),
        all=scores(judged),
        made_seconds=made and made.seconds,
        made_load=made and made.load,
        ready_seconds=answering.ready_seconds,
        memory_bytes=answering.memory_bytes,
    )


def known(own: Sequence[Question], replies: Sequence[Reply]) -> float:
    """The share of the questions whose entry comes first."""
    right = [bool(reply.found) and reply.found[0][0] in one.expect for one, reply in zip(own, replies, strict=True)]
    return sum(right) / max(len(right), 1)


def scores(judged: Sequence[Verdict]) -> Scores:
    """Of the held-out half."""
    answers = sum(verdict.outcome is Outcome.ANSWER for verdict in judged if verdict.question.split == HALF)
    return Scores(answers=answers, figures=figures(judged, HALF).rounded())
