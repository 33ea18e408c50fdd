"""Rasa's REST channel: a student's words in, replies out, or `RasaUnavailable` within a few seconds."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from api.schemas import Button, Reply
from bot.breaker import Breaker

logger = logging.getLogger(__name__)

TEXT_LIMIT = 1000
"""The longest text that Rasa is given, in characters: its time grows with the length."""

_LEADING_SLASHES = re.compile(r"[\s/]+")
"""Rasa strips white space and then takes a leading slash for a forced intent; no other character hides it safely
without becoming part of a word, so the slashes are left out."""


class RasaUnavailable(Exception):
    """Rasa did not answer; the message says why, without anything that a person wrote."""


class Rasa:
    """Talks to one Rasa server. After a failure it is left in peace until a probe in the background succeeds."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout_seconds: float = 5,
        pause_seconds: float = 10,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the network in tests."""
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_seconds, transport=transport, trust_env=False)
        self._breaker = Breaker(self._is_well, pause_seconds)

    async def say(self, conversation_id: str, text: str, profile: Mapping[str, str]) -> list[Reply]:
        """The replies to a student's words; a leading slash is dropped, what exceeds 1,000 characters too."""
        harmless = _LEADING_SLASHES.sub("", text, count=1) if text.lstrip().startswith("/") else text.strip()
        return await self._turn(conversation_id, harmless[:TEXT_LIMIT] or "?", profile)

    async def choose(self, conversation_id: str, entry_id: str, profile: Mapping[str, str]) -> list[Reply]:
        """The replies to a choice after « vouliez-vous dire »."""
        choice = json.dumps({"entry": entry_id}, ensure_ascii=False, separators=(",", ":"))
        return await self._turn(conversation_id, f"/choose{choice}", profile)

    async def forget(self, conversation_id: str) -> None:
        """Make Rasa forget everything that was said in a conversation."""
        path = f"/conversations/{quote(conversation_id, safe='')}/tracker/events"
        await self._ask("PUT", path, [])

    async def aclose(self) -> None:
        """Stop probing and close every connection."""
        await self._breaker.aclose()
        await self._http.aclose()

    async def _turn(self, conversation_id: str, message: str, profile: Mapping[str, str]) -> list[Reply]:
        if self._breaker.is_open:
            raise RasaUnavailable("resting after a failure")
        body = {"sender": conversation_id, "message": message, "metadata": {"profile": dict(profile)}}
        try:
            uttered = await self._ask("POST", "/webhooks/rest/webhook", body)
        except RasaUnavailable:
            self._breaker.trip()
            raise
        replies = [reply for utterance in _mappings(uttered) if (reply := _as_reply(utterance)) is not None]
        if not replies:
            raise RasaUnavailable("empty answer")
        return replies

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._http.request(method, path, json=body)
            response.raise_for_status()
            return response.json()
        except TimeoutError as error:
            raise RasaUnavailable("no answer in time") from error
        except httpx.HTTPStatusError as error:
            raise RasaUnavailable(f"HTTP {error.response.status_code}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise RasaUnavailable(type(error).__name__) from error

    async def _is_well(self) -> bool:
        try:
            async with asyncio.timeout(2):
                return (await self._http.get("/status")).is_success
        except (TimeoutError, httpx.HTTPError):
            return False


def _mappings(uttered: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in uttered if isinstance(entry, Mapping)] if isinstance(uttered, list) else []


def _as_reply(utterance: Mapping[str, Any]) -> Reply | None:
    """Our actions' `custom.reply`, or the domain's text and buttons; None where there is nothing to show."""
    custom = utterance.get("custom")
    try:
        if isinstance(custom, Mapping) and "reply" in custom:
            return Reply.model_validate(custom["reply"])
        text = utterance.get("text")
        if not isinstance(text, str) or not text.strip():
            return None
        return Reply(text=text, buttons=[[button] for button in _buttons(utterance.get("buttons"))])
    except ValidationError as error:
        logger.error("rasa_reply_unreadable faults=%s", error.error_count())
        return None


def _buttons(described: Any) -> list[Button]:
    buttons = []
    for button in _mappings(described):
        try:
            buttons.append(Button(title=str(button.get("title"))[:60], payload=str(button.get("payload"))))
        except ValidationError:
            logger.error("rasa_button_unusable")
    return buttons
