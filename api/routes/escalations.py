"""The tutors' side of a hand-over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.routes.auth import TutorDep, require_tutor
from api.routes.context import ContextDep
from api.schemas import (
    EscalationDetail,
    EscalationPage,
    EscalationStatus,
    Problem,
    TranscriptLine,
    TutorMessage,
)
from api.services import escalation_views, escalations
from api.services.transcripts import sent_line

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "content": {"application/problem+json": {}}} for code in (401, 403, 404, 409)
}
router = APIRouter(
    prefix="/v1/escalations", tags=["demandes"], responses=_PROBLEMS, dependencies=[Depends(require_tutor)]
)


@router.get("")
async def list_escalations(
    context: ContextDep,
    status: EscalationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> EscalationPage:
    """Les demandes : les urgentes d'abord, puis les plus anciennes."""
    async with context.database.reading() as session:
        return await escalation_views.listing(session, status, limit, cursor)


@router.get("/{escalation_id}")
async def read_escalation(context: ContextDep, escalation_id: str) -> EscalationDetail:
    """Une demande, avec les échanges qui y ont mené et tout ce qui s'est dit depuis."""
    async with context.database.reading() as session:
        return await escalation_views.detail(session, escalation_id)


@router.post("/{escalation_id}/claim")
async def claim_escalation(context: ContextDep, tutor: TutorDep, escalation_id: str) -> EscalationDetail:
    """Prendre la demande en charge : l'élève est prévenu·e et le bot se tait."""
    async with context.database.transaction() as session:
        await escalations.claim(session, escalation_id, tutor, datetime.now(UTC))
        return await escalation_views.detail(session, escalation_id)


@router.post("/{escalation_id}/release")
async def release_escalation(context: ContextDep, tutor: TutorDep, escalation_id: str) -> EscalationDetail:
    """Remettre la demande dans la file."""
    async with context.database.transaction() as session:
        await escalations.release(session, escalation_id, tutor, datetime.now(UTC))
        return await escalation_views.detail(session, escalation_id)


@router.post("/{escalation_id}/resolve")
async def resolve_escalation(context: ContextDep, tutor: TutorDep, escalation_id: str) -> EscalationDetail:
    """Terminer la conversation : le bot répond de nouveau."""
    async with context.database.transaction() as session:
        await escalations.resolve(session, escalation_id, tutor, datetime.now(UTC))
        return await escalation_views.detail(session, escalation_id)


@router.post("/{escalation_id}/reopen")
async def reopen_escalation(context: ContextDep, tutor: TutorDep, escalation_id: str) -> EscalationDetail:
    """Rouvrir une demande close : elle retourne dans la file."""
    async with context.database.transaction() as session:
        await escalations.reopen(session, escalation_id, tutor, datetime.now(UTC))
        return await escalation_views.detail(session, escalation_id)


@router.post("/{escalation_id}/messages", status_code=201)
async def write_message(
    context: ContextDep, tutor: TutorDep, escalation_id: str, message: TutorMessage
) -> TranscriptLine:
    """Écrire à l'élève, en texte simple."""
    async with context.database.transaction() as session:
        sent = await escalations.reply(session, escalation_id, tutor, message.text, datetime.now(UTC))
        return sent_line(sent)
