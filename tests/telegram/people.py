"""What students do: each act becomes an update as Telegram would make it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from tests.telegram.chats import CallbackQuery, Journal, Message
from tests.telegram.errors import BotApiError
from tests.telegram.markup import detect_entities
from tests.telegram.updates import Update, UpdateQueue
from tests.telegram.webhook import Deliveries


class Impossible(BotApiError):
    """A test asked for something that a person could not do."""

    def __init__(self, reason: str) -> None:
        super().__init__(422, reason)


def _file(**more: object) -> dict[str, Any]:
    unique = uuid.uuid4().hex[:16]
    return {"file_id": f"AgACAgQAAx{unique}", "file_unique_id": unique, "file_size": 4096, **more}


def attachment(kind: str) -> dict[str, Any]:
    """The part of a message that holds an attachment of this kind."""
    made: dict[str, Any] = {
        "photo": [_file(width=90, height=67), _file(width=1280, height=960)],
        "voice": _file(duration=7, mime_type="audio/ogg"),
        "audio": _file(duration=61, mime_type="audio/mpeg"),
        "video": _file(duration=12, width=640, height=360, mime_type="video/mp4"),
        "video_note": _file(duration=9, length=240),
        "document": _file(file_name="bulletin.pdf", mime_type="application/pdf"),
        "sticker": _file(width=512, height=512, type="regular", is_animated=False, is_video=False, emoji="👍"),
        "location": {"latitude": 48.8566, "longitude": 2.3522},
        "contact": {"phone_number": "+33600000000", "first_name": "Camille"},
        "dice": {"emoji": "🎲", "value": 4},
    }
    if kind not in made:
        raise Impossible(f"no attachment of the kind {kind}")
    return {kind: made[kind]}


@dataclass
class People:
    """Every function returns the update and, unless `hold`, puts it in the queue."""

    journal: Journal
    queue: UpdateQueue
    deliveries: Deliveries

    def deliver(self, updates: list[Update], *, chosen_ids: bool = True) -> None:
        """Queue these updates in this order, whatever their ids; the same one may stand there again."""
        for update in updates:
            self.queue.put(update, chosen_id=chosen_ids)
        self.deliveries.start_lanes()

    def text(self, chat: int, text: str, *, sender: int | None = None, **how: Any) -> Update:
        """A text message; one that starts with a slash is a command. In a group, `sender` says who wrote it."""
        content: dict[str, Any] = {"text": text}
        if entities := detect_entities(text):
            content["entities"] = entities
        return self._arrive("message", self._message(chat, content, sender), **how)

    def attachment(self, chat: int, kind: str, caption: str | None = None, **how: Any) -> Update:
        """A photo, a voice message, a document, a place…"""
        content = attachment(kind) | ({"caption": caption} if caption else {})
        return self._arrive("message", self._message(chat, content), **how)

    def edit(self, chat: int, text: str, message_id: int | None = None, **how: Any) -> Update:
        """Change a message that the student wrote; the last one unless said otherwise."""
        known = [one for (where, _), one in self.journal.incoming.items() if where == chat]
        chosen = [one for one in known if message_id in (None, one["message_id"])]
        if not chosen:
            raise Impossible("no such message to edit")
        edited = {**chosen[-1], "text": text, "edit_date": int(time.time())}
        edited.pop("entities", None)
        return self._arrive("edited_message", edited, **how)

    def press(self, chat: int, title: str, message_id: int | None = None, **how: Any) -> Update:
        """Press a button by its title, on the newest message that has it."""
        for sent in reversed(self.journal.sent):
            if sent.chat_id != chat or sent.deleted or message_id not in (None, sent.message_id):
                continue
            for button in (button for row in sent.buttons for button in row):
                if button["text"] == title and "callback_data" in button:
                    query = {
                        "id": str(uuid.uuid4().int)[:19],
                        "from": self.journal.chat(chat).as_user(),
                        "message": self.journal.as_message(sent),
                        "chat_instance": str(chat * 7919),
                        "data": button["callback_data"],
                    }
                    self.journal.callbacks[query["id"]] = CallbackQuery(query["id"], time.time())
                    return self._arrive("callback_query", query, **how)
        raise Impossible(f"chat {chat} shows no button « {title} »")

    def block(self, chat: int, blocked: bool = True, **how: Any) -> Update:
        """Block the bot, or let it write again."""
        person = self.journal.chat(chat)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        person.blocked = blocked
        person.started = True
        member: dict[str, Any] = {"user": self.journal.me}
        change = {
            "chat": person.as_chat(),
            "from": person.as_user(),
            "date": int(time.time()),
            "old_chat_member": member | _status(before),
            "new_chat_member": member | _status(after),
        }
        return self._arrive("my_chat_member", change, **how)

    def deactivate(self, chat: int) -> None:
        """Delete the person's account."""
        self.journal.chat(chat).deactivated = True

    def _message(self, chat: int, content: dict[str, Any], sender: int | None = None) -> Message:
        where = self.journal.chat(chat)
        where.started = True
        message: Message = {
            "message_id": next(self.journal.message_ids),
            "from": self.journal.chat(sender or chat).as_user(),
            "chat": where.as_chat(),
            "date": int(time.time()),
            **content,
        }
        self.journal.incoming[chat, message["message_id"]] = message
        return message

    def _arrive(self, kind: str, content: dict[str, Any], update_id: int | None = None, hold: bool = False) -> Update:
        update = {"update_id": update_id or self.queue.next_id(), kind: content}
        if not hold:
            self.deliver([update], chosen_ids=update_id is not None)
        return update


def _status(status: str) -> dict[str, Any]:
    return {"status": status, "until_date": 0} if status == "kicked" else {"status": status}
