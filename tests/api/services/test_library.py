"""Waiting for the knowledge base just after a start."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.services.library import Library
from knowledge import open_base


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The base opens once this is set."""
    gate = threading.Event()

    def open_base(*_: Path) -> Any:
        gate.wait(10)
        return SimpleNamespace(
            watch=lambda: None,
            close=lambda: None,
            status=lambda: SimpleNamespace(entries=1, error=None, loaded_at=None),
        )

    monkeypatch.setattr("api.services.library.open_base", open_base)
    return gate


async def test_questions_wait_until_the_base_is_open(opening: threading.Event, tmp_path: Path) -> None:
    library = Library(tmp_path, tmp_path)
    library.start()
    threading.Timer(0.2, opening.set).start()
    await library.settled()
    assert library.health().ok
    library.stop()


async def test_but_never_for_long(opening: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.services.library._SETTLING_SECONDS", 0.2)
    library = Library(tmp_path, tmp_path)
    library.start()
    begun = time.monotonic()
    await library.settled()
    assert 0.1 < time.monotonic() - begun < 5
    assert not library.health().ok
    opening.set()
    library.stop()


async def test_a_base_that_cannot_be_opened_holds_nothing_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Path) -> Any:
        raise OSError("no such folder")

    monkeypatch.setattr("api.services.library.open_base", broken)
    library = Library(tmp_path, tmp_path)
    library.start()
    begun = time.monotonic()
    await library.settled()
    assert time.monotonic() - begun < 5
    library.stop()


async def test_a_start_with_a_faulty_file_serves_the_last_good_content_and_says_so(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(Path("tests/knowledge/content"), content)
    open_base(content, tmp_path / "cache").close()
    spoilt = content / "apres-bac" / "le-but.yml"
    spoilt.write_text(spoilt.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    library = Library(content, tmp_path / "cache")
    library.start()
    await library.settled()
    assert library.base.entry("le-but").title == "Le BUT"
    health = library.health()
    assert not health.ok
    assert "le-but.yml" in (health.detail or "")
    library.stop()
