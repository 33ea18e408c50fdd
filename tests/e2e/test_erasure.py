"""`/supprimer` leaves nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.e2e.steps import TRANSMITTED, WELCOME, Tutor, asks_for_a_person_about, eventually
from tests.e2e.system import System
from tests.telegram.client import Student

TELLTALE = "quetzalcoatl"
QUESTION = f"mon surnom c'est {TELLTALE} et je voudrais faire un bts"


def tracker(system: System, conversation: str) -> dict[str, Any]:
    answer = httpx.get(f"{system.rasa_url}/conversations/{conversation}/tracker", timeout=10)
    return dict(answer.json())


def words_known_to_rasa(system: System, conversation: str) -> str:
    return str(tracker(system, conversation)["events"])


async def test_everything_is_erased_everywhere(student: Student, system: System, camille: Tutor) -> None:
    # Given a student who talked with the bot and with a tutor
    await asks_for_a_person_about(student, QUESTION)
    escalation = camille.claims(TELLTALE)
    await student.receives("Camille te répond")
    await student.says(f"au fait je suis {TELLTALE}")
    camille.reads(escalation, f"au fait je suis {TELLTALE}")
    conversations = [
        row[0]
        for row in system.rows(
            "SELECT conversations.id FROM conversations JOIN chats ON chats.id = chat_id WHERE external_id = ?",
            str(student.chat),
        )
    ]
    assert any(TELLTALE in words_known_to_rasa(system, one) for one in conversations)

    # When they erase everything
    await student.says("/supprimer")
    await student.receives("Tout effacer ?")
    await student.presses("Oui, tout effacer")
    await student.receives("tout est effacé")

    # Then nothing is left: not in the tables, not in the file, not in Rasa, not at the tutor's
    await asyncio.to_thread(eventually, lambda: not system.rows("SELECT 1 FROM pending_erasures"))
    assert system.rows("SELECT count(*) FROM chats WHERE external_id = ?", str(student.chat)) == [(0,)]
    assert all(TELLTALE not in words_known_to_rasa(system, one) for one in conversations)
    assert TELLTALE not in str(camille.detail(escalation))
    assert TELLTALE.encode() not in system.database_path.read_bytes()
    assert TELLTALE.encode() not in system.wal()
    for log in (system.data_dir / "log").iterdir():
        assert TELLTALE.encode() not in log.read_bytes(), log.name

    # And they are a stranger again
    await student.says("salut")
    await student.receives(WELCOME)


async def test_a_student_may_think_better_of_it(student: Student, system: System) -> None:
    await student.says("/supprimer")
    await student.receives("Tout effacer ?")
    await student.presses("Non, garder")
    await student.receives("je garde tout")
    assert system.rows("SELECT count(*) FROM chats WHERE external_id = ?", str(student.chat)) == [(1,)]


async def test_a_waiting_request_is_cancelled_by_the_erasure(student: Student, system: System, camille: Tutor) -> None:
    await student.says("/tuteur c quoi le vrai salaire d'un ingé ?")
    await student.receives(TRANSMITTED)
    waiting = camille.waiting("c quoi le vrai salaire d'un ingé ?")
    await student.says("/supprimer")
    await student.receives("Tout effacer ?")
    await student.presses("Oui, tout effacer")
    await student.receives("tout est effacé")
    assert camille.detail(waiting["id"])["status"] == "cancelled"
    assert camille.client.post(f"/escalations/{waiting['id']}/claim").status_code == 409
