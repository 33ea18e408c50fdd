"""Words of danger."""

from __future__ import annotations

from tests.e2e.steps import WELCOME, Tutor, asks_for_a_person_about
from tests.e2e.system import System
from tests.telegram.client import Student

DISTRESS = "j'en peux plus je veux mourir"


async def test_the_card_comes_first_and_an_urgent_case_is_opened(student: Student, camille: Tutor) -> None:
    await student.says(DISTRESS)
    card = await student.receives()
    assert "3114" in card.text
    await student.receives(WELCOME)
    await student.receives("transmis en priorité")
    waiting = [one for one in camille.client.get("/escalations?status=open").json()["items"] if one["urgent"]]
    assert DISTRESS in [one["question"] for one in waiting]


async def test_the_card_comes_while_rasa_is_down(student: Student, system: System) -> None:
    with system.stopped("rasa"):
        await student.says(DISTRESS)
        assert "3114" in (await student.receives(timeout_seconds=5)).text


async def test_the_card_comes_while_a_tutor_has_the_floor(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "c quoi la cvec ?")
    escalation = camille.claims("c quoi la cvec ?")
    await student.receives("Camille te répond")
    await student.says(DISTRESS)
    assert "3114" in (await student.receives()).text
    camille.reads(escalation, DISTRESS)
    assert camille.detail(escalation)["urgent"] is True
