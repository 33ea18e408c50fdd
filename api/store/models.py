"""The tables. The api is their only owner.

What a student wrote stands in `inbox` and what they were sent in `outbox`: together they are the transcript, so
that erasing a chat's rows erases everything. `updates_seen` holds bare update ids and outlives an erasure, so that
a message delivered again after it is not answered twice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite counts up only on a plain INTEGER key, which has 64 bits there."""

NEVER_REUSED = {"sqlite_autoincrement": True}
"""SQLite would give the id of an erased row to the next one: a worker that still holds the old id would then end
somebody else's message. PostgreSQL never does."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on every engine; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone, store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back where the engine drops it."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Constraint names are fixed, so that migrations can name them on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, dict[str, str]: JSON}  # noqa: RUF012


class Chat(Base):
    """A student's chat on one channel. No name is kept."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("channel", "external_id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(64))
    profile: Mapped[dict[str, str]] = mapped_column(default=dict)
    awaiting_question: Mapped[bool] = mapped_column(default=False)
    unreachable_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime]


class Conversation(Base):
    """One session of a chat, under the opaque id that Rasa knows it by."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    last_turn_at: Mapped[datetime]
    turns: Mapped[int] = mapped_column(default=0)


class UpdateSeen(Base):
    """An update that was stored once. Holds no link to a person."""

    __tablename__ = "updates_seen"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    received_at: Mapped[datetime] = mapped_column(index=True)


class InboxMessage(Base):
    """A message from a student; `status` is pending, leased, done or dead."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_queue", "status", "next_attempt_at"),
        Index("ix_inbox_chat_order", "chat_id", "update_id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    update_id: Mapped[int] = mapped_column(BigInteger)
    escalation_id: Mapped[str | None] = mapped_column(ForeignKey("escalations.id", ondelete="SET NULL"), index=True)
    """The thread it belongs to, where a tutor had the floor."""
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)
    argument: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(String(64))
    file_type: Mapped[str | None] = mapped_column(String(32))
    file_id: Mapped[str | None] = mapped_column(String(256))
    edited: Mapped[bool] = mapped_column(default=False)
    asks_person: Mapped[bool] = mapped_column(default=False)
    route: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]


class OutboxMessage(Base):
    """A message to a student; `status` is pending, leased, sent, uncertain, unreachable or dead."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_queue", "status", "next_attempt_at"),
        Index("ix_outbox_chat_order", "chat_id", "id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"), index=True)
    escalation_id: Mapped[str | None] = mapped_column(ForeignKey("escalations.id", ondelete="SET NULL"), index=True)
    reply: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    message_ids: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Tutor(Base):
    """A person who answers; only the hash of the token is kept."""

    __tablename__ = "tutors"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    coordinator: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Escalation(Base):
    """A hand-over to a person. `status`, `urgent`, `tutor_id`, `version` and `updated_at` repeat what the events
    say, for listing; the events are the truth. `chat_id` and `question` are emptied when the student erases all."""

    __tablename__ = "escalations"
    __table_args__ = (Index("ix_escalations_listing", "status", "urgent", "opened_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id", ondelete="SET NULL"), index=True)
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    urgent: Mapped[bool] = mapped_column(default=False)
    tutor_id: Mapped[int | None] = mapped_column(ForeignKey("tutors.id"))
    version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class EscalationEventRow(Base):
    """One step in an escalation's life. Holds no text that a person wrote."""

    __tablename__ = "escalation_events"

    escalation_id: Mapped[str] = mapped_column(ForeignKey("escalations.id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    tutor_id: Mapped[int | None] = mapped_column(ForeignKey("tutors.id"))
    at: Mapped[datetime]


class FeedbackRow(Base):
    """« Ça m'aide » or « Pas vraiment »: the last word of a chat on an entry."""

    __tablename__ = "feedback"

    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]


class PendingErasure(Base):
    """A conversation that Rasa still has to forget after the student erased everything."""

    __tablename__ = "pending_erasures"

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    requested_at: Mapped[datetime]
