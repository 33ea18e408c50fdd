"""The way in: what arrives is stored once, and it is said who answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.floor import Course, course_of, ends_waiting
from api.schemas import IncomingMessage, MessageKind, Recorded, Reply, ReplyKind, Route, Source
from api.services import chats, delivery, escalations, inbox, notices, outbox, phrases
from api.store.bell import announce
from api.store.models import Chat, Escalation, InboxMessage, UpdateSeen
from knowledge.lexicon import Card, Lexicon

SEEN_DAYS = 8
"""How long an update's number is remembered: longer than any channel delivers again."""

_ROUTES = {
    Course.SAFETY: Route.SAFETY,
    Course.THREAD: Route.TUTOR,
    Course.QUESTION: Route.TUTOR,
    Course.BOT: Route.BOT,
}


async def record(
    session: AsyncSession, lexicon: Lexicon, messages: Sequence[IncomingMessage], now: datetime
) -> list[Recorded]:
    """Store a batch; one answer per message, in the order given. A message stored before is only named so.

    Chats are taken in one order, whatever the batch's, so that two batches never wait for each other.
    """
    fresh = await _unseen(session, messages, now)
    routes: dict[tuple[str, int], Route] = {}
    for message in sorted(messages, key=lambda one: (one.channel, one.chat, one.update_id)):
        key = (message.channel.value, message.update_id)
        if key in fresh and key not in routes:
            routes[key] = await _record(session, lexicon, message, now)
    answered: set[tuple[str, int]] = set()
    recorded = []
    for message in messages:
        key = (message.channel.value, message.update_id)
        repeated = key not in routes or key in answered
        recorded.append(Recorded(update_id=message.update_id, route=routes.get(key, Route.NONE), duplicate=repeated))
        answered.add(key)
    return recorded


async def first_time(session: AsyncSession, channel: str, number: int, now: datetime) -> bool:
    """Whether this number of the channel (at most 16 characters) was never seen; it is from now on."""
    insert = chats.insert(session, UpdateSeen).values(channel=channel, update_id=number, received_at=now)
    return await session.scalar(insert.on_conflict_do_nothing().returning(UpdateSeen.update_id)) is not None


async def purge_seen(session: AsyncSession, now: datetime) -> None:
    """Forget the numbers of updates that are older than 8 days."""
    await session.execute(delete(UpdateSeen).where(UpdateSeen.received_at < now - timedelta(days=SEEN_DAYS)))


async def _unseen(session: AsyncSession, messages: Sequence[IncomingMessage], now: datetime) -> set[tuple[str, int]]:
    keys = sorted({(message.channel.value, message.update_id) for message in messages})
    rows = [{"channel": channel, "update_id": number, "received_at": now} for channel, number in keys]
    insert = chats.insert(session, UpdateSeen).values(rows).on_conflict_do_nothing()
    inserted = await session.execute(insert.returning(UpdateSeen.channel, UpdateSeen.update_id))
    return {(channel, number) for channel, number in inserted}


async def _record(session: AsyncSession, lexicon: Lexicon, message: IncomingMessage, now: datetime) -> Route:
    if message.kind in (MessageKind.BLOCKED, MessageKind.UNBLOCKED):
        await _note_reachability(session, message, now)
        return Route.NONE
    chat, is_new = await chats.find_or_create(session, message.channel.value, message.chat, now)
    chat.unreachable_since, chat.last_message_at = None, now
    words = _words(message)
    match = lexicon.safety(words) if words else None
    active = await escalations.active_escalation(session, chat.id)
    course = course_of(
        message.kind,
        has_text=bool(words.strip()),
        danger=match is not None,
        tutor_has_floor=active is not None and active.status == "claimed",
        awaiting_question=chat.awaiting_question,
    )
    row = _row(message, chat, _ROUTES[course], now)
    row.asks_person = message.kind is MessageKind.TEXT and lexicon.asks_person(words)
    session.add(row)
    await session.flush()
    if match is not None:
        await _show(session, row, _card(match.card), now)
    if is_new:
        await outbox.enqueue(session, chat.id, phrases.welcome(), now=now)
    await _hand_on(session, chat, row, course, active, now)
    await session.flush()
    return _ROUTES[course]


async def _hand_on(
    session: AsyncSession,
    chat: Chat,
    row: InboxMessage,
    course: Course,
    active: Escalation | None,
    now: datetime,
) -> None:
    """Bring a stored message to whoever has the floor."""
    if course is Course.BOT:
        if ends_waiting(MessageKind(row.kind), row.text, row.payload):
            chat.awaiting_question = False
        announce(session, inbox.TOPIC)
        return
    row.status, chat.awaiting_question = "done", False
    if course is Course.THREAD and active is not None:
        row.escalation_id = active.id
        return
    urgent = course is Course.SAFETY
    escalation, created = await escalations.open_escalation(session, chat.id, _question(row), urgent=urgent, now=now)
    row.escalation_id = escalation.id
    if created or not urgent:
        await _show(session, row, notices.transmitted(escalation), now)


async def _show(session: AsyncSession, row: InboxMessage, reply: Reply, now: datetime) -> None:
    await outbox.enqueue(session, row.chat_id, reply, now=now, inbox_id=row.id)


async def _note_reachability(session: AsyncSession, message: IncomingMessage, now: datetime) -> None:
    """A chat that we do not know (any more) is not made known by blocking us."""
    chat_id = await chats.find(session, message.channel.value, message.chat)
    chat = None if chat_id is None else await chats.hold(session, chat_id)
    if chat is None:
        return
    if message.kind is MessageKind.BLOCKED:
        await delivery.mark_unreachable(session, chat, now)
    else:
        chat.unreachable_since = None
        announce(session, outbox.TOPIC)


def _words(message: IncomingMessage) -> str:
    """What the person wrote: a text, a caption, or what follows a command."""
    written = message.argument if message.kind is MessageKind.COMMAND else message.text
    return written or ""


def _question(row: InboxMessage) -> str:
    written = row.argument if row.kind == MessageKind.COMMAND.value else row.text
    return (written or "").strip()


def _row(message: IncomingMessage, chat: Chat, route: Route, now: datetime) -> InboxMessage:
    is_other = message.kind is MessageKind.OTHER
    return InboxMessage(
        chat_id=chat.id,
        update_id=message.update_id,
        kind=message.kind.value,
        text=None if is_other else message.text,
        argument=message.argument,
        payload=message.payload,
        file_type=message.file_type,
        file_id=None if is_other else message.file_id,
        edited=message.edited,
        route=route.value,
        status="pending",
        attempts=0,
        next_attempt_at=now,
        sent_at=message.sent_at,
        received_at=now,
    )


def _card(card: Card) -> Reply:
    sources = [Source(title=one.title, url=one.url, checked_on=one.checked_on) for one in card.sources]
    return Reply(kind=ReplyKind.SAFETY, title=card.title, text=card.text, sources=sources)
