"""From a question to a person and back."""

from __future__ import annotations

import pytest

from tests.e2e.steps import (
    QUESTION,
    TRANSMITTED,
    WELCOME,
    Tutor,
    asks_for_a_person_about,
    assert_sourced_answer,
    titles,
)
from tests.telegram.client import Student


async def test_the_whole_path(student: Student, camille: Tutor) -> None:
    # Given a student who gets a sourced answer
    await student.says(QUESTION)
    await student.receives(WELCOME)
    assert_sourced_answer(await student.receives())

    # When they ask for a person in words
    await student.says("nan mais je voudrais parler à un vrai humain svp")

    # Then it is handed over, with the question that they had asked
    await student.receives(TRANSMITTED)
    escalation = camille.claims(QUESTION)
    transcript = camille.detail(escalation)["transcript"]
    assert [line["author"] for line in transcript][:2] == ["student", "bot"]
    await student.receives("Camille te répond")

    # And messages go both ways while the bot is silent
    camille.writes(escalation, "Salut ! La prépa TSI t'intéresse ?")
    assert "Camille" in (await student.receives("La prépa TSI t'intéresse ?")).text
    await student.says("oui mais g peur du niveau")
    assert camille.reads(escalation, "oui mais g peur du niveau")["author"] == "student"
    camille.writes(escalation, "Elle est faite pour les STI2D.")
    await student.receives("Elle est faite pour les STI2D.")
    assert await student.unread() == []

    # And after the end the bot answers again
    camille.does(escalation, "resolve")
    await student.receives("Conversation terminée")
    await student.says("c koi le bts ?")
    assert_sourced_answer(await student.receives())


async def test_by_button(student: Student, camille: Tutor) -> None:
    await student.says("c koi la diff entre un bts et un but")
    await student.receives("Source")
    await student.presses("Parler à un tuteur")
    await student.receives(TRANSMITTED)
    assert camille.waiting("c koi la diff entre un bts et un but")["status"] == "open"


async def test_with_nothing_asked_it_takes_one_more_message(student: Student, camille: Tutor) -> None:
    await student.says("/tuteur")
    await student.receives("Écris ta question en un seul message")
    await student.says("est ce que le lycée Vauvenargues est bien ?")
    await student.receives(TRANSMITTED)
    camille.waiting("est ce que le lycée Vauvenargues est bien ?")


async def test_what_people_type_arrives_as_typed(student: Student, camille: Tutor) -> None:
    typed = "<b>gras</b> &amp; <script>alert(1)</script> 😀"
    await student.says(f"/tuteur {typed}")
    await student.receives(TRANSMITTED)
    escalation = camille.claims(typed)
    await student.receives("Camille te répond")
    camille.writes(escalation, typed)
    message = await student.receives("gras")
    assert message.text.endswith(typed)
    assert [entity for entity in message.entities if entity["type"] == "bold"] == []
    await student.says("< ok & merci >")
    camille.reads(escalation, "< ok & merci >")


async def test_a_long_message_of_a_tutor_arrives_whole(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "comment avoir la bourse ?")
    escalation = camille.claims("comment avoir la bourse ?")
    words = [f"mot{number}" for number in range(600)]
    camille.writes(escalation, " ".join(words)[:4096])
    await student.receives("mot0")
    written = " ".join(message.text for message in await student.messages())
    assert all(word in written for word in words[:500])


async def test_the_second_tutor_is_too_late(student: Student, camille: Tutor, sacha: Tutor) -> None:
    await asks_for_a_person_about(student, "c quoi un grand oral ?")
    escalation = camille.claims("c quoi un grand oral ?")
    late = sacha.client.post(f"/escalations/{escalation}/claim")
    assert late.status_code == 409
    assert late.headers["content-type"].startswith("application/problem+json")
    assert sacha.client.post(f"/escalations/{escalation}/messages", json={"text": "a"}).status_code == 409


async def test_a_tutor_hands_it_back_and_another_takes_it(student: Student, camille: Tutor, sacha: Tutor) -> None:
    await asks_for_a_person_about(student, "jpeux faire kinésithérapie apres stl ?")
    escalation = camille.claims("jpeux faire kinésithérapie apres stl ?")
    await student.receives("Camille te répond")
    camille.does(escalation, "release")
    await student.receives("de retour dans la file")
    await student.says("c koi un but en iut")
    assert_sourced_answer(await student.receives())
    sacha.does(escalation, "claim")
    await student.receives("Sacha te répond")


async def test_the_student_no_longer_needs_a_person(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "c quoi l'insa ?")
    waiting = camille.waiting("c quoi l'insa ?")
    await student.presses("Annuler ma demande")
    await student.receives("C'est annulé")
    assert camille.client.post(f"/escalations/{waiting['id']}/claim").status_code == 409
    assert camille.detail(waiting["id"])["status"] == "cancelled"


@pytest.mark.parametrize("words", ["/annuler"])
async def test_cancelling_by_command(student: Student, camille: Tutor, words: str) -> None:
    await asks_for_a_person_about(student, "polytech c bien ?")
    await student.says(words)
    await student.receives("C'est annulé")
    camille.waiting("polytech c bien ?", status="cancelled")


async def test_the_student_opens_it_again(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "combien coute une ecole d'ingé ?")
    escalation = camille.claims("combien coute une ecole d'ingé ?")
    camille.does(escalation, "resolve")
    ended = await student.receives("Conversation terminée")
    assert titles(ended) == ["Rouvrir la conversation"]
    await student.presses("Rouvrir la conversation")
    await student.receives("C'est rouvert")
    camille.does(escalation, "claim")
    await student.receives("Camille te répond")


async def test_asking_twice_makes_one_case(student: Student, camille: Tutor) -> None:
    await asks_for_a_person_about(student, "c quoi une césure ?")
    await student.says("/tuteur")
    await student.receives("déjà transmise")
    camille.waiting("c quoi une césure ?")
