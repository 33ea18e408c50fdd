"""Handing over, consent, profile, the beginning of a conversation."""

from __future__ import annotations

import pytest

from actions.answer import ActionAnswer
from actions.consent import ActionAffirm, ActionDeny
from actions.escalation import ActionOpenEscalation
from actions.profile import ActionRememberProfile
from actions.wording import carries_question
from api.schemas import Reply
from tests.actions.conftest import Conversation, FakeDesk, found, unclear


async def test_request_with_its_subject_is_the_question(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionOpenEscalation(desk), "je veux parler à quelqu'un de la prépa tsi")
    assert desk.tutor_requests == [("c-1", "je veux parler à quelqu'un de la prépa tsi")]


async def test_bare_request_takes_the_last_question_once(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "je peux faire médecine ?")
    await conversation.hear(ActionOpenEscalation(desk), "jveux parler à qqn stp")
    await conversation.hear(ActionOpenEscalation(desk), "un humain")
    assert desk.tutor_requests == [("c-1", "je peux faire médecine ?"), ("c-1", None)]


@pytest.mark.parametrize(
    "text",
    [
        "je veux parler à quelqu'un",
        "jpeux parler a une vrai personne svp",
        "passe moi un conseiller maintenant",
        "Un tuteur STP !!",
        "je préfère parler à une vraie personne",
        "transmets ma question à un tuteur",
        "ya qqn ?",
    ],
)
def test_bare_requests_carry_no_question(text: str) -> None:
    assert not carries_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "je veux parler à quelqu'un de la prépa tsi",
        "un tuteur pour m'aider sur ma lettre de motivation",
        "est-ce que quelqu'un peut me dire si la stl mène à véto",
    ],
)
def test_requests_with_a_subject_carry_a_question(text: str) -> None:
    assert carries_question(text)


async def test_yes_to_the_offer_hands_over_the_question(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "question sans réponse")
    replies = await conversation.hear(ActionAffirm(desk), "oui vas-y", intent="affirm")
    assert desk.tutor_requests == [("c-1", "question sans réponse")]
    assert replies[0].text == "Transmis."


async def test_second_yes_does_not_hand_over_again(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "question sans réponse")
    await conversation.hear(ActionAffirm(desk), "oui")
    await conversation.hear(ActionAffirm(desk), "oui")
    assert len(desk.tutor_requests) == 1


async def test_yes_to_a_single_proposal_shows_it(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["prépa"] = unclear("tsi")
    desk.entries["tsi"] = Reply(text="La TSI.")
    await conversation.hear(ActionAnswer(desk), "prépa")
    replies = await conversation.hear(ActionAffirm(desk), "oui")
    assert replies[0].text == "La TSI."


async def test_yes_to_several_proposals_asks_which(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["prépa"] = unclear("tsi", "tpc")
    await conversation.hear(ActionAnswer(desk), "prépa")
    replies = await conversation.hear(ActionAffirm(desk), "oui")
    assert "Laquelle" in replies[0].text
    assert not desk.tutor_requests


async def test_yes_to_nothing_invites_a_question(desk: FakeDesk, conversation: Conversation) -> None:
    replies = await conversation.hear(ActionAffirm(desk), "ok")
    assert "je t'écoute" in replies[0].text
    assert not desk.tutor_requests


async def test_no_withdraws_the_offer(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "question sans réponse")
    await conversation.hear(ActionDeny(desk), "non")
    await conversation.hear(ActionAffirm(desk), "ok")
    assert not desk.tutor_requests


async def test_profile_is_kept_and_said_back(desk: FakeDesk, conversation: Conversation) -> None:
    replies = await conversation.hear(
        ActionRememberProfile(desk),
        "jsui en term sti2d à la ciotat",
        intent="give_profile",
        entities={"filiere": "STI2D", "niveau": "terminale", "ville": "la ciotat"},
    )
    assert desk.profiles == [("c-1", {"niveau": "terminale", "filiere": "STI2D", "ville": "La Ciotat"})]
    assert replies[0].text == "C'est noté : terminale, STI2D, La Ciotat. Quelle est ta question ?"
    assert not desk.questions


@pytest.mark.parametrize(
    "text", ["je suis en STL, je peux faire médecine ?", "je déteste la chimie organique mais je suis en STL"]
)
async def test_profile_with_more_in_it_is_also_a_question(
    desk: FakeDesk, conversation: Conversation, text: str
) -> None:
    desk.known[text] = found("medecine", "Oui, mais…")
    replies = await conversation.hear(ActionRememberProfile(desk), text, entities={"filiere": "STL"})
    assert [reply.text for reply in replies] == ["C'est noté : STL.", "Oui, mais…"]


async def test_profile_in_which_nothing_was_understood_is_a_question(
    desk: FakeDesk, conversation: Conversation
) -> None:
    await conversation.hear(ActionRememberProfile(desk), "je suis en mp2i")
    assert desk.questions == ["je suis en mp2i"]
    assert not desk.profiles


async def test_conversation_knows_what_was_said_in_earlier_ones(desk: FakeDesk, conversation: Conversation) -> None:
    conversation.slots["session_started_metadata"] = {"profile": {"filiere": "STL", "niveau": "", "intrus": "x"}}
    await conversation.hear(ActionAnswer(desk), "c'est quoi le but")
    assert conversation.slots["filiere"] == "STL"
    assert not {"niveau", "intrus"} & set(conversation.slots)


async def test_what_is_said_now_is_stronger_than_what_was_said_earlier(
    desk: FakeDesk, conversation: Conversation
) -> None:
    conversation.slots |= {"session_started_metadata": {"profile": {"filiere": "STL"}}, "filiere": "STI2D"}
    await conversation.hear(ActionAnswer(desk), "c'est quoi le but")
    assert conversation.slots["filiere"] == "STI2D"


@pytest.mark.parametrize("metadata", [None, "x", {"profile": None}, {"profile": ["x"]}])
async def test_metadata_without_a_profile_changes_nothing(
    desk: FakeDesk, conversation: Conversation, metadata: object
) -> None:
    conversation.slots["session_started_metadata"] = metadata
    assert await conversation.hear(ActionAnswer(desk), "c'est quoi le but")
