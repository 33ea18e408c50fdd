"""What a test holds in its hand: the stand-in server's control side, and students who write and read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from tests.telegram.chats import Sent
from tests.telegram.faults import Fault
from tests.telegram.settings import TOKEN

Update = dict[str, Any]
Condition = Callable[[list[Sent]], object]


class NotSeen(AssertionError):
    """What a test waited for did not come in time; the message shows what came instead."""


@dataclass
class State:
    """The server's counters."""

    calls: dict[str, int]
    offences: dict[str, int]
    """What a well-behaved bot would not do, by description."""
    repeated: int
    """Messages that repeat an earlier one of the same chat word for word."""
    sent: int
    waiting: int
    """Updates that the bot has not confirmed."""
    confirmed: int
    allowed_updates: list[str]
    webhook: dict[str, Any]
    webhook_attempts: int
    callbacks: list[dict[str, Any]]


class Telegram:
    """Drives a stand-in server, in this process or another; use it in one event loop only."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.url = url
        self.token = token
        self._http = httpx.AsyncClient(base_url=f"{url}/control", timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def student(self, chat: int) -> Student:
        """A student to write and read as."""
        return Student(self, chat)

    async def text(self, chat: int, text: str, **how: Any) -> Update:
        """A student writes. `hold` keeps the update back for `deliver`; `update_id` chooses its id."""
        return await self._act("text", chat=chat, text=text, **how)

    async def attachment(self, chat: int, kind: str, caption: str | None = None, **how: Any) -> Update:
        """A student sends a photo, voice, audio, video, video_note, document, sticker, location, contact or dice."""
        return await self._act("attachment", chat=chat, kind=kind, caption=caption, **how)

    async def edit(self, chat: int, text: str, message_id: int | None = None, **how: Any) -> Update:
        """A student changes a message, the last one unless said otherwise."""
        return await self._act("edit", chat=chat, text=text, message_id=message_id, **how)

    async def press(self, chat: int, title: str, message_id: int | None = None, **how: Any) -> Update:
        """A student presses a button by its title, on the newest message that has it."""
        return await self._act("press", chat=chat, title=title, message_id=message_id, **how)

    async def block(self, chat: int, blocked: bool = True, **how: Any) -> Update:
        """A student blocks the bot, or takes it back."""
        return await self._act("block", chat=chat, blocked=blocked, **how)

    async def deactivate(self, chat: int) -> None:
        """A student deletes their Telegram account."""
        await self._act("deactivate", chat=chat)

    async def deliver(self, updates: Sequence[Update]) -> None:
        """Queue these updates in this order; the same one may stand there more than once."""
        await self._call("POST", "/deliver", {"updates": list(updates)})

    async def messages(self, chat: int | None = None) -> list[Sent]:
        """What the bot sent to a chat (or to all), oldest first."""
        return (await self._messages(chat))[0]

    async def wait_until(
        self, condition: Condition, chat: int | None = None, timeout_seconds: float = 10
    ) -> list[Sent]:
        """The bot's messages, as soon as they meet the condition; `NotSeen` when the time is over."""
        deadline = time.monotonic() + timeout_seconds
        messages, version = await self._messages(chat)
        while not condition(messages):
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotSeen(f"after {timeout_seconds} s there is only: {[m.text for m in messages]}")
            messages, version = await self._messages(chat, changed_from=version, wait=min(left, 25))
        return messages

    async def wait_for(self, count: int, chat: int | None = None, timeout_seconds: float = 10) -> list[Sent]:
        """The bot's messages once there are at least so many."""
        return await self.wait_until(lambda messages: len(messages) >= count, chat, timeout_seconds)

    async def configure(self, **settings: Any) -> None:
        """Change fields of `settings.Settings`."""
        await self._call("PATCH", "/settings", settings)

    async def fail(self, fault: Fault) -> None:
        """Order a failure."""
        await self._call("POST", "/faults", asdict(fault))

    async def clear_faults(self) -> None:
        """Nothing fails any more."""
        await self._call("DELETE", "/faults")

    async def state(self) -> State:
        """The counters."""
        return State(**await self._call("GET", "/state"))

    async def _messages(self, chat: int | None, **query: float) -> tuple[list[Sent], int]:
        if chat is not None:
            query["chat"] = chat
        body = await self._call("GET", "/messages", query=query)
        return [Sent(**one) for one in body["messages"]], body["version"]

    async def _act(self, act: str, **what: Any) -> Update:
        update: Update = await self._call("POST", f"/acts/{act}", what)
        return update

    async def _call(self, method: str, path: str, body: Any = None, query: dict[str, float] | None = None) -> Any:
        answer = await self._http.request(method, path, json=body, params=query)
        if answer.status_code == 422:
            raise AssertionError(answer.json()["error"])
        answer.raise_for_status()
        return answer.json()


@dataclass
class Student:
    """One student: what `receives` returned is read, so that the next call looks further on."""

    telegram: Telegram
    chat: int
    read: int = 0
    """How many messages of the bot they have read."""
    seen: list[Sent] = field(default_factory=list)

    async def says(self, text: str, **how: Any) -> Update:
        """Write a text message or a command."""
        return await self.telegram.text(self.chat, text, **how)

    async def sends(self, kind: str, caption: str | None = None, **how: Any) -> Update:
        """Send a photo, a voice message…"""
        return await self.telegram.attachment(self.chat, kind, caption, **how)

    async def corrects(self, text: str, **how: Any) -> Update:
        """Edit the last message."""
        return await self.telegram.edit(self.chat, text, **how)

    async def presses(self, title: str, **how: Any) -> Update:
        """Press a button of the newest message that has it."""
        return await self.telegram.press(self.chat, title, **how)

    async def receives(self, extract: str = "", timeout_seconds: float = 20) -> Sent:
        """The first unread message that contains the extract; the ones before it count as read too."""

        def found(messages: list[Sent]) -> bool:
            return any(extract in one.text for one in messages[self.read :])

        try:
            self.seen = await self.telegram.wait_until(found, self.chat, timeout_seconds)
        except NotSeen as late:
            raise NotSeen(f"« {extract} » did not come to chat {self.chat}: {late}") from None
        for index, one in enumerate(self.seen[self.read :], start=self.read):
            if extract in one.text:
                self.read = index + 1
                return one
        raise AssertionError("unreachable")

    async def messages(self) -> list[Sent]:
        """Everything that the bot sent here."""
        return await self.telegram.messages(self.chat)

    async def unread(self) -> list[Sent]:
        """What came since the last message read."""
        return (await self.messages())[self.read :]
