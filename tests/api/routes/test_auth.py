from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api.errors import Forbidden
from api.routes.auth import require_coordinator, require_coordinator_or_service
from api.services import tutors
from api.store.models import Tutor


async def test_without_a_known_token_nothing_under_v1_answers(api: Any) -> None:
    routes = [
        (path, method)
        for path, methods in api.app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    ]
    assert len(routes) > 15
    for visitor in (await api.visitor(), await api.visitor("wrong"), await api.visitor("é")):
        for path, method in routes:
            answer = await visitor.request(method.upper(), path)
            assert answer.status_code == 401, (path, method)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_tutor_does_not_pass_for_one_of_our_processes_nor_the_reverse(api: Any) -> None:
    camille, service = await api.tutor(), await api.service()
    refused = await camille.post("/v1/updates", json={"messages": []})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:passerelle:Forbidden")
    assert (await service.get("/v1/escalations")).status_code == 403


async def test_a_revoked_tutor_is_out_at_once_and_a_renewed_token_replaces_the_old(api: Any) -> None:
    camille = await api.tutor("Camille")
    async with api.context.database.transaction() as session:
        await tutors.revoke(session, "CAMILLE@example.org")
    assert (await camille.get("/v1/escalations")).status_code == 401
    async with api.context.database.transaction() as session:
        _, token = await tutors.renew(session, "camille@example.org")
    assert (await camille.get("/v1/escalations")).status_code == 401
    assert (await (await api.visitor(token)).get("/v1/escalations")).status_code == 200


async def test_no_token_is_stored(api: Any) -> None:
    async with api.context.database.transaction() as session:
        tutor, token = await tutors.add(session, "a@b.fr", "A", now=datetime.now(UTC))
        stored = {column.name: getattr(tutor, column.name) for column in Tutor.__table__.columns}
    assert token not in str(stored)


async def test_coordination_is_more_than_a_tutor() -> None:
    tutor, boss = Tutor(coordinator=False), Tutor(coordinator=True)
    assert await require_coordinator(boss) is boss
    assert await require_coordinator_or_service(None) is None
    assert await require_coordinator_or_service(boss) is boss
    for check in (require_coordinator, require_coordinator_or_service):
        with pytest.raises(Forbidden):
            await check(tutor)
