"""The chat page's side of the inbox and the outbox: a chat of the web channel, named by the hash of its session."""

from __future__ import annotations

import time
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import (
    PAYLOAD_LIMIT_BYTES,
    TEXT_LIMIT,
    Channel,
    IncomingMessage,
    MessageKind,
    Recorded,
    Reply,
    Schema,
)
from api.services import chats, delivery, intake
from api.store.models import InboxMessage, OutboxMessage
from knowledge.lexicon import Lexicon

HISTORY_LIMIT = 100
"""How many of each side's messages a page that is opened again shows."""

_NONCES = "web-nonce"


class WebMessage(Schema):
    """What the page sends: words or the payload of a button, and a nonce that makes sending it twice harmless."""

    text: str | None = Field(default=None, min_length=1, max_length=TEXT_LIMIT)
    payload: str | None = Field(default=None, min_length=1, max_length=PAYLOAD_LIMIT_BYTES)
    nonce: str = Field(min_length=8, max_length=64)

    @model_validator(mode="after")
    def _one_of_them(self) -> WebMessage:
        if (self.text is None) == (self.payload is None):
            raise ValueError("il faut un texte ou un bouton, et un seul")
        if self.text is not None and not self.text.strip():
            raise ValueError("le message est vide")
        return self


class WebLine(Schema):
    """One line of the page: the student's words, or a reply with the number of its outbox row."""

    at: datetime
    text: str | None = None
    reply: Reply | None = None
    id: int | None = None


def key_of(session_id: str) -> str:
    """The name of the session's chat. What stands in the table does not let anybody in."""
    return sha256(session_id.encode()).hexdigest()


async def submit(
    session: AsyncSession, lexicon: Lexicon, key: str, message: WebMessage, now: datetime
) -> Recorded | None:
    """Take a message in like any other channel's; None if the page has sent it before.

    Numbers follow the clock, so that a chat's messages are answered in order; a number taken by another message in
    the same microsecond is passed over.
    """
    digest = sha256(f"{key} {message.nonce}".encode()).digest()
    if not await intake.first_time(session, _NONCES, int.from_bytes(digest[:8]) >> 1, now):
        return None
    number = time.time_ns() // 1000
    while True:
        incoming = _incoming(key, message, number, now)
        (recorded,) = await intake.record(session, lexicon, [incoming], now)
        if not recorded.duplicate:
            return recorded
        number += 1


async def chat_id_of(session: AsyncSession, key: str) -> int | None:
    """The session's chat, if it has said anything yet."""
    return await chats.find(session, Channel.WEB.value, key)


async def history(session: AsyncSession, chat_id: int) -> list[WebLine]:
    """What was said so far, oldest first; replies that were not shown yet come by `unseen`."""
    said = await session.scalars(
        select(InboxMessage)
        .where(InboxMessage.chat_id == chat_id)
        .order_by(InboxMessage.update_id.desc())
        .limit(HISTORY_LIMIT)
    )
    shown = await session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.chat_id == chat_id, OutboxMessage.status == "sent")
        .order_by(OutboxMessage.id.desc())
        .limit(HISTORY_LIMIT)
    )
    replies = [_line(row) for row in shown]
    titles = _button_titles(replies)
    lines = [WebLine(at=row.received_at, text=_spoken(row, titles)) for row in said]
    return sorted([*lines, *replies], key=lambda line: (line.at, line.id or 0))


async def has_unseen(session: AsyncSession, chat_id: int, after: int) -> bool:
    """Whether there are replies behind the row `after`."""
    found = await session.scalar(
        select(OutboxMessage.id).where(OutboxMessage.chat_id == chat_id, OutboxMessage.id > after).limit(1)
    )
    return found is not None


async def unseen(session: AsyncSession, chat_id: int, after: int, now: datetime) -> tuple[list[WebLine], list[float]]:
    """The replies behind the row `after`, marked as sent, and how long the students of the new ones had waited."""
    await chats.hold(session, chat_id)
    found = await session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.chat_id == chat_id, OutboxMessage.id > after)
        .order_by(OutboxMessage.id)
    )
    rows, waits = found.all(), []
    for row in rows:
        if row.status != "sent":
            row.status, row.sent_at = "sent", now
            await session.flush()
            waits.append(await delivery.seconds_since_question(session, row))
    return [_line(row) for row in rows], [seconds for seconds in waits if seconds is not None]


def _incoming(key: str, message: WebMessage, number: int, now: datetime) -> IncomingMessage:
    fields: dict[str, Any] = {"kind": MessageKind.TEXT, "text": message.text}
    if message.payload is not None:
        fields = {"kind": MessageKind.BUTTON, "payload": message.payload}
    elif message.text is not None and message.text[0] == "/" and message.text[1:2].isalpha():
        name, _, argument = message.text[1:].partition(" ")
        fields = {"kind": MessageKind.COMMAND, "text": name.lower(), "argument": argument.strip() or None}
    return IncomingMessage(channel=Channel.WEB, update_id=number, chat=key, sent_at=now, **fields)


def _line(row: OutboxMessage) -> WebLine:
    return WebLine(at=row.created_at, reply=Reply.model_validate(row.reply), id=row.id)


def _button_titles(replies: list[WebLine]) -> dict[str, str]:
    rows = [buttons for line in replies if line.reply for buttons in line.reply.buttons]
    return {button.payload: button.title for buttons in rows for button in buttons}


def _spoken(row: InboxMessage, titles: dict[str, str]) -> str:
    if row.kind == MessageKind.BUTTON.value:
        return titles.get(row.payload or "", "…")
    if row.kind == MessageKind.COMMAND.value:
        return " ".join(part for part in (f"/{row.text}", row.argument) if part)
    return row.text or "…"
