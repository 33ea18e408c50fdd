"""Escalations: what students, tutors and time do to them.

Each call holds the student's chat until the transaction ends (see `api.services.chats`), so that of ten tutors who
claim at the same instant one wins and nine are told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain import escalation as domain
from api.domain.escalation import ACTIVE, EscalationState, Event, Kind, Status
from api.errors import Conflict, EscalationUnknown, InvalidRequest
from api.schemas import Reply
from api.services import chats, notices, outbox
from api.store.models import Escalation, EscalationEventRow, OutboxMessage, Tutor

# --- The student's side -------------------------------------------------------------------------------------------


async def active_escalation(session: AsyncSession, chat_id: int) -> Escalation | None:
    """The chat's open or claimed escalation; there is at most one."""
    found: Escalation | None = await session.scalar(
        select(Escalation)
        .where(Escalation.chat_id == chat_id, Escalation.status.in_(ACTIVE))
        .execution_options(populate_existing=True)
    )
    return found


async def open_escalation(
    session: AsyncSession, chat_id: int, question: str, *, urgent: bool = False, now: datetime
) -> tuple[Escalation, bool]:
    """A new escalation and True, or the chat's active one, made urgent if asked, and False.

    Tells the student nothing: the caller shows `notices.transmitted`.
    """
    await chats.hold(session, chat_id)
    row = await active_escalation(session, chat_id)
    created = row is None
    if row is None:
        row = Escalation(id=str(uuid4()), chat_id=chat_id, question=question, urgent=False, opened_at=now, version=0)
        await _open(session, row, now)
    if urgent:
        state = await _state(session, row)
        await _append(session, row, state, domain.mark_urgent(state, now))
    return row, created


async def cancel_by_student(
    session: AsyncSession, chat_id: int, escalation_id: str | None, now: datetime
) -> Escalation | None:
    """Cancel the chat's active escalation, or only the one given. None if there was nothing to cancel."""
    await chats.hold(session, chat_id)
    row = await active_escalation(session, chat_id)
    if row is None or escalation_id not in (None, row.id):
        return None
    state = await _state(session, row)
    await _append(session, row, state, domain.cancel(state, now))
    return row


async def reopen_by_student(session: AsyncSession, chat_id: int, escalation_id: str, now: datetime) -> Escalation:
    """Reopen one of the chat's own; if another is active that one is given instead. EscalationUnknown."""
    await chats.hold(session, chat_id)
    row = await session.get(Escalation, escalation_id, populate_existing=True)
    if row is None or row.chat_id != chat_id:
        raise EscalationUnknown("Cette demande n'existe plus.")
    active = await active_escalation(session, chat_id)
    if active is None:
        state = await _state(session, row)
        await _append(session, row, state, domain.reopen(state, None, now))
    return active or row


async def tell_student_unreachable(session: AsyncSession, chat_id: int, now: datetime) -> None:
    """Note for the tutor that nothing can be sent to the student any more."""
    await chats.hold(session, chat_id)
    row = await active_escalation(session, chat_id)
    if row is not None:
        state = await _state(session, row)
        await _append(session, row, state, domain.note_unreachable(state, now))


async def erase_chat(session: AsyncSession, chat_id: int, now: datetime) -> None:
    """Cut every escalation of the chat off from the person: no question, no chat, no more reopening."""
    await chats.hold(session, chat_id)
    rows = await session.scalars(select(Escalation).where(Escalation.chat_id == chat_id))
    for row in rows.all():
        state = await _state(session, row)
        for event in domain.erase(state, now):
            state = await _append(session, row, state, event)
        row.question, row.chat_id = "", None
    await session.flush()


# --- The tutor's side ---------------------------------------------------------------------------------------------


async def claim(session: AsyncSession, escalation_id: str, tutor: Tutor, now: datetime) -> Escalation:
    """The tutor takes it and the student is told who answers. Again by the same tutor: nothing changes.

    EscalationUnknown, EscalationClosed, EscalationAlreadyClaimed.
    """
    row, state = await _held(session, escalation_id)
    event = domain.claim(state, tutor.id, now)
    if event is not None:
        await _append(session, row, state, event)
        await _tell(session, row, notices.claimed(tutor.name), now)
    return row


async def reply(session: AsyncSession, escalation_id: str, tutor: Tutor, text: str, now: datetime) -> OutboxMessage:
    """The tutor writes to the student.

    InvalidRequest for blanks only, EscalationUnknown, EscalationClosed, EscalationNotYours.
    """
    if not text.strip():
        raise InvalidRequest("Le message est vide.")
    row, state = await _held(session, escalation_id)
    event = domain.reply(state, tutor.id, now)
    sent = await _tell(session, row, notices.tutor_message(tutor.name, text), now)
    if sent is None:
        raise EscalationUnknown("L'élève a tout effacé.")
    await _append(session, row, state, event)
    return sent


async def release(session: AsyncSession, escalation_id: str, tutor: Tutor, now: datetime) -> Escalation:
    """It goes back to the queue and the student is told. EscalationUnknown, EscalationClosed, EscalationNotYours."""
    row, state = await _held(session, escalation_id)
    event = domain.release(state, tutor.id, now, coordinator=tutor.coordinator)
    await _append(session, row, state, event)
    await _tell(session, row, notices.released(row), now)
    return row


async def resolve(session: AsyncSession, escalation_id: str, tutor: Tutor, now: datetime) -> Escalation:
    """It is over: the student is told, and the bot answers again.

    EscalationUnknown, EscalationClosed, EscalationNotYours.
    """
    row, state = await _held(session, escalation_id)
    event = domain.resolve(state, tutor.id, now, coordinator=tutor.coordinator)
    await _append(session, row, state, event)
    follower = await session.get(Tutor, state.tutor_id)
    await _tell(session, row, notices.resolved(row, (follower or tutor).name), now)
    return row


async def reopen(session: AsyncSession, escalation_id: str, tutor: Tutor, now: datetime) -> Escalation:
    """It waits for a person again, and the student is told. EscalationUnknown, EscalationClosed once erased,
    Conflict if the student has another one under way."""
    row, state = await _held(session, escalation_id)
    event = domain.reopen(state, tutor.id, now)
    if event is None:
        return row
    if row.chat_id is not None and await active_escalation(session, row.chat_id) is not None:
        raise Conflict("L'élève a déjà une autre demande en cours.")
    await _append(session, row, state, event)
    await _tell(session, row, notices.reopened(row), now)
    return row


# --- Time -----------------------------------------------------------------------------------------------------------


async def overdue(
    session: AsyncSession, now: datetime, *, open_after: timedelta, idle_claim_after: timedelta
) -> Sequence[str]:
    """The active escalations that may have to be timed out or taken back; `expire` decides for each."""
    patience = min(open_after, idle_claim_after)
    found = await session.scalars(
        select(Escalation.id)
        .where(Escalation.status.in_(ACTIVE), Escalation.opened_at <= now - patience)
        .order_by(Escalation.opened_at)
    )
    return found.all()


async def expire(
    session: AsyncSession,
    escalation_id: str,
    now: datetime,
    *,
    open_after: timedelta,
    idle_claim_after: timedelta,
) -> Status | None:
    """Time out what has not moved for `open_after`; take back what was claimed `idle_claim_after` ago without a word
    since. The new status, or None if nothing was due."""
    row, state = await _held(session, escalation_id)
    answered_once = any(event.kind is Kind.REPLIED for event in await _events(session, row))
    if now - state.since >= open_after:
        event, notice = domain.time_out(state, now), notices.timed_out(answered=answered_once)
    elif state.status is Status.CLAIMED and not state.answered and now - state.since >= idle_claim_after:
        event, notice = domain.take_back(state, now), notices.released(row)
    else:
        return None
    if event is None:
        return None
    await _append(session, row, state, event)
    await _tell(session, row, notice, now)
    return Status(row.status)


async def take_back_all(session: AsyncSession, tutor: Tutor, now: datetime) -> int:
    """Put back what this tutor has, for they have left. How many there were."""
    ids = await session.scalars(
        select(Escalation.id).where(Escalation.tutor_id == tutor.id, Escalation.status == Status.CLAIMED.value)
    )
    freed = 0
    for escalation_id in ids.all():
        row, state = await _held(session, escalation_id)
        event = domain.take_back(state, now) if state.tutor_id == tutor.id else None
        if event is not None:
            await _append(session, row, state, event)
            await _tell(session, row, notices.released(row), now)
            freed += 1
    return freed


# --- Rows and events ------------------------------------------------------------------------------------------------


async def _held(session: AsyncSession, escalation_id: str) -> tuple[Escalation, EscalationState]:
    """The escalation and its state, with its chat locked until the transaction ends. EscalationUnknown."""
    chat_id = await session.scalar(select(Escalation.chat_id).where(Escalation.id == escalation_id))
    if chat_id is not None:
        await chats.hold(session, chat_id)
    row = await session.get(Escalation, escalation_id, populate_existing=True, with_for_update={"key_share": True})
    if row is None:
        raise EscalationUnknown("Cette demande n'existe pas.")
    return row, await _state(session, row)


async def _events(session: AsyncSession, row: Escalation) -> list[Event]:
    found = await session.scalars(
        select(EscalationEventRow)
        .where(EscalationEventRow.escalation_id == row.id)
        .order_by(EscalationEventRow.sequence)
    )
    return [Event(Kind(event.kind), event.at, event.tutor_id) for event in found]


async def _state(session: AsyncSession, row: Escalation) -> EscalationState:
    return domain.replay(await _events(session, row))


async def _open(session: AsyncSession, row: Escalation, now: datetime) -> None:
    event = Event(Kind.OPENED, now)
    await _store(session, row, domain.replay([event]), event)


async def _append(
    session: AsyncSession, row: Escalation, state: EscalationState, event: Event | None
) -> EscalationState:
    """Store the event behind the others; the state that it leads to. No event changes nothing."""
    if event is None:
        return state
    new = domain.after(state, event)
    await _store(session, row, new, event)
    return new


async def _store(session: AsyncSession, row: Escalation, new: EscalationState, event: Event) -> None:
    """The event, and in the escalation's row what now holds."""
    row.status, row.urgent, row.tutor_id = new.status.value, new.urgent, new.tutor_id
    row.version, row.updated_at = new.version, event.at
    session.add(row)
    await session.flush()
    session.add(
        EscalationEventRow(
            escalation_id=row.id,
            sequence=new.version,
            kind=event.kind.value,
            tutor_id=event.tutor_id,
            at=event.at,
        )
    )
    await session.flush()


async def _tell(session: AsyncSession, row: Escalation, notice: Reply, now: datetime) -> OutboxMessage | None:
    """Send the student a word; None where they have erased everything."""
    if row.chat_id is None:
        return None
    return await outbox.enqueue(session, row.chat_id, notice, now=now, escalation_id=row.id)
