"""The people and groups that the bot can meet, and every message on both sides."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tests.telegram.errors import bad_request, forbidden
from tests.telegram.markup import Entity

Message = dict[str, Any]


@dataclass
class Chat:
    """A person (positive id) or a group (negative id)."""

    id: int
    started: bool = False
    """Whether the person wrote first: before that a bot may not write."""
    blocked: bool = False
    deactivated: bool = False

    def as_chat(self) -> dict[str, Any]:
        """Telegram's Chat."""
        if self.id < 0:
            return {"id": self.id, "type": "group", "title": f"Groupe {-self.id}"}
        return {"id": self.id, "type": "private", "first_name": f"Élève {self.id}"}

    def as_user(self) -> dict[str, Any]:
        """Telegram's User."""
        return {"id": self.id, "is_bot": False, "first_name": f"Élève {self.id}", "language_code": "fr"}

    def check_writable(self) -> None:
        """403 or 400 where a bot cannot write."""
        if self.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started and self.id < 0:
            raise bad_request("chat not found")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")


@dataclass
class Sent:
    """A message of the bot as the person sees it; `at` and `edited_at` are seconds since the epoch."""

    sequence: int
    chat_id: int
    message_id: int
    text: str
    entities: list[Entity]
    buttons: list[list[dict[str, Any]]]
    parse_mode: str | None
    at: float
    edited_at: float | None = None
    deleted: bool = False
    edits: list[str] = field(default_factory=list)
    """What stood there before, oldest first."""


@dataclass
class CallbackQuery:
    """A button press that waits for its answer."""

    id: str
    at: float
    answered: bool = False
    text: str | None = None


@dataclass
class Journal:
    """All that was said, with a bell that rings at each change."""

    me: dict[str, Any]
    chats: dict[int, Chat] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    callbacks: dict[str, CallbackQuery] = field(default_factory=dict)
    incoming: dict[tuple[int, int], Message] = field(default_factory=dict)
    message_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    version: int = 0
    """Grows with each change."""
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def chat(self, chat_id: int) -> Chat:
        """The chat of this id; a new one is made up where there is none."""
        return self.chats.setdefault(chat_id, Chat(chat_id))

    def ring(self) -> None:
        """Wake everybody who waits for a change."""
        self.version += 1
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def change(self, timeout_seconds: float) -> None:
        """Wait for a change, at most so long."""
        try:
            await asyncio.wait_for(self._bell.wait(), timeout_seconds)
        except TimeoutError:
            return

    def add_sent(
        self,
        chat_id: int,
        text: str,
        entities: list[Entity],
        buttons: list[list[dict[str, Any]]],
        parse_mode: str | None,
    ) -> Sent:
        """Keep a message of the bot."""
        message_id = next(self.message_ids)
        sent = Sent(len(self.sent) + 1, chat_id, message_id, text, entities, buttons, parse_mode, at=time.time())
        self.sent.append(sent)
        self.ring()
        return sent

    def find_sent(self, chat_id: int, message_id: int, purpose: Literal["edit", "delete"]) -> Sent:
        """A message of the bot that is still there; 400 otherwise."""
        for sent in reversed(self.sent):
            if (sent.chat_id, sent.message_id) == (chat_id, message_id) and not sent.deleted:
                return sent
        raise bad_request(f"message to {purpose} not found")

    def as_message(self, sent: Sent) -> Message:
        """Telegram's Message for something that the bot sent."""
        message: Message = {
            "message_id": sent.message_id,
            "from": self.me,
            "chat": self.chat(sent.chat_id).as_chat(),
            "date": int(sent.at),
            "text": sent.text,
        }
        if sent.entities:
            message["entities"] = sent.entities
        if sent.buttons:
            message["reply_markup"] = {"inline_keyboard": sent.buttons}
        if sent.edited_at:
            message["edit_date"] = int(sent.edited_at)
        return message

    def seen_in(self, chat_id: int | None) -> list[dict[str, Any]]:
        """The bot's messages in a chat (or all), oldest first."""
        return [asdict(one) for one in self.sent if chat_id in (None, one.chat_id)]

    def repeated(self) -> int:
        """How many messages repeat an earlier one of the same chat word for word."""
        counts = Counter((one.chat_id, one.text) for one in self.sent)
        return sum(count - 1 for count in counts.values())
