"""What a student reads first, and what the commands say."""

from __future__ import annotations

import pytest

from tests.e2e.steps import QUESTION, WELCOME, assert_sourced_answer, titles
from tests.telegram.client import Student


async def test_the_first_line_comes_once_and_the_answer_at_once(student: Student) -> None:
    await student.says(QUESTION)
    first, second = await student.telegram.wait_for(2, student.chat)
    assert WELCOME in first.text
    assert "/confidentialite" in first.text
    assert "/tuteur" in first.text
    assert_sourced_answer(second)
    student.read = 2
    await student.says("merci")
    await student.receives()
    assert sum(WELCOME in message.text for message in await student.messages()) == 1


@pytest.mark.parametrize(
    ("command", "extract"),
    [
        ("/start", "Pose-moi ta question"),
        ("/aide", "/supprimer"),
        ("/confidentialite", "vie privée"),
        ("/privacy", "vie privée"),
        ("/nimportequoi", "Je ne connais pas cette commande"),
    ],
)
async def test_commands(student: Student, command: str, extract: str) -> None:
    await student.says(command)
    await student.receives(extract)


async def test_the_menu_of_commands_is_announced(student: Student) -> None:
    state = await student.telegram.state()
    assert state.calls["setMyCommands"] >= 1


async def test_feedback_on_an_answer(student: Student) -> None:
    await student.says(QUESTION)
    await student.receives("Source")
    await student.presses("Ça m'aide")
    await student.receives("Merci")
    await student.presses("Pas vraiment")
    assert titles(await student.receives("reformuler")) == ["Parler à un tuteur"]


@pytest.mark.parametrize("text", ['/ask{"x":1}', "/nlu_fallback", "/ bonjour", "//"])
async def test_a_slash_forces_nothing(student: Student, text: str) -> None:
    await student.says(text)
    await student.receives(WELCOME)
    assert (await student.receives()).text


async def test_what_is_not_known_is_said_honestly(student: Student) -> None:
    await student.says("quel est le meilleur restaurant de sushis à tokyo ?")
    await student.receives(WELCOME)
    reply = await student.receives()
    assert "Source" not in reply.text
    assert "Parler à un tuteur" in titles(reply)
