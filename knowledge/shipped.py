"""Vectors of the curated texts that come with the code, so that a first start encodes only what was edited since.

Encoding the whole base takes minutes on two cores. Rows are kept in 8 bits with a scale of their own: a cosine changes
by less than 0.005. A text is found by its digest, so a vector can be missing but never stale.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from knowledge.encoder import Matrix, Vector

SHIPPED_FILE = Path(__file__).with_name("vectors.npz")

_STEPS = 127

logger = logging.getLogger(__name__)


def pack(rows: Mapping[str, Vector], version: str) -> bytes:
    """The rows by key, made by the encoder of that version, as the bytes of a file, always the same for them."""
    keys = sorted(rows)
    table = np.stack([rows[key] for key in keys])
    scales = np.maximum(np.abs(table).max(axis=1), 1e-9) / _STEPS
    steps = np.rint(table / scales[:, None]).astype(np.int8)
    buffer = io.BytesIO()
    np.savez(buffer, version=np.array(version), keys=np.array(keys, "S"), scales=scales.astype(np.float32), steps=steps)
    return buffer.getvalue()


def read(path: Path, version: str) -> dict[str, Matrix]:
    """The unit rows by key that a file holds for the encoder of that version; none where it is damaged or missing."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["version"]) != version:
                return {}
            keys, scales, steps = stored["keys"].tolist(), stored["scales"], stored["steps"]
        rows = steps.astype(np.float32) * scales[:, None]
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return dict(zip((key.decode() for key in keys), rows, strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        logger.warning("%s is damaged: its vectors are computed again", path.name)
        return {}
