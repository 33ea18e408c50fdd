from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.errors import ConversationUnknown, EntryUnknown, EscalationClosed, PasserelleError
from api.schemas import MessageKind, Reply
from bot import sentences
from bot.handlers import Desk, answer
from bot.handlers.erasure import forget
from tests.bot.doubles import FakeApi, FakeFront, FakeRasa, inbox_item


class Room:
    """A desk with its doubles."""

    def __init__(self) -> None:
        self.api, self.rasa, self.front = FakeApi(), FakeRasa(), FakeFront()
        self.desk = Desk(self.api, self.rasa, self.front)  # type: ignore[arg-type]

    async def texts(self, kind: MessageKind = MessageKind.TEXT, **fields: Any) -> list[str]:
        return [reply.text for reply in await self.replies(kind, **fields)]

    async def replies(self, kind: MessageKind = MessageKind.TEXT, **fields: Any) -> list[Reply]:
        return await answer(inbox_item(kind, **fields), self.desk)

    async def command(self, name: str, argument: str | None = None) -> list[str]:
        return await self.texts(MessageKind.COMMAND, text=name, argument=argument)

    async def button(self, payload: str) -> list[str]:
        return await self.texts(MessageKind.BUTTON, payload=payload)


@pytest.fixture
def room() -> Room:
    return Room()


async def test_words_go_to_rasa_while_the_chat_shows_that_it_writes(room: Room) -> None:
    assert await room.texts(text="c koi un BUT", profile={"niveau": "terminale"}) == ["rasa: c koi un BUT"]
    assert room.rasa.asked == [("c1", "c koi un BUT", {"niveau": "terminale"})]
    assert room.front.shown == ["c1"]


async def test_without_rasa_the_base_answers(room: Room) -> None:
    room.rasa.away = "no answer in time"
    assert await room.texts(text="c koi un BUT") == ["base: c koi un BUT"]


async def test_without_rasa_a_person_can_still_be_asked_for_in_words(room: Room) -> None:
    room.rasa.away = "refused"
    assert await room.texts(text="je veux parler à qqun", asks_person=True) == ["Transmis."]


async def test_without_rasa_and_base_the_student_is_told_and_offered_a_tutor(room: Room) -> None:
    room.rasa.away = "refused"
    room.api.errors["answers"] = PasserelleError("no index")
    (reply,) = await room.replies(text="c koi un BUT")
    assert reply == sentences.no_answer()
    assert reply.buttons[0][0].payload == "tutor"


async def test_api_that_comes_back_in_a_moment_is_waited_for(room: Room) -> None:
    room.rasa.away = "refused"
    room.api.down.add("answers")
    asyncio.get_running_loop().call_later(0.3, room.api.down.clear)
    (reply,) = await room.replies(text="c koi un BUT")
    assert reply != sentences.no_answer()
    assert len(room.api.called("answers")) > 1


async def test_edited_message_is_answered_as_such(room: Room) -> None:
    assert await room.texts(text="le BUT ?", edited=True) == [sentences.edited().text, "rasa: le BUT ?"]


async def test_file_without_words_gets_a_way_on(room: Room) -> None:
    (reply,) = await room.replies(MessageKind.FILE, file_type="voice")
    assert "message vocal" in reply.text and reply.buttons[0][0].payload == "tutor"
    assert room.rasa.asked == []


async def test_caption_of_a_file_is_answered(room: Room) -> None:
    texts = await room.texts(MessageKind.FILE, file_type="photo", text="c mon bulletin, je vise quoi ?")
    assert texts[1:] == ["rasa: c mon bulletin, je vise quoi ?"]


async def test_other_content_gets_a_way_on(room: Room) -> None:
    assert await room.texts(MessageKind.OTHER) == [sentences.only_text(None).text]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("start", sentences.start()),
        ("aide", sentences.help_text()),
        ("help", sentences.help_text()),
        ("confidentialite", sentences.privacy()),
        ("privacy", sentences.privacy()),
        ("supprimer", sentences.erase_question()),
        ("xyz", sentences.unknown_command()),
    ],
)
async def test_commands_answer_without_any_other_service(room: Room, name: str, reply: Reply) -> None:
    room.api.down.add("all")
    room.rasa.away = "refused"
    assert await room.command(name) == [reply.text]


async def test_tutor_command_takes_the_question_behind_it(room: Room) -> None:
    assert await room.command("tuteur", "quel BUT à Lyon ?") == ["Transmis."]
    assert room.api.called("request_tutor") == [("request_tutor", "c1", "quel BUT à Lyon ?")]
    await room.command("tuteur")
    assert room.api.called("request_tutor")[-1] == ("request_tutor", "c1", None)


async def test_cancelling_nothing_is_said_kindly(room: Room) -> None:
    assert await room.command("annuler") == ["Annulé."]
    room.api.errors["cancel"] = EscalationClosed("over")
    assert await room.command("annuler") == [sentences.nothing_to_cancel().text]


async def test_feedback_is_kept_and_acknowledged(room: Room) -> None:
    assert await room.button("helpful:cpge-tsi") == [sentences.thanks().text]
    assert await room.button("unhelpful:cpge-tsi") == [sentences.sorry().text]
    assert [call[2:] for call in room.api.called("give_feedback")] == [("cpge-tsi", True), ("cpge-tsi", False)]


async def test_feedback_on_a_removed_entry_is_still_acknowledged(room: Room) -> None:
    room.api.errors["give_feedback"] = EntryUnknown("gone")
    assert await room.button("unhelpful:old") == [sentences.sorry().text]


async def test_choice_goes_to_rasa_or_straight_to_the_entry(room: Room) -> None:
    assert await room.button("ask:cpge-tsi") == ["rasa: choose cpge-tsi"]
    room.rasa.away = "refused"
    assert await room.button("ask:cpge-tsi") == ["fiche: cpge-tsi"]
    room.api.errors["entry"] = EntryUnknown("gone")
    assert await room.button("ask:old") == [sentences.stale_button().text]


async def test_hand_over_buttons_reach_the_api_without_rasa(room: Room) -> None:
    room.rasa.away = "refused"
    assert await room.button("tutor") == ["Transmis."]
    assert await room.button("cancel:e1") == ["Annulé."]
    assert await room.button("cancel:0") == ["Annulé."]
    assert await room.button("reopen:e1") == ["Rouvert."]
    assert room.api.called("cancel") == [("cancel", "c1", "e1"), ("cancel", "c1", None)]


@pytest.mark.parametrize("payload", ["", "/restart", "foo:bar", "erase:maybe", "ask:", "reopen:e1"])
async def test_button_that_leads_nowhere_gets_a_way_on(room: Room, payload: str) -> None:
    room.api.errors["reopen"] = EscalationClosed("over")
    assert await room.button(payload) == [sentences.stale_button().text]


async def test_erasing_reaches_the_tables_and_rasa_and_stores_nothing(room: Room) -> None:
    room.api.erasure_ids = ["c0", "c1"]
    assert await room.button("erase:yes") == []
    assert room.rasa.forgotten == ["c0", "c1"]
    assert [call[1] for call in room.api.called("confirm_erasure")] == ["c0", "c1"]
    assert room.front.said == [sentences.erased()]


async def test_erasing_again_after_a_crash_still_confirms(room: Room) -> None:
    room.api.errors["erase"] = ConversationUnknown("gone")
    assert await room.button("erase:yes") == []
    assert room.front.said == [sentences.erased()]


async def test_what_rasa_cannot_forget_now_stays_listed(room: Room) -> None:
    room.rasa.away = "refused"
    await room.button("erase:yes")
    assert room.api.called("confirm_erasure") == []
    room.rasa.away = None
    await forget((await room.api.pending_erasures()).conversation_ids, room.desk.client, room.desk.rasa)
    assert room.api.called("confirm_erasure") == [("confirm_erasure", "c1")]


async def test_keeping_everything_erases_nothing(room: Room) -> None:
    assert await room.button("erase:no") == [sentences.kept().text]
    assert room.api.called("erase") == []
