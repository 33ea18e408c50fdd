"""Inline keyboards: what Telegram refuses beyond their shape."""

from __future__ import annotations

import re
from typing import Any

from tests.telegram.errors import bad_request

_NOT_ACTIONS = frozenset({"text", "icon_custom_emoji_id", "style"})


def inline_buttons(markup: dict[str, Any] | None) -> list[list[dict[str, Any]]]:
    """The rows of a reply markup; none where it is something else than an inline keyboard. 400 if unusable."""
    rows: list[list[dict[str, Any]]] = (markup or {}).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            _check(button)
    if sum(len(row) for row in rows) > 100:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _check(button: dict[str, Any]) -> None:
    actions = button.keys() - _NOT_ACTIONS
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text is empty")
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not re.match(r"(https?://|tg://)?[^\s/]+\.[^\s/]+|tg://", button["url"]):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
