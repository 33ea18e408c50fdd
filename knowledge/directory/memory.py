"""What the files of the directories said when they were last read: YAML takes a second for all of them."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from knowledge.files import write_whole

logger = logging.getLogger(__name__)

_FORM = "1"
"""Changes with what is stored."""


class TableMemory:
    """The data of YAML texts that had no fault; with a folder it outlives the process. A damaged file is as none."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._path = cache_dir / f"annuaires-{_FORM}.json" if cache_dir else None
        self._data = self._read()
        self._used: set[str] = set()
        self._stored = frozenset(self._data)

    def get(self, text: str) -> Any | None:
        """What that text says, if it was read before; dates are texts."""
        key = _digest(text)
        found = self._data.get(key)
        if found is not None:
            self._used.add(key)
        return found

    def put(self, text: str, data: Any) -> None:
        """Remembers what a text says."""
        key = _digest(text)
        self._data[key] = data
        self._used.add(key)

    def save(self) -> None:
        """Writes what was used since the start, all or nothing; an unwritable folder is only logged."""
        if self._path is None or self._used == self._stored:
            return
        used = {key: self._data[key] for key in sorted(self._used)}
        try:
            write_whole(self._path, json.dumps(used, ensure_ascii=False, default=str).encode())
        except OSError as error:
            logger.warning("the cache of directories cannot be written: %s", error.strerror)
            return
        self._stored = frozenset(used)

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            logger.warning("the cache of directories is damaged: the files are read again")
            return {}
        return found if isinstance(found, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
