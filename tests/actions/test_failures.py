"""When the api does not answer: a sentence for the student, the cause in the log, their words nowhere."""

from __future__ import annotations

import logging

import pytest

from actions.answer import ActionAnswer
from actions.consent import ActionAffirm
from actions.escalation import ActionOpenEscalation
from actions.follow_up import ActionFollowUp
from actions.profile import ActionRememberProfile
from api.errors import ApiUnavailable, ConversationUnknown
from tests.actions.conftest import Conversation, FakeDesk

SECRET = "mon histoire à moi"


@pytest.mark.parametrize("kind", [ActionAnswer, ActionFollowUp, ActionOpenEscalation])
async def test_student_gets_a_sentence_and_a_way_to_a_person(
    desk: FakeDesk, conversation: Conversation, caplog: pytest.LogCaptureFixture, kind: type[ActionAnswer]
) -> None:
    desk.broken = ConversationUnknown("c-1")
    caplog.set_level(logging.DEBUG)
    replies = await conversation.hear(kind(desk), SECRET)
    assert len(replies) == 1
    assert replies[0].buttons[0][0].payload == "tutor"
    assert "ConversationUnknown" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("kind", [ActionAnswer, ActionFollowUp, ActionOpenEscalation])
async def test_api_that_is_away_is_left_to_the_bot(
    desk: FakeDesk, conversation: Conversation, caplog: pytest.LogCaptureFixture, kind: type[ActionAnswer]
) -> None:
    desk.broken = ApiUnavailable("GET /v1/answers: ConnectError")
    caplog.set_level(logging.DEBUG)
    assert await conversation.hear(kind(desk), SECRET) == []
    assert "ApiUnavailable" in caplog.text
    assert SECRET not in caplog.text


async def test_offer_survives_a_failure(desk: FakeDesk, conversation: Conversation) -> None:
    await conversation.hear(ActionAnswer(desk), "question sans réponse")
    desk.broken = ApiUnavailable("down")
    await conversation.hear(ActionAffirm(desk), "oui")
    desk.broken = None
    await conversation.hear(ActionAffirm(desk), "oui")
    assert desk.tutor_requests == [("c-1", "question sans réponse")]


async def test_profile_that_could_not_be_kept_is_not_said_to_be_kept(
    desk: FakeDesk, conversation: Conversation
) -> None:
    desk.broken = ApiUnavailable("down")
    replies = await conversation.hear(ActionRememberProfile(desk), "je suis en stl", entities={"filiere": "STL"})
    assert all("noté" not in reply.text for reply in replies)
