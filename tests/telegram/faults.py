"""Failures on order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Fault:
    """What goes wrong with the next `times` calls that it matches.

    With `status` the call is refused without effect. With `drop` the connection is cut: `before` the call had any
    effect, or `after` it was carried out, so that the bot cannot know. `delay_seconds` alone makes it slow.
    """

    method: str | None = None
    chat_id: int | None = None
    times: int = 1
    status: int | None = None
    description: str | None = None
    retry_after: int | None = None
    drop: Literal["before", "after"] | None = None
    delay_seconds: float = 0

    def matches(self, method: str, chat_id: object) -> bool:
        """Whether the call is one that should fail."""
        wanted = self.method is None or self.method.lower() == method.lower()
        return self.times > 0 and wanted and self.chat_id in (None, chat_id)


class Faults:
    """The failures that are waiting to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Add one; earlier ones happen first."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Nothing fails any more."""
        self._waiting.clear()

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault that strikes this call, used up by one."""
        for fault in self._waiting:
            if fault.matches(method, chat_id):
                fault.times -= 1
                self._waiting = [one for one in self._waiting if one.times > 0]
                return fault
        return None
