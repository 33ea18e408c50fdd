"""Logging that never holds what a student wrote: messages carry ids, exceptions their class and place only."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from types import TracebackType

from telegram.error import BadRequest, Conflict, Forbidden

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_QUIET = ("httpx", "httpcore", "telegram", "uvicorn", "asyncio")
"""Libraries whose chatter may hold addresses with the bot's token, or the body of a message."""


class DiscreetFormatter(logging.Formatter):
    """Shows where an exception arose and its class, without its message: that may quote a person."""

    def formatException(self, ei: _ExcInfo) -> str:
        """The frames and the class names of an exception and of what it groups."""
        error = ei[1]
        return "" if error is None else "\n".join(_lines(error))


def _lines(error: BaseException) -> list[str]:
    lines = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    lines.append(name(error))
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            lines.extend(_lines(inner))
    return lines


def name(error: BaseException) -> str:
    """The class of an error and of its cause, e.g. `NetworkError (ConnectError)`."""
    cause = error.__cause__
    return type(error).__name__ + (f" ({type(cause).__name__})" if cause is not None else "")


def telegram_cause(error: BaseException) -> str:
    """The name of a Telegram error; with its description where Telegram itself worded it."""
    if isinstance(error, BadRequest | Forbidden | Conflict):
        return f"{type(error).__name__}: {error.message}"[:300]
    return name(error)


def set_up_logging() -> None:
    """Log to standard error, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    warnings.filterwarnings("ignore", message=".*retry_after.*")  # a coming change that does not concern us
    for library in _QUIET:
        logging.getLogger(library).setLevel(logging.CRITICAL)
