"""How a student comes to a person, and takes it back."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import EscalationStatus, MessageKind, Reply, Route, TutorRequested, TutorRequestOutcome
from api.services import conversations, escalations, notices, phrases
from api.store.models import Escalation, InboxMessage, Tutor

QUESTION_HOURS = 24
"""How old the student's last question may be to be handed over with a bare « un tuteur »."""

_COURTESIES = """
salut slt bonjour bjr bonsoir bsr coucou cc hello hey yo wesh merci mrc thx svp stp ok okay dac oui ouais nn non nan
si d accord c est bon cool super top nickel parfait bien mdr lol ptdr ah oh bah ben ca va et toi a plus bye au revoir
beaucoup de rien bonne journee soiree moi tout le monde
"""


async def request_tutor(
    session: AsyncSession, conversation_id: str, question: str | None, now: datetime
) -> TutorRequested:
    """Open an escalation with the question given, else with the student's last one, else wait for one."""
    chat = await conversations.owner(session, conversation_id)
    await _mark_request(session, chat.id)
    active = await escalations.active_escalation(session, chat.id)
    if active is not None:
        return TutorRequested(
            outcome=TutorRequestOutcome.ALREADY_OPEN,
            escalation_id=active.id,
            reply=await _already_open(session, active),
        )
    asked = await _last_question(session, chat.id, now) if question is None or not question.strip() else None
    words = asked.text if asked is not None else question
    if not words or not words.strip():
        chat.awaiting_question = True
        await session.flush()
        return TutorRequested(outcome=TutorRequestOutcome.QUESTION_NEEDED, reply=phrases.question_wanted())
    escalation, _ = await escalations.open_escalation(session, chat.id, words.strip(), now=now)
    chat.awaiting_question = False
    if asked is not None:
        asked.escalation_id = escalation.id
    await session.flush()
    return TutorRequested(
        outcome=TutorRequestOutcome.OPENED,
        escalation_id=escalation.id,
        reply=notices.transmitted(escalation),
    )


async def cancel(session: AsyncSession, conversation_id: str, escalation_id: str | None, now: datetime) -> Reply:
    """The student needs no person any more. `escalation_id` is the button's; None means the one that is open."""
    chat = await conversations.owner(session, conversation_id)
    chat.awaiting_question = False
    await session.flush()
    cancelled = await escalations.cancel_by_student(session, chat.id, escalation_id, now)
    return phrases.nothing_to_cancel() if cancelled is None else notices.cancelled(cancelled)


async def reopen(session: AsyncSession, conversation_id: str, escalation_id: str, now: datetime) -> Reply:
    """The student wants to go on with a closed escalation. EscalationUnknown if it is not theirs."""
    chat = await conversations.owner(session, conversation_id)
    chat.awaiting_question = False
    await session.flush()
    row = await escalations.reopen_by_student(session, chat.id, escalation_id, now)
    if row.id == escalation_id and row.status == EscalationStatus.OPEN.value:
        return notices.reopened(row)
    return await _already_open(session, row)


async def _already_open(session: AsyncSession, active: Escalation) -> Reply:
    tutor = None if active.tutor_id is None else await session.get(Tutor, active.tutor_id)
    if tutor is not None:
        return phrases.already_claimed(tutor.name)
    return notices.still_waiting(active)


async def _mark_request(session: AsyncSession, chat_id: int) -> None:
    """The text that the bot is answering right now turned out to ask for a person: it is never the question."""
    row = await session.scalar(
        select(InboxMessage).where(
            InboxMessage.chat_id == chat_id,
            InboxMessage.status == "leased",
            InboxMessage.kind == MessageKind.TEXT.value,
        )
    )
    if row is not None:
        row.asks_person = True


async def _last_question(session: AsyncSession, chat_id: int, now: datetime) -> InboxMessage | None:
    """The last text that the bot was asked, that asks for something, and that no tutor has got yet."""
    rows = await session.scalars(
        select(InboxMessage)
        .where(
            InboxMessage.chat_id == chat_id,
            InboxMessage.kind == MessageKind.TEXT.value,
            InboxMessage.route == Route.BOT.value,
            InboxMessage.status.in_(("done", "dead")),
            InboxMessage.asks_person.is_(False),
            InboxMessage.escalation_id.is_(None),
            InboxMessage.received_at > now - timedelta(hours=QUESTION_HOURS),
        )
        .order_by(InboxMessage.update_id.desc())
        .limit(20)
    )
    return next((row for row in rows if asks_something(row.text or "")), None)


def asks_something(text: str) -> bool:
    """Whether a text is more than a greeting, thanks or « ok ».

    >>> asks_something("ok merci !"), asks_something("c koi le but")
    (False, True)
    """
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return not set(re.findall(r"\w+", folded)) <= set(_COURTESIES.split())
