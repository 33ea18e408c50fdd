"""What a test may set on the stand-in server."""

from __future__ import annotations

from dataclasses import dataclass

TOKEN = "123456789:stand-in-token"
"""The token that the server accepts unless told otherwise."""


@dataclass
class Settings:
    """Limits and times; the defaults are Telegram's, as far as they are known."""

    token: str = TOKEN
    chat_interval_seconds: float = 0
    """At least this long between two messages to one chat; Telegram's rule is 1, with short bursts let pass."""
    overall_per_second: int = 30
    callback_life_seconds: float = 150
    webhook_timeout_seconds: float = 60
    retry_scale: float = 1
    """Multiplies the waits between the deliveries of an update to a webhook (0, 2, 4, 8 … 60 s)."""
