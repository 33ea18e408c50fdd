"""The methods of the Bot API that the stand-in carries out for real."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.telegram.chats import Journal
from tests.telegram.errors import bad_request, conflict
from tests.telegram.keyboards import inline_buttons
from tests.telegram.limits import FloodLimits
from tests.telegram.markup import message_text, utf16_length
from tests.telegram.settings import Settings
from tests.telegram.updates import UpdateQueue
from tests.telegram.webhook import Deliveries, Target

Parameters = dict[str, Any]

_TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")


@dataclass
class BotApi:
    """The bot's account. A method `sendMessage` of the Bot API is the function `send_message` here."""

    settings: Settings
    journal: Journal
    queue: UpdateQueue
    deliveries: Deliveries
    limits: FloodLimits
    offences: Counter[str]
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    async def call(self, method: dict[str, Any], parameters: Parameters) -> Any:
        """Carry out a checked call and return its result."""
        name = re.sub(r"[A-Z]", lambda m: "_" + m.group().lower(), method["name"])
        if (text_call := re.fullmatch(r"(get|set)_my_(name|description|short_description)", name)) is not None:
            return self._own_text(text_call[1], text_call[2], parameters)
        if (carried_out := getattr(self, f"do_{name}", None)) is not None:
            return await carried_out(**parameters)
        if method["returns"] == ["Boolean"]:
            return True
        raise bad_request(f"{method['name']} is not supported by the stand-in")

    async def do_get_me(self) -> Any:
        return {
            **self.journal.me,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    # --- receiving

    async def do_get_updates(
        self,
        offset: int | None = None,
        limit: int = 100,
        timeout: int = 0,
        allowed_updates: list[str] | None = None,
    ) -> Any:
        if self.deliveries.target:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        if not 1 <= limit <= 100:
            raise bad_request("limit must be from 1 to 100")
        if allowed_updates is not None:
            self.queue.allowed = allowed_updates
        return await self.queue.poll(offset, limit, min(max(timeout, 0), 50))

    async def do_set_webhook(
        self,
        url: str,
        certificate: object = None,
        ip_address: str | None = None,
        max_connections: int = 40,
        allowed_updates: list[str] | None = None,
        drop_pending_updates: bool = False,
        secret_token: str | None = None,
    ) -> Any:
        self._drop_pending(drop_pending_updates)
        if not url:
            await self.deliveries.aim(None)
            return True
        if secret_token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret_token):
            raise bad_request("secret token contains unallowed characters")
        if not 1 <= max_connections <= 100:
            raise bad_request("max_connections must be from 1 to 100")
        _check_webhook_url(url)
        if allowed_updates is not None:
            self.queue.allowed = allowed_updates
        self.queue.end_poll()
        await self.deliveries.aim(Target(url, secret_token, max_connections))
        return True

    async def do_delete_webhook(self, drop_pending_updates: bool = False) -> Any:
        self._drop_pending(drop_pending_updates)
        await self.deliveries.aim(None)
        return True

    async def do_get_webhook_info(self) -> Any:
        return self.deliveries.info(self.queue.allowed)

    def _drop_pending(self, wanted: bool) -> None:
        if wanted:
            self.offences["pending updates dropped"] += 1
            self.queue.drop_all()

    # --- sending

    async def do_send_message(
        self,
        chat_id: int | str,
        text: str,
        parse_mode: str | None = None,
        entities: list[dict[str, Any]] | None = None,
        reply_markup: dict[str, Any] | None = None,
        reply_parameters: dict[str, Any] | None = None,
        **_unused: object,
    ) -> Any:
        known = self._writable(chat_id)
        plain, found = message_text(text, parse_mode, entities)
        buttons = inline_buttons(reply_markup)
        wanted = reply_parameters if reply_parameters and not _lenient(reply_parameters) else None
        if wanted and not self._exists(known, wanted["message_id"]):
            raise bad_request("message to be replied not found")
        self.limits.admit(known, time.monotonic())
        return self.journal.as_message(self.journal.add_sent(known, plain, found, buttons, parse_mode))

    async def do_edit_message_text(
        self,
        text: str | None = None,
        chat_id: int | str | None = None,
        message_id: int | None = None,
        parse_mode: str | None = None,
        entities: list[dict[str, Any]] | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_unused: object,
    ) -> Any:
        if chat_id is None or message_id is None:
            raise bad_request("message identifier is not specified")
        sent = self.journal.find_sent(self._writable(chat_id), message_id, "edit")
        plain, found = message_text(text or "", parse_mode, entities)
        buttons = inline_buttons(reply_markup)
        if (plain, found, buttons) == (sent.text, sent.entities, sent.buttons):
            raise bad_request(_NOT_MODIFIED)
        sent.edits.append(sent.text)
        sent.text, sent.entities, sent.buttons, sent.edited_at = plain, found, buttons, time.time()
        self.journal.ring()
        return self.journal.as_message(sent)

    async def do_edit_message_reply_markup(
        self,
        chat_id: int | str | None = None,
        message_id: int | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_unused: object,
    ) -> Any:
        if chat_id is None or message_id is None:
            raise bad_request("message identifier is not specified")
        sent = self.journal.find_sent(self._writable(chat_id), message_id, "edit")
        buttons = inline_buttons(reply_markup)
        if buttons == sent.buttons:
            raise bad_request(_NOT_MODIFIED)
        sent.buttons, sent.edited_at = buttons, time.time()
        self.journal.ring()
        return self.journal.as_message(sent)

    async def do_delete_message(self, chat_id: int | str, message_id: int) -> Any:
        self.journal.find_sent(self._writable(chat_id), message_id, "delete").deleted = True
        self.journal.ring()
        return True

    async def do_send_chat_action(self, chat_id: int | str, action: str, **_unused: object) -> Any:
        self._writable(chat_id)
        if action not in _CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        return True

    async def do_answer_callback_query(self, callback_query_id: str, text: str | None = None, **_unused: object) -> Any:
        callback = self.journal.callbacks.get(callback_query_id)
        if callback is None or time.time() - callback.at > self.settings.callback_life_seconds:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if text is not None and utf16_length(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        callback.answered, callback.text = True, text
        self.journal.ring()
        return True

    def _writable(self, chat_id: int | str) -> int:
        """The id of a chat that the bot may write to."""
        if isinstance(chat_id, str):
            raise bad_request("chat not found")
        self.journal.chat(chat_id).check_writable()
        return chat_id

    def _exists(self, chat_id: int, message_id: int) -> bool:
        mine = any((s.chat_id, s.message_id) == (chat_id, message_id) for s in self.journal.sent)
        return mine or (chat_id, message_id) in self.journal.incoming

    # --- the bot's own description

    async def do_set_my_commands(
        self,
        commands: list[dict[str, str]],
        scope: dict[str, Any] | None = None,
        language_code: str = "",
    ) -> Any:
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _COMMAND_NAME.fullmatch(command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_scope_key(scope), language_code] = commands
        return True

    async def do_get_my_commands(self, scope: dict[str, Any] | None = None, language_code: str = "") -> Any:
        return self.commands.get((_scope_key(scope), language_code), [])

    async def do_delete_my_commands(self, scope: dict[str, Any] | None = None, language_code: str = "") -> Any:
        self.commands.pop((_scope_key(scope), language_code), None)
        return True

    def _own_text(self, verb: str, what: str, parameters: Parameters) -> Any:
        key = what, parameters.get("language_code", "")
        if verb == "get":
            return {what: self.texts.get(key, "")}
        text = parameters.get(what, "")
        if utf16_length(text) > _TEXT_LIMITS[what]:
            raise bad_request(f"{what.replace('_', ' ')} is too long")
        self.texts[key] = text
        return True


_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def _lenient(reply_parameters: dict[str, Any]) -> bool:
    return bool(reply_parameters.get("allow_sending_without_reply"))


def _scope_key(scope: dict[str, Any] | None) -> str:
    return json.dumps(scope or {"type": "default"}, sort_keys=True)


def _check_webhook_url(url: str) -> None:
    """Telegram's rule, and a local Bot API server's: plain HTTP and any port only on this machine."""
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost", "::1") and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in (443, 80, 88, 8443):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
