from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from api.schemas import MessageKind, Updates
from bot.receiving.intake import read_update
from bot.receiving.normalising import bare_update, reduce_update
from tests.bot.doubles import NOW
from tests.bot.updates import any_update, message_update


def read(**content: Any) -> dict[str, Any]:
    message = reduce_update(message_update(**content), NOW)
    assert message is not None
    return message.model_dump(include={"kind", "text", "argument", "file_type", "file_id"}, exclude_none=True)


def test_text_is_kept_as_typed() -> None:
    assert read(text="<b>c koi</b> la TSI & co ?") == {"kind": "text", "text": "<b>c koi</b> la TSI & co ?"}


@pytest.mark.parametrize(
    ("typed", "name", "argument"),
    [
        ("/start", "start", None),
        ("/Aide@passerelle_bot", "aide", None),
        ("/tuteur@passerelle_bot  quel BUT ?\nen 2 ans", "tuteur", "quel BUT ?\nen 2 ans"),
    ],
)
def test_command_loses_slash_and_bot_name(typed: str, name: str, argument: str | None) -> None:
    expected = {"kind": "command", "text": name} | ({"argument": argument} if argument else {})
    assert read(text=typed) == expected


def test_slash_before_no_command_name_stays_text() -> None:
    assert read(text="/école ou fac ?")["kind"] == MessageKind.TEXT


def test_long_text_is_cut_to_what_the_api_takes() -> None:
    assert len(read(text="é" * 9000)["text"]) == 4096


def test_text_that_no_store_accepts_is_mended() -> None:
    assert read(text="a\x00b\ud83d!")["text"] == "ab\ufffd!"


@pytest.mark.parametrize("file_type", ["voice", "audio", "video", "video_note", "document", "sticker", "animation"])
def test_file_keeps_its_id_and_caption(file_type: str) -> None:
    found = read(caption="mon bulletin", **{file_type: {"file_id": "F1", "file_name": "secret.pdf"}})
    assert found == {"kind": "file", "text": "mon bulletin", "file_type": file_type, "file_id": "F1"}


def test_animation_is_not_taken_for_the_document_beside_it() -> None:
    assert read(document={"file_id": "D"}, animation={"file_id": "A"})["file_type"] == "animation"


def test_largest_photo_is_kept() -> None:
    assert read(photo=[{"file_id": "small"}, {"file_id": "large"}])["file_id"] == "large"


@pytest.mark.parametrize(
    "content",
    [
        {"contact": {"phone_number": "0612345678", "first_name": "Léa"}},
        {"location": {"latitude": 48.85, "longitude": 2.35}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"poll": {"question": "secret"}},
        {"something_new": {"x": "secret"}},
    ],
)
def test_other_content_is_not_kept(content: dict[str, Any]) -> None:
    assert read(**content) == {"kind": "other"}


def test_edited_message_is_marked() -> None:
    update = message_update(text="nouveau")
    update["edited_message"] = update.pop("message") | {"edit_date": 1_795_000_100}
    message = reduce_update(update, NOW)
    assert message is not None and message.edited and message.text == "nouveau"
    assert int(message.sent_at.timestamp()) == 1_795_000_100


def test_button_press_keeps_its_payload() -> None:
    chat = {"id": 7, "type": "private"}
    query = {"id": "q", "from": {"id": 7, "is_bot": False}, "message": {"chat": chat, "date": 0}, "data": "ask:cpge"}
    message = reduce_update({"update_id": 3, "callback_query": query}, NOW)
    assert message is not None
    assert (message.kind, message.payload, message.chat) == (MessageKind.BUTTON, "ask:cpge", "7")


@pytest.mark.parametrize(("status", "kind"), [("kicked", "blocked"), ("member", "unblocked")])
def test_blocking_and_coming_back(status: str, kind: str) -> None:
    change = {"chat": {"id": 7, "type": "private"}, "date": 1, "new_chat_member": {"status": status}}
    message = reduce_update({"update_id": 3, "my_chat_member": change}, NOW)
    assert message is not None and message.kind == kind


@pytest.mark.parametrize(
    "content",
    [
        {"chat": {"id": -100, "type": "supergroup"}, "text": "salut"},
        {"from": {"id": 8, "is_bot": True}, "text": "salut"},
        {"pinned_message": {"message_id": 1}},
    ],
)
def test_groups_bots_and_service_notes_are_left_out(content: dict[str, Any]) -> None:
    assert reduce_update(message_update(**content), NOW) is None


def test_channel_post_is_left_out() -> None:
    post = message_update(text="annonce")["message"]
    assert reduce_update({"update_id": 4, "channel_post": post}, NOW) is None


def test_strange_update_of_a_known_chat_is_kept_without_content() -> None:
    strange = message_update(text="x")
    strange["message"]["from"] = {"id": 7, "is_bot": False}
    strange["callback_query"] = 5
    message = read_update(strange, NOW)
    assert message is not None and message.kind == MessageKind.OTHER and message.text is None


def test_update_without_a_usable_id_is_skipped() -> None:
    assert read_update(message_update(update_id=2**80, text="x"), NOW) is None
    assert bare_update({"message": message_update()["message"]}, NOW) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(any_update())
def test_no_update_breaks_the_reading(update: dict[str, Any]) -> None:
    message = read_update(update, NOW)
    if message is not None:
        Updates(messages=[message]).model_dump_json().encode()
        assert message.update_id == update["update_id"]
