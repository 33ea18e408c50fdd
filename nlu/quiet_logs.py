"""Logs of Rasa that say what happened and never what a pupil wrote.

Rasa's own logging puts the message's text, and the local variables of every frame, beside an error.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

LEVEL = logging.WARNING

_KEPT = ("event", "level", "action_name", "number_of_events")


def where(error: BaseException) -> str:
    """The kinds of error that led to this one, outermost first, and the place of the innermost. No messages."""
    kinds = []
    cause: BaseException | None = error
    innermost = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        innermost, cause = cause, cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(innermost.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return " from ".join(kinds) + place


def only_what_happened(_logger: Any, level: str, event: MutableMapping[str, Any]) -> str:
    """The last step of every structured log line: the event's name and a few harmless values."""
    line = " ".join(f"{key}={event[key]}" for key in _KEPT if key in event and key != "event")
    error = event.get("exc_info")
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    cause = f" error={where(error)}" if isinstance(error, BaseException) else ""
    return f"{event.get('event', '?')} {line or f'level={level}'}{cause}"


class _Line(logging.Formatter):
    """A time, a level, a logger, a message; of an exception the kind and the place."""

    def formatException(
        self, error: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return where(error[1]) if error[1] is not None else ""


def install() -> None:
    """Write warnings and errors to standard error; to be called after the imports of Rasa, before it logs."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.processors.add_log_level, only_what_happened],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=LEVEL, handlers=[handler], force=True)
    for name in ("rasa", "sanic.root", "sanic.error", "sanic.access", "apscheduler", "aio_pika", "matplotlib"):
        logging.getLogger(name).setLevel(LEVEL)
