"""Questions, follow-ups, choices."""

from __future__ import annotations

import pytest

from actions.answer import ActionAnswer, ActionDefaultFallback
from actions.choice import ActionChooseEntry, ActionPickChoice, place
from actions.follow_up import ActionFollowUp
from api.schemas import Reply, ReplyKind
from tests.actions.conftest import Conversation, FakeDesk, found, unclear


async def test_question_is_searched_as_it_was_written(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["c koi la prepa tsi"] = found("prepa-tsi", "Une prépa pour les STI2D.")
    replies = await conversation.hear(ActionAnswer(desk), "  c koi la prepa tsi ")
    assert [reply.text for reply in replies] == ["Une prépa pour les STI2D."]
    assert conversation.slots["last_question"] == "c koi la prepa tsi"
    assert conversation.slots["last_entry"] == "prepa-tsi"


async def test_what_no_rule_fits_is_a_question(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionDefaultFallback(desk), "zzz")
    assert desk.questions == ["zzz"]


async def test_unknown_offers_a_tutor_and_the_offer_is_remembered(desk: FakeDesk, conversation: Conversation) -> None:
    replies = await conversation.hear(ActionAnswer(desk), "capitale du pérou")
    assert replies[0].kind is ReplyKind.UNKNOWN
    assert conversation.slots["tutor_offered"] is True
    assert conversation.slots["last_entry"] is None


async def test_follow_up_is_searched_with_the_question_before(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["c'est quoi la bourse"] = found("bourse")
    desk.known["c'est quoi la bourse et pour les stl ?"] = found("bourse-stl", "Pareil en STL.")
    await conversation.hear(ActionAnswer(desk), "c'est quoi la bourse")
    replies = await conversation.hear(ActionFollowUp(desk), "et pour les stl ?", intent="follow_up")
    assert replies[0].text == "Pareil en STL."


async def test_follow_ups_do_not_pile_up(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "écoles d'ingé")
    await conversation.hear(ActionFollowUp(desk), "et à nice ?")
    await conversation.hear(ActionFollowUp(desk), "et c cher ?")
    together = [question for question in desk.questions if question.startswith("écoles")]
    assert together == ["écoles d'ingé", "écoles d'ingé et à nice ?", "écoles d'ingé et c cher ?"]


async def test_follow_up_changes_a_criterion_of_the_list_before(desk: FakeDesk, conversation: Conversation) -> None:
    toulon = "écoles d'ingénieurs à Toulon"
    desk.known["écoles d'ingénieurs à Nice"] = found("annuaire-ecoles", "Nice.")
    desk.swapped["écoles d'ingénieurs à Nice", "et à toulon ?"] = found("annuaire-ecoles", "Toulon.").model_copy(
        update={"question": toulon}
    )
    await conversation.hear(ActionAnswer(desk), "écoles d'ingénieurs à Nice")
    replies = await conversation.hear(ActionFollowUp(desk), "et à toulon ?", intent="follow_up")
    assert replies[0].text == "Toulon."
    assert conversation.slots["last_question"] == toulon


async def test_follow_up_that_finds_the_same_entry_is_searched_alone(
    desk: FakeDesk, conversation: Conversation
) -> None:
    desk.known["la tsi"] = found("prepa-tsi")
    desk.known["la tsi et le but ?"] = found("prepa-tsi")
    desk.known["et le but ?"] = found("but", "Le BUT dure trois ans.")
    await conversation.hear(ActionAnswer(desk), "la tsi")
    replies = await conversation.hear(ActionFollowUp(desk), "et le but ?")
    assert replies[0].text == "Le BUT dure trois ans."
    assert conversation.slots["last_entry"] == "but"


async def test_follow_up_without_anything_new_says_so_and_offers_a_tutor(
    desk: FakeDesk, conversation: Conversation
) -> None:
    desk.known["la tsi"] = desk.known["la tsi et c cher ?"] = found("prepa-tsi", "La TSI.")
    await conversation.hear(ActionAnswer(desk), "la tsi")
    replies = await conversation.hear(ActionFollowUp(desk), "et c cher ?")
    assert len(replies) == 1
    assert "rien de plus précis" in replies[0].text
    assert replies[0].buttons[0][0].payload == "tutor"
    assert conversation.slots["tutor_offered"] is True


async def test_follow_up_at_the_beginning_is_a_question(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionFollowUp(desk), "et pour les stl ?")
    assert desk.questions == ["et pour les stl ?"]


async def test_button_shows_its_entry(desk: FakeDesk, conversation: Conversation) -> None:
    desk.entries["cpge-tsi"] = Reply(kind=ReplyKind.ANSWER, text="La TSI.", entry_id="cpge-tsi")
    replies = await conversation.hear(
        ActionChooseEntry(desk), '/choose{"entry":"cpge-tsi"}', intent="choose", entities={"entry": "cpge-tsi"}
    )
    assert replies[0].text == "La TSI."
    assert conversation.slots["last_entry"] == "cpge-tsi"


async def test_button_of_an_entry_that_is_gone(desk: FakeDesk, conversation: Conversation) -> None:
    replies = await conversation.hear(ActionChooseEntry(desk), "/choose", intent="choose", entities={"entry": "old"})
    assert "n'existe plus" in replies[0].text
    assert replies[0].buttons[0][0].payload == "tutor"


async def test_choice_in_words_shows_the_entry_at_that_place(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["prépa"] = unclear("tsi", "tpc", "tb")
    desk.entries["tpc"] = Reply(text="La TPC.")
    await conversation.hear(ActionAnswer(desk), "prépa")
    replies = await conversation.hear(ActionPickChoice(desk), "la deuxième", intent="pick")
    assert replies[0].text == "La TPC."
    assert conversation.slots["choices"] is None


async def test_choice_that_there_is_not_asks_again(desk: FakeDesk, conversation: Conversation) -> None:
    desk.known["prépa"] = unclear("tsi", "tpc")
    await conversation.hear(ActionAnswer(desk), "prépa")
    replies = await conversation.hear(ActionPickChoice(desk), "le 3", intent="pick")
    assert "bouton" in replies[0].text
    assert conversation.slots["choices"] == ["tsi", "tpc"]


async def test_number_without_proposals_is_a_question(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionPickChoice(desk), "2", intent="pick")
    assert desk.questions == ["2"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        ("le premier stp", 0),
        ("la 1ere", 0),
        ("celui du haut", 0),
        ("La Deuxième", 1),
        ("le second", 1),
        ("n°2", 1),
        ("le 2eme", 1),
        ("3", 2),
        ("la troisieme", 2),
        ("la dernière", 2),
        ("celle du bas", 2),
        ("4", None),
        ("12", None),
        ("celle-là", None),
    ],
)
def test_places_of_three(text: str, index: int | None) -> None:
    assert place(text, 3) == index
