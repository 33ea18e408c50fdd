"""The bot's logging: which libraries stay quiet, and how an error of Telegram is named."""

from __future__ import annotations

import logging
import warnings

from telegram.error import BadRequest, Conflict, Forbidden

from api.discretion import log_discreetly, name

_QUIET = ("httpx", "httpcore", "telegram", "uvicorn", "asyncio")
"""Libraries whose chatter may hold addresses with the bot's token, or the body of a message."""


def telegram_cause(error: BaseException) -> str:
    """The name of a Telegram error; with its description where Telegram itself worded it."""
    if isinstance(error, BadRequest | Forbidden | Conflict):
        return f"{type(error).__name__}: {error.message}"[:300]
    return name(error)


def set_up_logging() -> None:
    """Log to standard error, one line an event."""
    log_discreetly(_QUIET, logging.CRITICAL)
    warnings.filterwarnings("ignore", message=".*retry_after.*")  # a coming change that does not concern us
