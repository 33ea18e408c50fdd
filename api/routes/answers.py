"""What the knowledge base says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import metrics
from api.routes.auth import require_anyone
from api.routes.context import ContextDep
from api.schemas import Answers, Reply
from api.services import answers

router = APIRouter(prefix="/v1", tags=["réponses"], dependencies=[Depends(require_anyone)])


@router.get("/answers")
async def find_answers(
    context: ContextDep, q: Annotated[str, Query(min_length=1)], previous: str | None = None
) -> Answers:
    """Les fiches ou la liste qui répondent à une question (1 000 caractères au plus), et le message qui les montre.

    Avec `previous`, la question d'avant : « et à Toulon ? » change alors un critère de sa liste.
    """
    found = await answers.answer(context.library.base, q, datetime.now(UTC).date(), previous)
    metrics.ANSWERS.labels(found.outcome.value).inc()
    return found


@router.get("/entries/{entry_id}")
async def show_entry(context: ContextDep, entry_id: str) -> Reply:
    """Le message qui montre une fiche."""
    return answers.show(context.library.base, entry_id, datetime.now(UTC).date())
