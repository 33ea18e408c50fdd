"""A content folder of three entries, and an encoder that needs no model."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.calibration import CALIBRATION_FILE, Calibration
from knowledge.encoder import Matrix
from knowledge.normalise import fold

SAMPLES = Path(__file__).with_name("content")


class TrigramEncoder:
    """Texts that share triples of letters are alike."""

    version = "trigrams-1"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return self._rows(texts)

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        return self._rows(texts)

    def _rows(self, texts: Sequence[str]) -> Matrix:
        self.encoded += texts
        rows = np.zeros((len(texts), 256), np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f"  {fold(text)}  "
            for start in range(len(padded) - 2):
                row[zlib.crc32(padded[start : start + 3].encode("utf-8", "replace")) % 256] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        result: Matrix = rows / np.maximum(lengths, 1e-6)
        return result


@pytest.fixture
def content_dir(tmp_path: Path) -> Path:
    """A copy of the samples that a test may change."""
    folder = tmp_path / "content"
    shutil.copytree(SAMPLES, folder)
    return folder


@pytest.fixture
def encoder() -> TrigramEncoder:
    return TrigramEncoder()


@pytest.fixture
def calibration() -> Calibration:
    """The published one, said to be for the trigram encoder."""
    text = CALIBRATION_FILE.read_text(encoding="utf-8")
    return Calibration.model_validate_json(text).model_copy(update={"encoder": TrigramEncoder.version})
