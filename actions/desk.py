"""What the actions need of the api."""

from __future__ import annotations

from typing import Protocol

from api.schemas import Answers, Profile, Reply, TutorRequested


class Desk(Protocol):
    """The part of `api.client.ApiClient` that the actions use; raises the classes of `api.errors`."""

    async def answers(self, question: str, previous: str | None = None) -> Answers:
        """What the base says to a question, which may lean on the `previous` one."""
        ...

    async def entry(self, entry_id: str) -> Reply:
        """The message that shows one entry. Raises EntryUnknown."""
        ...

    async def request_tutor(self, conversation_id: str, question: str | None = None) -> TutorRequested:
        """Ask for a person. Show the outcome's `reply`."""
        ...

    async def update_profile(self, conversation_id: str, profile: Profile) -> dict[str, str]:
        """Change what the student said of themself; the whole profile comes back."""
        ...
