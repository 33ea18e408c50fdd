"""Entries already read and found without fault, kept by the text of their file: YAML takes 10 ms a file to read."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from knowledge.files import write_whole
from knowledge.schema import Entry

logger = logging.getLogger(__name__)

_STORED = TypeAdapter(dict[str, Entry])


class ParsedEntries:
    """A memory of valid entries; with a folder, one that outlives the process. A damaged file is as good as none."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        form = json.dumps(Entry.model_json_schema(), sort_keys=True)
        self._path = cache_dir / f"entries-{_digest(form)[:12]}.json" if cache_dir else None
        self._entries = self._read()
        self._used: set[str] = set()
        self._stored = frozenset(self._entries)

    def get(self, name: str, text: str) -> Entry | None:
        """The entry of a file (`theme/id.yml`) with that text, if it was read before."""
        key = _digest(f"{name}\n{text}")
        entry = self._entries.get(key)
        if entry is not None:
            self._used.add(key)
        return entry

    def put(self, name: str, text: str, entry: Entry) -> None:
        """Remembers what a file with that text says."""
        key = _digest(f"{name}\n{text}")
        self._entries[key] = entry
        self._used.add(key)

    def save(self) -> None:
        """Writes what was used since the start, all or nothing; an unwritable folder is only logged."""
        if self._path is None or self._used == self._stored:
            return
        used = {key: self._entries[key] for key in sorted(self._used)}
        try:
            write_whole(self._path, _STORED.dump_json(used))
        except OSError as error:
            logger.warning("the cache of entries cannot be written: %s", error.strerror)
            return
        self._stored = frozenset(used)

    def _read(self) -> dict[str, Entry]:
        if self._path is None:
            return {}
        try:
            return _STORED.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError):
            logger.warning("the cache of entries is damaged: the files are read again")
            return {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
