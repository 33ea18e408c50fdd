"""A chat's sessions, and what the bot asks for on a student's behalf."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import ConversationUnknown
from api.schemas import Feedback, Profile
from api.services import chats, escalations, outbox
from api.store.bell import announce
from api.store.models import Chat, Conversation, FeedbackRow, PendingErasure

IDLE_MINUTES = 45
TURNS_LIMIT = 40
"""Rasa's turns grow slower with every one of a conversation: a new one begins after this many."""


async def current(session: AsyncSession, chat_id: int, now: datetime) -> Conversation:
    """The session that a message of now belongs to; a new one after 45 idle minutes or 40 turns.

    The caller holds the chat, so that there is one.
    """
    latest = await session.scalar(
        select(Conversation)
        .where(Conversation.chat_id == chat_id)
        .order_by(Conversation.last_turn_at.desc(), Conversation.started_at.desc())
        .limit(1)
    )
    fresh_enough = now - timedelta(minutes=IDLE_MINUTES)
    if latest is not None and latest.turns < TURNS_LIMIT and latest.last_turn_at > fresh_enough:
        return latest
    fresh = Conversation(id=str(uuid4()), chat_id=chat_id, started_at=now, last_turn_at=now, turns=0)
    session.add(fresh)
    await session.flush()
    return fresh


async def count_turn(session: AsyncSession, chat_id: int, now: datetime) -> None:
    """One message of the chat has been answered."""
    conversation = await current(session, chat_id, now)
    conversation.turns += 1
    conversation.last_turn_at = now
    await session.flush()


async def owner(session: AsyncSession, conversation_id: str) -> Chat:
    """The chat of a conversation, held until the transaction ends. ConversationUnknown."""
    chat_id = await session.scalar(select(Conversation.chat_id).where(Conversation.id == conversation_id))
    chat = None if chat_id is None else await chats.hold(session, chat_id)
    if chat is None:
        raise ConversationUnknown("Cette conversation n'existe pas, ou elle a été effacée.")
    return chat


async def update_profile(session: AsyncSession, conversation_id: str, change: Profile) -> dict[str, str]:
    """Change what the student said of themself; the whole profile comes back."""
    chat = await owner(session, conversation_id)
    said = change.model_dump(exclude_none=True)
    chat.profile = {name: value for name, value in {**chat.profile, **said}.items() if value}
    await session.flush()
    return chat.profile


async def give_feedback(session: AsyncSession, conversation_id: str, feedback: Feedback, now: datetime) -> None:
    """Keep the chat's last word on an entry."""
    chat = await owner(session, conversation_id)
    await session.merge(FeedbackRow(chat_id=chat.id, entry_id=feedback.entry_id, helpful=feedback.helpful, at=now))
    await session.flush()


async def erase(session: AsyncSession, conversation_id: str, now: datetime) -> list[str]:
    """Erase everything about the chat that owns the conversation; Rasa still has to forget what comes back."""
    chat = await owner(session, conversation_id)
    ids = (await session.scalars(select(Conversation.id).where(Conversation.chat_id == chat.id))).all()
    session.add_all(PendingErasure(conversation_id=id, requested_at=now) for id in ids)
    await escalations.erase_chat(session, chat.id, now)
    await session.flush()
    await session.execute(delete(Chat).where(Chat.id == chat.id))
    announce(session, outbox.TOPIC)
    return list(ids)


async def pending_erasures(session: AsyncSession) -> list[str]:
    """Every conversation that Rasa still has to forget, oldest first."""
    asked = select(PendingErasure.conversation_id).order_by(PendingErasure.requested_at)
    return list((await session.scalars(asked)).all())


async def confirm_erasure(session: AsyncSession, conversation_id: str) -> None:
    """Rasa has forgotten this conversation. A second call changes nothing."""
    await session.execute(delete(PendingErasure).where(PendingErasure.conversation_id == conversation_id))
