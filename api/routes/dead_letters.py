"""What could not be answered or sent."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.routes.auth import require_coordinator_or_service
from api.routes.context import ContextDep
from api.schemas import DeadLetter
from api.services import dead_letters

router = APIRouter(prefix="/v1", tags=["exploitation"], dependencies=[Depends(require_coordinator_or_service)])


@router.get("/dead-letters")
async def list_dead_letters(context: ContextDep) -> dict[str, list[DeadLetter]]:
    """Les messages restés sans réponse et les envois qui ont échoué ou dont l'arrivée est incertaine."""
    async with context.database.reading() as session:
        return {"items": await dead_letters.listing(session)}
