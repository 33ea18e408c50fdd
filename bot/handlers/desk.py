"""What every handler works with."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from api.client import ApiClient
from api.schemas import InboxItem, Reply
from bot.rasa import Rasa


class Front(Protocol):
    """What a channel can do beside sending the outbox."""

    def writing(self, item: InboxItem) -> AbstractAsyncContextManager[None]:
        """Show the student that an answer is being written, while the block runs; best effort."""

    async def say_unstored(self, item: InboxItem, reply: Reply) -> None:
        """Tell the student something that leaves no trace; best effort."""


@dataclass(frozen=True)
class Desk:
    """The api, the dialogue, and the channel."""

    client: ApiClient
    rasa: Rasa
    front: Front
