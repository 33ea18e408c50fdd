"""A browser for the whole session, and for each test a new application with students in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from knowledge.lexicon import Lexicon, load_lexicon
from tests.api.browser.served import Site
from tests.api.browser.student import Student

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]
HERE = Path(__file__).parent
CONTENT = HERE.parents[2] / "knowledge" / "content"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}

Opener = Callable[..., Awaitable[Student]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests share one browser, hence one loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The machine's Chromium. Where tests must be complete (CI=true), its absence is a failure."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return CHROMIUM


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(chromium_path: Path) -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The real words of danger, with their cards."""
    return load_lexicon(CONTENT / "securite.yml")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(
    chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon
) -> AsyncIterator[Site]:
    """The application over a SQLite file. Every test is another student, who sees nothing of the others."""
    folder = tmp_path_factory.mktemp("site")
    database = shutil.copy(sqlite_template, folder)
    running = Site(f"sqlite:///{database}", folder, lexicon)
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser, site: Site) -> AsyncIterator[Opener]:
    """Opens the page, on a phone unless said otherwise: `await visit(viewport={…})`.

    With `beside=student` in another tab of the same browser. At the end no page may have complained, nor asked
    anybody but the application for anything.
    """
    await site.clear()
    contexts: list[BrowserContext] = []
    students: list[Student] = []

    async def opener(beside: Student | None = None, **options: Any) -> Student:
        if beside is None:
            contexts.append(await chromium.new_context(locale="fr-FR", **(PHONE | options)))
        context = contexts[-1] if beside is None else beside.page.context
        students.append(await Student.open(context, site.address))
        return students[-1]

    yield opener
    for context in contexts:
        await context.close()
    assert [line for student in students for line in student.complaints] == []
    assert {urlsplit(url).netloc for student in students for url in student.requests} == {urlsplit(site.address).netloc}


@pytest_asyncio.fixture(loop_scope="session")
async def student(visit: Opener) -> Student:
    """A student on a phone."""
    return await visit()
