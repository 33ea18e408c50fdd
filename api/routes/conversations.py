"""What the bot and its actions ask for on a student's behalf."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, status

from api.routes.auth import require_service
from api.routes.context import ContextDep
from api.schemas import (
    Erasure,
    EscalationChoice,
    Feedback,
    Profile,
    Reply,
    TutorRequest,
    TutorRequested,
)
from api.services import conversations, handover

router = APIRouter(prefix="/v1", tags=["conversations"], dependencies=[Depends(require_service)])


@router.patch("/conversations/{conversation_id}/profile")
async def update_profile(context: ContextDep, conversation_id: str, profile: Profile) -> dict[str, str]:
    """Change what the student said of themself; the whole profile comes back."""
    async with context.database.transaction() as session:
        return await conversations.update_profile(session, conversation_id, profile)


@router.post("/conversations/{conversation_id}/tutor-request")
async def request_tutor(context: ContextDep, conversation_id: str, asked: TutorRequest) -> TutorRequested:
    """The student asks for a person."""
    async with context.database.transaction() as session:
        return await handover.request_tutor(session, conversation_id, asked.question, datetime.now(UTC))


@router.post("/conversations/{conversation_id}/cancel")
async def cancel(context: ContextDep, conversation_id: str, choice: EscalationChoice | None = None) -> Reply:
    """The student needs no person any more; without a body, whichever escalation is open."""
    escalation_id = None if choice is None else choice.escalation_id
    async with context.database.transaction() as session:
        return await handover.cancel(session, conversation_id, escalation_id, datetime.now(UTC))


@router.post("/conversations/{conversation_id}/reopen")
async def reopen(context: ContextDep, conversation_id: str, choice: EscalationChoice) -> Reply:
    """The student wants to go on with a closed escalation."""
    async with context.database.transaction() as session:
        return await handover.reopen(session, conversation_id, choice.escalation_id, datetime.now(UTC))


@router.post("/conversations/{conversation_id}/feedback", status_code=status.HTTP_204_NO_CONTENT)
async def give_feedback(context: ContextDep, conversation_id: str, feedback: Feedback) -> None:
    """Keep the student's last word on an entry."""
    async with context.database.transaction() as session:
        await conversations.give_feedback(session, conversation_id, feedback, datetime.now(UTC))


@router.delete("/conversations/{conversation_id}")
async def erase(context: ContextDep, conversation_id: str) -> Erasure:
    """Erase everything about the chat that owns the conversation."""
    async with context.database.transaction() as session:
        ids = await conversations.erase(session, conversation_id, datetime.now(UTC))
    await context.database.forget_deleted()
    return Erasure(conversation_ids=ids)


@router.get("/erasures")
async def pending_erasures(context: ContextDep) -> Erasure:
    """Every conversation that Rasa still has to forget."""
    async with context.database.reading() as session:
        return Erasure(conversation_ids=await conversations.pending_erasures(session))


@router.delete("/erasures/{conversation_id}", status_code=status.HTTP_204_NO_CONTENT)
async def confirm_erasure(context: ContextDep, conversation_id: str) -> None:
    """Rasa has forgotten this conversation."""
    async with context.database.transaction() as session:
        await conversations.confirm_erasure(session, conversation_id)
