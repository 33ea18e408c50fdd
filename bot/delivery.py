"""What a failed send means: surely not delivered, perhaps delivered, or never to be delivered."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from api.discretion import name
from api.schemas import Delivery
from bot.line import seconds_to_wait
from bot.logs import telegram_cause

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_SECONDS_AFTER_SERVER_ERROR = 2.0
_SECONDS_AFTER_REFUSED_TOKEN = 60.0


@dataclass(frozen=True)
class Failure:
    """How a send ended; with 0 as `retry_after_seconds` the caller chooses the pause."""

    status: Delivery
    error: str
    retry_after_seconds: float = 0


def failure_of(error: TelegramError) -> Failure:
    """What an error of the library means for the message."""
    cause = telegram_cause(error)
    match error:
        case RetryAfter():
            return Failure(Delivery.RETRY, "RetryAfter", seconds_to_wait(error))
        case Forbidden():
            return Failure(Delivery.UNREACHABLE, cause)
        case BadRequest():
            return Failure(Delivery.FAILED, cause)
        case ChatMigrated():
            return Failure(Delivery.FAILED, "the chat became a group with another id")
        case InvalidToken():
            return Failure(Delivery.RETRY, name(error), _SECONDS_AFTER_REFUSED_TOKEN)
        case NetworkError():
            return _network_failure(error)
        case Conflict():
            return Failure(Delivery.RETRY, cause, _SECONDS_AFTER_SERVER_ERROR)
        case _:
            return Failure(Delivery.UNCERTAIN, cause)


def is_unparsable(error: BadRequest) -> bool:
    """Whether Telegram could not read the markup: the message then goes out plain."""
    return "can't parse entities" in error.message.lower()


def _network_failure(error: NetworkError) -> Failure:
    """The library raises the same class for a lost connection and for a status that it does not know.

    A lost connection has the HTTP client's exception as its cause; a status (5xx: Telegram did not take it) has
    none, or the failure to parse its body.
    """
    cause = error.__cause__
    if isinstance(cause, _NEVER_LEFT):
        return Failure(Delivery.RETRY, name(error))
    if cause is None or isinstance(cause, TelegramError):
        return Failure(Delivery.RETRY, "server error", _SECONDS_AFTER_SERVER_ERROR)
    return Failure(Delivery.UNCERTAIN, name(error))
