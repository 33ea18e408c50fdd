"""A Telegram update, reduced to what Passerelle keeps.

Works on the raw JSON, so that an update of a newer Bot API is no error. Only private chats count: what is said
in groups and channels, and what other bots write, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.schemas import PAYLOAD_LIMIT_BYTES, TEXT_LIMIT, Channel, IncomingMessage, MessageKind

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What Telegram is asked for; the former setting sticks, so it is always said."""

Json = Mapping[str, Any]

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_FILE_TYPES = ("animation", "photo", "voice", "audio", "video", "video_note", "document", "sticker")
_SERVICE_NOTES = frozenset(
    [
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
        "connected_website",
        "chat_background_set",
        "boost_added",
        "proximity_alert_triggered",
        "successful_payment",
        "refunded_payment",
        "gift",
        "unique_gift",
        "paid_message_price_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
    ]
)
"""What Telegram itself writes into a private chat: nobody waits for an answer."""

_MAX_ID = 2**63 - 1


def update_id_of(update: object) -> int | None:
    """The update's id where it has a usable one (0 to 2^63 - 1)."""
    value = _mapping(update).get("update_id")
    return value if isinstance(value, int) and _is_id(value) and value >= 0 else None


def reduce_update(update: Json, now: datetime) -> IncomingMessage | None:
    """The message that an update carries, or None where there is nothing to answer; may raise on a strange shape."""
    update_id = update_id_of(update)
    if update_id is None:
        return None
    if "callback_query" in update:
        return _from_button(update_id, update["callback_query"], now)
    if "my_chat_member" in update:
        return _from_membership(update_id, update["my_chat_member"], now)
    message = update.get("message") or update.get("edited_message")
    return _from_message(update_id, message, "edited_message" in update, now) if message else None


def bare_update(update: Json, now: datetime) -> IncomingMessage | None:
    """The same update as a message of unknown content, where at least its id and its private chat can be read."""
    update_id = update_id_of(update)
    callback = _mapping(update.get("callback_query"))
    for holder in (update.get("message"), update.get("edited_message"), callback.get("message")):
        chat = _private_chat(_mapping(holder).get("chat"))
        if update_id is not None and chat is not None:
            return _incoming(update_id, chat, MessageKind.OTHER, now)
    return None


def _from_message(update_id: int, message: Json, edited: bool, now: datetime) -> IncomingMessage | None:
    chat = _private_chat(message.get("chat"))
    if chat is None or _mapping(message.get("from")).get("is_bot") or _SERVICE_NOTES & message.keys():
        return None
    sent_at = _moment(message.get("edit_date") if edited else message.get("date"), now)
    fields = _content(message)
    return _incoming(update_id, chat, fields.pop("kind"), sent_at, edited=edited, **fields)


def _content(message: Json) -> dict[str, Any]:
    text = _text(message.get("text"))
    if text:
        command = _COMMAND.fullmatch(text)
        if command is None:
            return {"kind": MessageKind.TEXT, "text": text}
        return {
            "kind": MessageKind.COMMAND,
            "text": command[1].lower(),
            "argument": (command[2] or "").strip() or None,
        }
    for file_type in _FILE_TYPES:
        file_id = _file_id(message.get(file_type))
        if file_id:
            caption = _text(message.get("caption")) or None
            return {"kind": MessageKind.FILE, "text": caption, "file_type": file_type, "file_id": file_id}
    return {"kind": MessageKind.OTHER}


def _file_id(value: object) -> str | None:
    """The file's id; of a photo, which comes in several sizes, the largest."""
    largest = value[-1] if isinstance(value, list) and value else value
    file_id = _mapping(largest).get("file_id")
    return file_id if isinstance(file_id, str) and 0 < len(file_id) <= 256 and file_id.isascii() else None


def _from_button(update_id: int, query: Json, now: datetime) -> IncomingMessage | None:
    sender = _mapping(query.get("from"))
    chat = _private_chat(_mapping(query.get("message")).get("chat"))
    if chat is None or sender.get("is_bot"):
        return None
    data = _text(query.get("data")).encode()[:PAYLOAD_LIMIT_BYTES].decode(errors="ignore")
    kind = MessageKind.BUTTON if data else MessageKind.OTHER
    return _incoming(update_id, chat, kind, now, payload=data or None)


def _from_membership(update_id: int, change: Json, now: datetime) -> IncomingMessage | None:
    chat = _private_chat(change.get("chat"))
    status = _mapping(change.get("new_chat_member")).get("status")
    kinds = {"kicked": MessageKind.BLOCKED, "member": MessageKind.UNBLOCKED}
    if chat is None or not isinstance(status, str) or status not in kinds:
        return None
    return _incoming(update_id, chat, kinds[status], _moment(change.get("date"), now))


def _incoming(update_id: int, chat: str, kind: MessageKind, sent_at: datetime, **fields: Any) -> IncomingMessage:
    return IncomingMessage(
        channel=Channel.TELEGRAM, update_id=update_id, chat=chat, kind=kind, sent_at=sent_at, **fields
    )


def _private_chat(chat: object) -> str | None:
    """The id of a private chat."""
    described = _mapping(chat)
    chat_id = described.get("id")
    return str(chat_id) if described.get("type") == "private" and _is_id(chat_id) else None


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_MAX_ID <= value <= _MAX_ID


def _moment(value: object, now: datetime) -> datetime:
    """A Unix time in seconds as a moment in UTC; `now` where it is none."""
    if not isinstance(value, int):
        return now
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return now


def _text(value: object) -> str:
    """A text that every store accepts: no NUL, no half surrogate pair, at most 4,096 characters."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "").strip()[:TEXT_LIMIT]


def _mapping(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}
