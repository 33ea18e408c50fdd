"""What the routes work with: made once by `api.app`, reached through `ContextDep`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.services.health import HealthCheck
from api.services.library import Library
from api.settings import Settings
from api.store.bell import Bell
from api.store.database import Database
from knowledge.lexicon import Lexicon


@dataclass
class Context:
    """The parts of the running api."""

    settings: Settings
    bell: Bell
    database: Database
    library: Library
    lexicon: Lexicon
    service_token: str
    health: HealthCheck = field(init=False)
    _last_seen: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.health = HealthCheck(
            self.database,
            self.library,
            rasa_url=f"http://127.0.0.1:{self.settings.rasa_port}",
            actions_url=f"http://127.0.0.1:{self.settings.actions_port}",
            bot_silent_for=lambda: self.seconds_since("bot"),
        )

    def seen(self, part: str) -> None:
        """Note that another process (`bot`) has just called."""
        self._last_seen[part] = time.monotonic()

    def seconds_since(self, part: str) -> float | None:
        """Seconds since that process last called; None if it never has."""
        last = self._last_seen.get(part)
        return None if last is None else time.monotonic() - last


def get_context(request: Request) -> Context:
    """The context of the application that received the request."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]
