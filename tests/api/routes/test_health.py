from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from api.errors import ApiUnavailable
from api.schemas import PartHealth
from api.services import escalation_views
from api.services.health import HealthCheck
from api.services.library import Library


class FakeLibrary:
    def __init__(self, ok: bool = True) -> None:
        self.ok = ok

    def health(self) -> PartHealth:
        return PartHealth(ok=self.ok, detail="30 fiches")


@asynccontextmanager
async def answering(status: str | None) -> AsyncIterator[str]:
    """A part that answers so, or that accepts and then says nothing (None)."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if status is not None:
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


def unused() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def check(api: Any, rasa: str, actions: str, silence: float | None = 1.0, ok: bool = True) -> HealthCheck:
    return HealthCheck(
        api.context.database,
        FakeLibrary(ok),  # type: ignore[arg-type]
        rasa_url=rasa,
        actions_url=actions,
        bot_silent_for=lambda: silence,
    )


async def test_health_is_200_only_when_every_part_is_well(api: Any) -> None:
    visitor = await api.visitor()
    async with answering("200 OK") as there:
        api.context.health = check(api, there, there)
        well = await visitor.get("/health")
        assert (well.status_code, well.json()["ok"]) == (200, True)
        assert set(well.json()["parts"]) == {"database", "knowledge", "rasa", "actions", "bot"}
        for sick, part in (
            (check(api, unused(), there), "rasa"),
            (check(api, there, unused()), "actions"),
            (check(api, there, there, silence=46), "bot"),
            (check(api, there, there, silence=None), "bot"),
            (check(api, there, there, ok=False), "knowledge"),
        ):
            api.context.health = sick
            answer = await visitor.get("/health")
            assert answer.status_code == 503
            assert [name for name, state in answer.json()["parts"].items() if not state["ok"]] == [part]


async def test_a_part_that_hangs_or_fails_is_named_within_two_seconds(api: Any) -> None:
    async with answering(None) as silent, answering("409 Conflict") as failing:
        started = time.monotonic()
        health = await check(api, silent, failing).report()
        assert time.monotonic() - started < 3
    assert not health.parts["rasa"].ok
    assert "409" in health.parts["actions"].detail


async def test_health_is_asked_at_most_once_a_second(api: Any) -> None:
    asked = check(api, unused(), unused())
    first, second = await asyncio.gather(asked.report(), asked.report())
    assert first is second


async def test_metrics_count_requests_by_template_and_rows_by_status(api: Any) -> None:
    await api.ask(await api.student())
    camille = await api.tutor()
    await camille.get("/v1/escalations/some-identifier")
    text = (await camille.get("/metrics")).text
    assert 'passerelle_escalations{status="open"} 1.0' in text
    assert 'passerelle_outbox{status="pending"} 0.0' in text
    assert 'route="/v1/escalations/{escalation_id}",status="404"' in text
    assert "some-identifier" not in text


async def test_unknown_address_and_method_are_problem_documents(api: Any) -> None:
    visitor = await api.visitor()
    for answer, status in ((await visitor.get("/nowhere"), 404), (await visitor.put("/health"), 405)):
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_malformed_request_is_explained_without_repeating_it(api: Any) -> None:
    camille = await api.tutor()
    answer = await camille.post("/v1/escalations/x/messages", json={"txt": "mon secret"})
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert {fault["field"] for fault in answer.json()["errors"]} == {"body.text", "body.txt"}
    assert "ce champ manque" in answer.json()["detail"]
    broken = await camille.post("/v1/escalations/x/messages", content=b'{"text": "mon secr')
    assert broken.status_code == 422
    assert "secr" not in broken.text


async def failing(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("mon secret"), 500), (OperationalError("mon secret", {}, Exception()), 503)],
)
async def test_an_unexpected_error_is_a_calm_sentence(
    api: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    monkeypatch.setattr(escalation_views, "listing", lambda *_: failing(error))
    answer = await (await api.tutor()).get("/v1/escalations")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert "Réessaie" in answer.json()["detail"]


async def test_docs_describe_every_route(api: Any) -> None:
    visitor = await api.visitor()
    assert (await visitor.get("/docs")).status_code == 200
    assert "/v1/escalations/{escalation_id}/claim" in (await visitor.get("/openapi.json")).json()["paths"]


async def test_health_answers_while_the_base_is_still_closed(api: Any) -> None:
    async with api.app.router.lifespan_context(api.app):
        answer = await (await api.visitor()).get("/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["ok"]


def test_library_says_what_keeps_it_closed_and_opens_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Any] = [ValueError("fiche.yml, ligne 3 : il manque une source")]
    base = SimpleNamespace(
        watch=lambda: None,
        close=lambda: None,
        status=lambda: SimpleNamespace(entries=30, error=None, loaded_at=datetime.now(UTC)),
    )

    def open_base(*_: Path) -> Any:
        if outcomes:
            raise outcomes.pop()
        return base

    monkeypatch.setattr("api.services.library.open_base", open_base)
    monkeypatch.setattr("api.services.library._RETRY_SECONDS", 0.3)
    library = Library(tmp_path, tmp_path)
    with pytest.raises(ApiUnavailable):
        _ = library.base
    library.start()
    until(lambda: "ligne 3" in library.health().detail)
    until(lambda: library.health().ok)
    assert library.base is base
    library.stop()


def until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
