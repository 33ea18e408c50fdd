"""`POST /v1/updates`: the way in of every front."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from api.routes.auth import require_service
from api.routes.context import ContextDep
from api.schemas import RecordedUpdates, Updates
from api.services import intake

router = APIRouter(prefix="/v1", tags=["intake"], dependencies=[Depends(require_service)])


@router.post("/updates")
async def record_updates(context: ContextDep, updates: Updates) -> RecordedUpdates:
    """Store a batch whole, or not at all; once this answers, the channel may be told so."""
    async with context.database.transaction() as session:
        recorded = await intake.record(session, context.lexicon, updates.messages, datetime.now(UTC))
    return RecordedUpdates(recorded=recorded)
