"""One running system for all stories, a student of their own for each, and the tutors."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.steps import Tutor
from tests.e2e.system import System
from tests.telegram.client import Student, Telegram

_CHATS = itertools.count(7_000_000_001)
"""Beyond 32 bits, as Telegram's newer chats are."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts real processes, Rasa among them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.rasa)


@pytest.fixture(scope="session")
def polling_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that polls."""
    with System(tmp_path_factory.mktemp("polling")) as running:
        yield running


@pytest.fixture
def system(polling_system: System) -> System:
    """The system that the stories of a module run on."""
    return polling_system


@pytest.fixture
async def telegram(system: System) -> AsyncIterator[Telegram]:
    """Telegram's side of it. At the end the bot must have made no mistake that Telegram would have seen."""
    async with system.telegram() as driven:
        before = (await driven.state()).offences
        yield driven
        after = (await driven.state()).offences
        assert after == before


@pytest.fixture
def student(telegram: Telegram) -> Student:
    """A student who never wrote before."""
    return telegram.student(next(_CHATS))


@pytest.fixture
def other_student(telegram: Telegram) -> Student:
    """Another one."""
    return telegram.student(next(_CHATS))


@pytest.fixture(scope="session")
def tutor_clients() -> Iterator[dict[tuple[str, str], httpx.Client]]:
    """The tutors' ways to each system, made once."""
    clients: dict[tuple[str, str], httpx.Client] = {}
    yield clients
    for client in clients.values():
        client.close()


def _tutor(system: System, clients: dict[tuple[str, str], httpx.Client], name: str) -> Tutor:
    key = system.api_url, name
    if key not in clients:
        clients[key] = system.add_tutor(name, f"{name.lower()}@example.org")
    return Tutor(name, clients[key])


@pytest.fixture
def camille(system: System, tutor_clients: dict[tuple[str, str], httpx.Client]) -> Tutor:
    """A tutor."""
    return _tutor(system, tutor_clients, "Camille")


@pytest.fixture
def sacha(system: System, tutor_clients: dict[tuple[str, str], httpx.Client]) -> Tutor:
    """Another tutor."""
    return _tutor(system, tutor_clients, "Sacha")
