"""A copy of the last content that had no fault, for a process that starts while the content has one."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from knowledge.files import write_whole

logger = logging.getLogger(__name__)

_POINTER = "contenu-valable"
"""The file that names the folder of the copy: it changes in one step, and only once the copy is whole."""
_PREFIX = "contenu-"


class LastGood:
    """Keeps one copy in the cache folder. A folder that cannot be written is only logged: nothing is kept then."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir

    def keep(self, content_dir: Path, unchanged: Callable[[], bool]) -> None:
        """Copies the content, all or nothing, unless it was edited in the meantime; once is enough for one content."""
        try:
            self._keep(content_dir, unchanged)
        except OSError as error:
            logger.warning("the last good content cannot be kept: %s", error.strerror)

    def folder(self) -> Path | None:
        """The folder of the copy; None if there is none."""
        try:
            name = (self._cache_dir / _POINTER).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        folder = self._cache_dir / name
        return folder if name.startswith(_PREFIX) and "/" not in name and folder.is_dir() else None

    def _keep(self, content_dir: Path, unchanged: Callable[[], bool]) -> None:
        files = {path.relative_to(content_dir): path.read_bytes() for path in sorted(content_dir.rglob("*.yml"))}
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(f"{name.as_posix()}\n{len(content)}\n".encode() + content)
        target = self._cache_dir / f"{_PREFIX}{digest.hexdigest()[:16]}"
        if target == self.folder() or not unchanged():
            return
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self._cache_dir, prefix=".contenu-"))
        try:
            for name, content in files.items():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                (draft / name).write_bytes(content)
            if not target.exists():
                draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        write_whole(self._cache_dir / _POINTER, target.name.encode())
        self._remove_others(target)

    def _remove_others(self, target: Path) -> None:
        for folder in self._cache_dir.glob(f"{_PREFIX}*"):
            if folder.is_dir() and folder != target:
                shutil.rmtree(folder, ignore_errors=True)
