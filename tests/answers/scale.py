"""The time of a query over few and over very many entries, and that of a start.

The entries are made of the words of the real ones, their vectors of chance: only time is measured. Questions are
encoded by the real encoder, each of them before both searches, so that the caches of the machine are as in service.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from pydantic import BaseModel

from knowledge.calibration import CALIBRATION_FILE, Calibration, load_calibration
from knowledge.encoder import E5Encoder, Encoder, Matrix
from knowledge.index import Index
from knowledge.loader import Content
from knowledge.schema import Entry
from knowledge.search import find
from knowledge.vectors import VectorCache

FEW, MANY = 300, 20_000
WIDTH = 384
_SEED = 7


class Spread(BaseModel):
    """Milliseconds."""

    p50: float
    p95: float


class Scale(BaseModel):
    """One question over `few` and over `many` entries: the search alone, and the whole with the encoding."""

    few: int
    many: int
    encoding: Spread
    few_search: Spread
    many_search: Spread
    few_whole: Spread
    many_whole: Spread
    ratio: float
    """Of the medians of the whole: so many times longer over many entries."""
    many_index_seconds: float
    """Without encoding."""


class ChanceEncoder:
    """Unit rows that mean nothing."""

    version = "chance-1"

    def __init__(self, seed: int = _SEED) -> None:
        self._random = np.random.default_rng(seed)

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        rows = self._random.standard_normal((len(texts), WIDTH), dtype=np.float32)
        unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    encode_passages = encode_queries


class TimedEncoder:
    """An encoder that remembers how long it took for the last texts."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.version = encoder.version
        self.milliseconds = 0.0

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        begun = perf_counter()
        rows = self._encoder.encode_queries(texts)
        self.milliseconds = (perf_counter() - begun) * 1000
        return rows

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        return self._encoder.encode_passages(texts)


def synthetic(entries: Sequence[Entry], count: int, seed: int = _SEED) -> Iterator[Entry]:
    """Entries as long as the real ones, of words drawn from all of them; the same each time."""
    chance = random.Random(seed)
    asked = [word for entry in entries for text in (entry.title, *entry.questions) for word in text.split()]
    told = [word for entry in entries for word in entry.answer.split()]

    def drawn(text: str, words: Sequence[str]) -> str:
        return " ".join(chance.choices(words, k=len(text.split())))

    for number in range(count):
        model = entries[number % len(entries)]
        yield model.model_copy(
            update={
                "id": f"{model.id}-{number}",
                "title": drawn(model.title, asked),
                "answer": drawn(model.answer, told),
                "details": model.details and drawn(model.details, told),
                "questions": tuple(drawn(text, asked) for text in model.questions),
                "not_for": tuple(drawn(text, asked) for text in model.not_for),
            }
        )


def measure_scale(content: Content, questions: Sequence[str], many: int = MANY) -> Scale:
    """Each question over both bases in turn."""
    small, _ = _index(content, min(FEW, many))
    large, index_seconds = _index(content, many)
    encoder = TimedEncoder(E5Encoder())
    calibration = load_calibration(CALIBRATION_FILE, encoder.version)
    for text in questions[:5]:
        _ask(text, small, encoder, calibration)
        _ask(text, large, encoder, calibration)
    over_few, over_many = [], []
    for text in questions:
        over_few.append(_ask(text, small, encoder, calibration))
        over_many.append(_ask(text, large, encoder, calibration))
    return scale_of(over_few, over_many, len(small.entries), many, index_seconds)


def scale_of(
    over_few: Sequence[tuple[float, float]],
    over_many: Sequence[tuple[float, float]],
    few: int,
    many: int,
    index_seconds: float,
) -> Scale:
    """From pairs of milliseconds: the encoding, the search."""
    few_whole, many_whole = (_spread([sum(pair) for pair in pairs]) for pairs in (over_few, over_many))
    return Scale(
        few=few,
        many=many,
        encoding=_spread([encoding for encoding, _ in (*over_few, *over_many)]),
        few_search=_spread([search for _, search in over_few]),
        many_search=_spread([search for _, search in over_many]),
        few_whole=few_whole,
        many_whole=many_whole,
        ratio=many_whole.p50 / few_whole.p50,
        many_index_seconds=index_seconds,
    )


def _index(content: Content, count: int) -> tuple[Index, float]:
    entries = list(synthetic(list(content.entries.values()), count))
    with tempfile.TemporaryDirectory() as folder:
        vectors = VectorCache(Path(folder), ChanceEncoder())
        begun = perf_counter()
        metric = load_calibration(CALIBRATION_FILE, E5Encoder.version).metric
        return Index(entries, content.off_topic, content.lexicon, vectors, metric), perf_counter() - begun


def _ask(text: str, index: Index, encoder: TimedEncoder, calibration: Calibration) -> tuple[float, float]:
    """Milliseconds of the encoding, and of the rest."""
    encoder.milliseconds = 0.0
    begun = perf_counter()
    find(text, index, encoder, calibration, 5)
    whole = (perf_counter() - begun) * 1000
    return encoder.milliseconds, whole - encoder.milliseconds


def _spread(values: Sequence[float]) -> Spread:
    return Spread(p50=float(np.percentile(values, 50)), p95=float(np.percentile(values, 95)))
