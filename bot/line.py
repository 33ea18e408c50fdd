"""The line to Telegram: one Bot API client, and what can go wrong on it in plain words."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from bot.logs import telegram_cause
from bot.rendering import Part

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_SECONDS_AFTER_REFUSED_TOKEN = 30.0


class _DiscreetRequest(HTTPXRequest):
    """Never logs the body of an answer: it may hold what a student wrote."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The JSON of an answer; `TelegramError` where it is none."""
        try:
            parsed = json.loads(payload)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise TelegramError("Invalid server response") from None
        return parsed


class Line(Bot):
    """A Bot API client that gives updates as raw JSON and sends rendered parts."""

    async def raw_updates(
        self, offset: int | None, *, timeout_seconds: int, allowed_updates: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Long-poll for at most 100 updates; `offset` acknowledges everything below it for good."""
        parameters: dict[str, Any] = {"timeout": timeout_seconds, "allowed_updates": list(allowed_updates)}
        if offset is not None:
            parameters["offset"] = offset
        result = await self._post("getUpdates", parameters, read_timeout=timeout_seconds + 10.0)
        return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []

    async def send_part(self, chat: str, part: Part, *, plain: bool = False) -> int:
        """Send one part without a link preview; the id of the message that Telegram made of it."""
        rows = [
            [InlineKeyboardButton(button.title, callback_data=button.payload) for button in row] for row in part.buttons
        ]
        message = await self.send_message(
            int(chat),
            part.plain if plain else part.html,
            parse_mode=None if plain else ParseMode.HTML,
            reply_markup=InlineKeyboardMarkup(rows) if rows else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return message.message_id

    async def hang_up(self) -> None:
        """Close every connection."""
        for request in self._request:
            await request.shutdown()


def open_line(token: str, api_url: str) -> Line:
    """A line that opens no connection before it is used."""
    return Line(
        token,
        base_url=f"{api_url}/bot",
        request=_DiscreetRequest(
            connection_pool_size=64, connect_timeout=5, read_timeout=15, write_timeout=10, pool_timeout=5
        ),
        get_updates_request=_DiscreetRequest(
            connection_pool_size=2, connect_timeout=5, read_timeout=15, pool_timeout=5
        ),
    )


async def until_telegram_accepts(call: Callable[[], Awaitable[_Result]], what: str) -> _Result:
    """Repeat a call until Telegram accepts it: the bot survives whatever state Telegram or the network is in."""

    def tell(state: RetryCallState) -> None:
        error = _error_of(state)
        if isinstance(error, InvalidToken):
            logger.error(
                "Telegram refuse le jeton du bot : vérifiez TELEGRAM_BOT_TOKEN (donné par @BotFather). "
                "Nouvel essai dans %.0f s.",
                _SECONDS_AFTER_REFUSED_TOKEN,
            )
        elif state.attempt_number == 1 or state.attempt_number % 10 == 0:
            cause = "" if error is None else telegram_cause(error)
            logger.warning("telegram_not_reached call=%s attempt=%s cause=%s", what, state.attempt_number, cause)

    retrying = AsyncRetrying(retry=retry_if_exception_type(TelegramError), wait=_pause, before_sleep=tell)

    async def attempt() -> _Result:
        return await call()

    return await retrying(attempt)


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram asks to wait, in seconds, at least one."""
    asked: int | timedelta = error._retry_after  # the public property warns about its coming change of type
    return max(asked.total_seconds() if isinstance(asked, timedelta) else float(asked), 1.0)


def _pause(state: RetryCallState) -> float:
    error = _error_of(state)
    if isinstance(error, RetryAfter):
        return seconds_to_wait(error)
    if isinstance(error, InvalidToken):
        return _SECONDS_AFTER_REFUSED_TOKEN
    longest = 5.0 if isinstance(error, Conflict) else 15.0
    return min(0.5 * 2.0 ** min(state.attempt_number - 1, 10), longest)


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
