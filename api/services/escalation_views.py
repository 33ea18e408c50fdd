"""Escalations as tutors see them: the list, and one with all that belongs to it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import EscalationUnknown, InvalidRequest
from api.schemas import (
    EscalationDetail,
    EscalationEventOut,
    EscalationPage,
    EscalationStatus,
    EscalationSummary,
)
from api.services.transcripts import transcript
from api.store.models import Chat, Escalation, EscalationEventRow, Tutor


async def listing(
    session: AsyncSession, status: EscalationStatus | None, limit: int, cursor: str | None
) -> EscalationPage:
    """A page of the list: urgent ones first, then oldest first. InvalidRequest for a cursor that is not ours."""
    query = _lines().order_by(Escalation.urgent.desc(), Escalation.opened_at, Escalation.id).limit(limit + 1)
    if status is not None:
        query = query.where(Escalation.status == status.value)
    if cursor is not None:
        urgent, opened_at, identifier = _position(cursor)
        later = and_(Escalation.opened_at == opened_at, Escalation.id > identifier)
        behind = and_(Escalation.urgent.is_(urgent), or_(Escalation.opened_at > opened_at, later))
        query = query.where(or_(behind, Escalation.urgent.is_(False)) if urgent else behind)
    found = (await session.execute(query)).all()
    return EscalationPage(
        items=[EscalationSummary(**_summary(line)) for line in found[:limit]],
        next=_cursor(found[limit - 1][0]) if len(found) > limit else None,
    )


async def detail(session: AsyncSession, escalation_id: str) -> EscalationDetail:
    """One escalation, its events and its transcript. EscalationUnknown."""
    line = (await session.execute(_lines().where(Escalation.id == escalation_id))).one_or_none()
    if line is None:
        raise EscalationUnknown("Cette demande n'existe pas.")
    return EscalationDetail(
        **_summary(line),
        events=await _events(session, escalation_id),
        transcript=await transcript(session, line[0]),
    )


def _lines() -> Select[Escalation, dict[str, str], str]:
    return (
        select(Escalation, Chat.profile, Tutor.name)
        .outerjoin(Chat, Chat.id == Escalation.chat_id)
        .outerjoin(Tutor, Tutor.id == Escalation.tutor_id)
    )


def _summary(line: Row[Escalation, dict[str, str], str]) -> dict[str, object]:
    row, profile, tutor = line
    return {
        "id": row.id,
        "status": EscalationStatus(row.status),
        "urgent": row.urgent,
        "question": row.question,
        "profile": profile or {},
        "tutor": tutor,
        "opened_at": row.opened_at,
        "updated_at": row.updated_at,
    }


async def _events(session: AsyncSession, escalation_id: str) -> list[EscalationEventOut]:
    found = await session.execute(
        select(EscalationEventRow, Tutor.name)
        .outerjoin(Tutor, Tutor.id == EscalationEventRow.tutor_id)
        .where(EscalationEventRow.escalation_id == escalation_id)
        .order_by(EscalationEventRow.sequence)
    )
    return [EscalationEventOut(kind=event.kind, actor=name, at=event.at) for event, name in found]


def _cursor(row: Escalation) -> str:
    position = [row.urgent, row.opened_at.isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def _position(cursor: str) -> tuple[bool, datetime, str]:
    try:
        urgent, opened_at, identifier = json.loads(base64.urlsafe_b64decode(cursor))
        at = datetime.fromisoformat(opened_at)
        if not isinstance(urgent, bool) or not isinstance(identifier, str) or at.tzinfo is None:
            raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError):
        raise InvalidRequest("Ce curseur n'est pas valable : reprends la liste au début.") from None
    return urgent, at, identifier
