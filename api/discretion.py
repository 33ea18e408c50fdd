"""Logging that never holds what a student wrote: messages carry ids, exceptions their class and place only.

Shared by the processes of the main environment; each names the libraries that it wants quiet.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterable
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Shows where an exception arose and its class, without its message: that may quote a person."""

    def formatException(self, ei: _ExcInfo) -> str:
        """The frames and the class names of an exception, of what caused it and of what it groups."""
        error = ei[1]
        return "" if error is None else "\n".join(_lines(error))


def name(error: BaseException) -> str:
    """The class of an error and of its cause, e.g. `NetworkError (ConnectError)`."""
    cause = error.__cause__
    return type(error).__name__ + (f" ({type(cause).__name__})" if cause is not None else "")


def log_discreetly(quiet: Iterable[str] = (), quiet_level: int = logging.WARNING) -> None:
    """Log to standard error, one line an event; the `quiet` libraries say nothing below `quiet_level`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for library in quiet:
        logging.getLogger(library).setLevel(quiet_level)


def _lines(error: BaseException) -> list[str]:
    lines = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    lines.append(name(error))
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            lines.extend(_lines(inner))
    return lines
