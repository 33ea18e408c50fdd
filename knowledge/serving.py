"""The knowledge base as a running process sees it: searched by many threads, renewed while it serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.calibration import CALIBRATION_FILE, Calibration, load_calibration
from knowledge.directory import DirectoryAnswer, Finder
from knowledge.directory.memory import TableMemory
from knowledge.encoder import E5Encoder, Encoder
from knowledge.errors import ContentErrors
from knowledge.index import Index
from knowledge.lastgood import LastGood
from knowledge.loader import Content, load_content
from knowledge.normalise import question_key, words
from knowledge.parsed import ParsedEntries
from knowledge.schema import Entry
from knowledge.search import SearchResult, find
from knowledge.vectors import VectorCache

logger = logging.getLogger(__name__)

POLL_SECONDS = 2.0
"""How often the watcher looks at the files."""

_Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class BaseStatus:
    """How many entries are served, since when (UTC), and what keeps a later edit from being served."""

    entries: int
    loaded_at: datetime
    error: str | None = None


@dataclass(frozen=True)
class _Served:
    content: Content
    index: Index
    finder: Finder
    own_questions: frozenset[str]
    """The keys of the entries' own phrasings: an entry that claims a question answers it."""
    loaded_at: datetime


class KnowledgeBase:
    """Answers questions from the last content that had no fault. Every method is safe in any thread.

    A copy of that content lies in the cache folder: a process that starts while the content has a fault serves it.
    ContentErrors where there is no such copy.
    """

    def __init__(self, content_dir: Path, cache_dir: Path, encoder: Encoder, calibration: Calibration) -> None:
        self._content_dir = content_dir
        self._encoder = encoder
        self._calibration = calibration
        self._vectors = VectorCache(cache_dir, encoder)
        self._parsed = ParsedEntries(cache_dir)
        self._tables = TableMemory(cache_dir)
        self._reloading = threading.Lock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self._error: str | None = None
        self._last_good = LastGood(cache_dir)
        self._signature = signature(content_dir)
        self._served = self._first()

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry served, by id."""
        return self._served.content.entries

    @property
    def content(self) -> Content:
        """What was read from the files: entries, axes, lexicon."""
        return self._served.content

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id; KeyError if there is none."""
        return self._served.content.entries[entry_id]

    def search(self, text: str, limit: int = 5) -> SearchResult:
        """The outcome and at most `limit` hits, best first. Never raises, whatever the text; cut at 1000 characters."""
        return find(text, self._served.index, self._encoder, self._calibration, limit)

    def directory(self, text: str) -> DirectoryAnswer | None:
        """The list that a text asks for; None where it asks for none, or an entry has that very question."""
        served = self._served
        return None if question_key(text) in served.own_questions else served.finder.find(text)

    def follow_up(self, previous: str, text: str) -> str | None:
        """The directory question that `text` makes of the one before (« et à Toulon ? »); None where it makes none."""
        return self._served.finder.follow_up(previous, text)

    def status(self) -> BaseStatus:
        """What is served now; `error` says why the files on disk are not."""
        served = self._served
        return BaseStatus(len(served.content.entries), served.loaded_at, self._error)

    def reload(self) -> bool:
        """Reads the files again if they changed, and serves them if they have no fault. True if they are served."""
        with self._reloading:
            now = signature(self._content_dir)
            if now == self._signature:
                return self._error is None
            self._signature = now
            try:
                self._served = self._build(self._content_dir)
            except ContentErrors as error:
                self._error = _waiting(error)
                logger.warning("the content has %d faults: the earlier one stays in service", len(error.faults))
                return False
            self._error = None
            self._keep()
            logger.info("the content was reloaded: %d entries", len(self._served.content.entries))
            return True

    def watch(self, poll_seconds: float = POLL_SECONDS) -> None:
        """Starts a daemon thread that serves edits within 5 s, until `close`. A second call changes nothing."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._poll, args=(poll_seconds,), name="knowledge", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Ends the watcher."""
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join(timeout=10)

    def _poll(self, poll_seconds: float) -> None:
        while not self._closed.wait(poll_seconds):
            try:
                self.reload()
            except Exception as error:
                self._error = f"le contenu n'a pas pu être relu ({type(error).__name__})"
                logger.exception("the content could not be reloaded")

    def _first(self) -> _Served:
        try:
            served = self._build(self._content_dir)
        except ContentErrors as error:
            kept = self._last_good.folder()
            if kept is None:
                raise
            try:
                served = self._build(kept)
            except ContentErrors:
                raise error from None  # the copy is of another version: what is to mend is the content
            self._error = f"{_waiting(error)} ; la dernière version sans faute est servie"
            logger.warning("the content has %d faults: the last good copy is served", len(error.faults))
            return served
        self._keep()
        return served

    def _keep(self) -> None:
        self._last_good.keep(self._content_dir, lambda: signature(self._content_dir) == self._signature)

    def _build(self, content_dir: Path) -> _Served:
        content = load_content(content_dir, self._parsed, self._tables)
        index = Index(
            content.entries.values(), content.off_topic, content.lexicon, self._vectors, self._calibration.metric
        )
        self._vectors.save()
        self._parsed.save()
        self._tables.save()
        spelled = {word for entry in content.entries.values() for word in words(f"{entry.title} {entry.answer}")}
        own = {question_key(question) for entry in content.entries.values() for question in entry.questions}
        finder = Finder(content.directory, content.lexicon, spelled)
        return _Served(content, index, finder, frozenset(own), datetime.now(UTC))


def _waiting(error: ContentErrors) -> str:
    return f"contenu en attente de correction ({len(error.faults)}) : {error.faults[0]}"


def open_base(content_dir: Path, cache_dir: Path) -> KnowledgeBase:
    """The base of a content folder, with a cache folder; ContentErrors where the content has faults and no copy."""
    encoder = E5Encoder()
    return KnowledgeBase(content_dir, cache_dir, encoder, load_calibration(CALIBRATION_FILE, encoder.version))


def signature(content_dir: Path) -> _Signature:
    """Changes whenever a file of the content is edited, added, moved or removed."""
    found = []
    for path in sorted(content_dir.rglob("*.yml")):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((path.as_posix(), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
