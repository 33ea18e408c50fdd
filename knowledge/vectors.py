"""Vectors kept on disk by what was encoded, so that only new texts are encoded again."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from knowledge import shipped
from knowledge.encoder import Encoder, Matrix
from knowledge.files import write_whole

logger = logging.getLogger(__name__)


class VectorCache:
    """An encoder that remembers the rows of texts already met, and knows those that come with the code.

    A damaged or foreign file is as good as none.
    """

    def __init__(self, cache_dir: Path, encoder: Encoder, shipped_file: Path = shipped.SHIPPED_FILE) -> None:
        digest = hashlib.sha256(encoder.version.encode()).hexdigest()[:12]
        self._path = cache_dir / f"vectors-{digest}.npz"
        self.version = encoder.version
        self._encoder = encoder
        self._asked: set[str] = set()
        self._shipped = shipped.read(shipped_file, encoder.version)
        own = self._read()
        self._stored = frozenset(own)
        self._rows = self._shipped | own

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """One unit row for each text, encoded as a question."""
        return self._rows_of("q", texts, self._encoder.encode_queries)

    def encode_passages(self, texts: Sequence[str]) -> Matrix:
        """One unit row for each text, encoded as an answer."""
        return self._rows_of("p", texts, self._encoder.encode_passages)

    def save(self) -> None:
        """Writes the rows that were asked for since the start and are not shipped, all or nothing.

        An unwritable folder is only logged.
        """
        asked = self._asked - self._shipped.keys()
        if not asked or asked == self._stored:
            return
        keys = sorted(asked)
        buffer = io.BytesIO()
        np.savez(buffer, keys=np.array(keys), rows=np.stack([self._rows[key] for key in keys]))
        try:
            write_whole(self._path, buffer.getvalue())
        except OSError as error:
            logger.warning("the vector cache cannot be written: %s", error.strerror)
            return
        self._stored = frozenset(asked)

    def pack(self) -> bytes:
        """The rows that were asked for since the start, as the file that comes with the code."""
        return shipped.pack({key: self._rows[key] for key in self._asked}, self.version)

    def _rows_of(self, kind: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Matrix]) -> Matrix:
        keys = [f"{kind}{hashlib.sha256(text.encode()).hexdigest()[:32]}" for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._rows}
        if missing:
            self._rows.update(zip(missing, encode(list(missing.values())), strict=True))
        self._asked.update(keys)
        return np.stack([self._rows[key] for key in keys]) if keys else np.zeros((0, 1), np.float32)

    def _read(self) -> dict[str, Matrix]:
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                keys, rows = stored["keys"].tolist(), stored["rows"]
            if rows.dtype != np.float32 or rows.ndim != 2 or len(keys) != len(rows) or not np.isfinite(rows).all():
                raise ValueError("unexpected shape")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            logger.warning("the vector cache is damaged: the vectors are computed again")
            return {}
        return dict(zip(keys, rows, strict=True))
