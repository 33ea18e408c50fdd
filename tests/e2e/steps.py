"""Steps that the stories share."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from tests.telegram.chats import Sent
from tests.telegram.client import Student

_T = TypeVar("_T")

QUESTION = "c quoi la prépa tsi ?"
ANSWER_BUTTONS = ["Ça m'aide", "Pas vraiment", "Parler à un tuteur"]
WELCOME = "assistant automatique"
TRANSMITTED = "C'est transmis"
_SOURCE_LINE = re.compile(r"\nSources? : .+ \(vérifié le \d{1,2}(er)? [a-zéû]+ 20\d\d\)$")


def titles(message: Sent) -> list[str]:
    """The titles of a message's buttons."""
    return [button["text"] for row in message.buttons for button in row]


def is_sourced(message: Sent) -> bool:
    """Whether a message ends with its source and the day it was checked, the source being a link."""
    links = [entity for entity in message.entities if entity["type"] == "text_link"]
    return bool(_SOURCE_LINE.search(message.text)) and bool(links)


def assert_sourced_answer(message: Sent) -> None:
    """An answer from the base: source, date, three buttons."""
    assert is_sourced(message), message.text
    assert titles(message) == ANSWER_BUTTONS


async def asks_for_a_person_about(student: Student, question: str) -> None:
    """A new student asks a question and then for a person."""
    await student.says(question)
    await student.receives(WELCOME)
    await student.receives()
    await student.says("je veux parler à quelqu'un")
    await student.receives(TRANSMITTED)


@dataclass
class Tutor:
    """A person who answers through the REST api."""

    name: str
    client: httpx.Client

    def waiting(self, question: str, status: str = "open") -> dict[str, Any]:
        """The escalation with this question, once it is in the list."""
        [found] = eventually(lambda: [one for one in self._listed(status) if question in one["question"]])
        return dict(found)

    def detail(self, escalation_id: str) -> dict[str, Any]:
        """One escalation with its transcript."""
        return dict(self._checked(self.client.get(f"/escalations/{escalation_id}")))

    def claims(self, question: str) -> str:
        """Take the escalation with this question; its id."""
        escalation_id = str(self.waiting(question)["id"])
        self.does(escalation_id, "claim")
        return escalation_id

    def does(self, escalation_id: str, act: str) -> None:
        """Claim, release, resolve or reopen."""
        self._checked(self.client.post(f"/escalations/{escalation_id}/{act}"))

    def writes(self, escalation_id: str, text: str) -> None:
        """Answer the student."""
        self._checked(self.client.post(f"/escalations/{escalation_id}/messages", json={"text": text}))

    def reads(self, escalation_id: str, text: str) -> dict[str, Any]:
        """The line of the transcript with this text, once it is there."""
        lines = eventually(lambda: [line for line in self.detail(escalation_id)["transcript"] if line["text"] == text])
        return dict(lines[-1])

    def _listed(self, status: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"status": status} | ({"cursor": cursor} if cursor else {})
            page = self._checked(self.client.get("/escalations", params=query))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()


def eventually(look: Callable[[], _T], timeout_seconds: float = 5) -> _T:
    """What a look gives, as soon as it is something."""
    deadline = time.monotonic() + timeout_seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert seen
    return seen
