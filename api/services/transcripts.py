"""What was said in a chat, as a tutor reads it: plain text, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.escalation import ACTIVE
from api.schemas import (
    Act,
    MessageKind,
    Reply,
    ReplyKind,
    TranscriptAuthor,
    TranscriptLine,
    parse_payload,
)
from api.store.models import Escalation, InboxMessage, OutboxMessage

LED_UP_DAYS = 7
LED_UP_LINES = 100
"""How much of what came before the request a tutor sees: a week, at most a hundred lines."""

_BUTTONS = {
    Act.HELPFUL: "Ça m'aide",
    Act.UNHELPFUL: "Pas vraiment",
    Act.TUTOR: "Parler à un tuteur",
    Act.ASK: "Choix d'un sujet",
    Act.CANCEL: "Annuler",
    Act.REOPEN: "Rouvrir",
    Act.ERASE: "Effacer mes messages",
}
_FILES = {
    "photo": "photo",
    "voice": "message vocal",
    "audio": "fichier audio",
    "video": "vidéo",
    "video_note": "message vidéo",
    "animation": "animation",
    "sticker": "autocollant",
    "document": "document",
}
_KINDS = {
    MessageKind.OTHER: "(contact, position ou autre contenu, non conservé)",
    MessageKind.BLOCKED: "(a bloqué l'assistant)",
    MessageKind.UNBLOCKED: "(a débloqué l'assistant)",
}
_DELIVERY: dict[str, Literal["pending", "sent", "uncertain", "failed"]] = {
    "pending": "pending",
    "leased": "pending",
    "sent": "sent",
    "uncertain": "uncertain",
    "unreachable": "failed",
    "dead": "failed",
}


async def transcript(session: AsyncSession, escalation: Escalation) -> list[TranscriptLine]:
    """What led to the escalation and what was said until it was closed; nothing once the student erased all."""
    if escalation.chat_id is None:
        return []
    since = escalation.opened_at - timedelta(days=LED_UP_DAYS)
    until = None if escalation.status in ACTIVE else escalation.updated_at
    received = await _received(session, escalation.chat_id, since, until)
    sent = await _sent(session, escalation.chat_id, since, until)
    titles = _button_titles(sent)
    lines = sorted(
        [
            *((row.received_at, 0, row.update_id, student_line(row, titles)) for row in received),
            *((row.created_at, 1, row.id, sent_line(row)) for row in sent),
        ],
        key=lambda line: line[:3],
    )
    before = [line for at, _, _, line in lines if at < escalation.opened_at]
    return before[-LED_UP_LINES:] + [line for at, _, _, line in lines if at >= escalation.opened_at]


async def _received(
    session: AsyncSession, chat_id: int, since: datetime, until: datetime | None
) -> Sequence[InboxMessage]:
    query = select(InboxMessage).where(InboxMessage.chat_id == chat_id, InboxMessage.received_at >= since)
    if until is not None:
        query = query.where(InboxMessage.received_at <= until)
    return (await session.scalars(query)).all()


async def _sent(
    session: AsyncSession, chat_id: int, since: datetime, until: datetime | None
) -> Sequence[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.chat_id == chat_id, OutboxMessage.created_at >= since)
    if until is not None:
        query = query.where(OutboxMessage.created_at <= until)
    return (await session.scalars(query)).all()


def _button_titles(sent: Iterable[OutboxMessage]) -> dict[str, str]:
    """What stood on the buttons that the student was shown, by payload."""
    replies = (Reply.model_validate(row.reply) for row in sent)
    return {button.payload: button.title for reply in replies for line in reply.buttons for button in line}


def student_line(row: InboxMessage, titles: dict[str, str]) -> TranscriptLine:
    """A message from the student; `titles` says what stood on the buttons."""
    return TranscriptLine(
        author=TranscriptAuthor.STUDENT,
        text=_student_text(row, titles),
        file_type=row.file_type,
        at=row.received_at,
    )


def _student_text(row: InboxMessage, titles: dict[str, str]) -> str:
    match MessageKind(row.kind):
        case MessageKind.COMMAND:
            return " ".join(filter(None, (f"/{row.text}", row.argument)))
        case MessageKind.BUTTON:
            return f"[{_button_label(row.payload or '', titles)}]"
        case MessageKind.FILE:
            return row.text or f"({_FILES.get(row.file_type or '', 'fichier')})"
        case MessageKind.TEXT:
            return f"{row.text} (modifié)" if row.edited else row.text or ""
        case other:
            return _KINDS[other]


def _button_label(payload: str, titles: dict[str, str]) -> str:
    parsed = parse_payload(payload)
    return titles.get(payload) or (_BUTTONS[parsed[0]] if parsed else "Bouton")


def sent_line(row: OutboxMessage) -> TranscriptLine:
    """A message to the student, and whether it arrived."""
    reply = Reply.model_validate(row.reply)
    return TranscriptLine(
        author=TranscriptAuthor.TUTOR if reply.kind is ReplyKind.TUTOR else TranscriptAuthor.BOT,
        name=reply.author,
        text="\n".join(filter(None, (reply.title, reply.text, reply.warning))),
        at=row.created_at,
        delivery=_DELIVERY[row.status],
    )
