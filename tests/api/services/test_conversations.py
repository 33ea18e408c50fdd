from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from api.errors import ConversationUnknown, EscalationUnknown
from api.schemas import Feedback, MessageKind, Profile, ReplyKind, Route, TutorRequested, TutorRequestOutcome
from api.services import conversations, handover
from api.store.models import Base, FeedbackRow


async def ask(world: Any, question: str | None = None) -> TutorRequested:
    conversation_id = await world.conversation_id()
    async with world.database.transaction() as session:
        return await handover.request_tutor(session, conversation_id, question, world.now)


async def test_a_question_given_opens_the_escalation(world: Any) -> None:
    await world.command("tuteur")
    asked = await ask(world, "quel bts à Toulon ?")
    assert asked.outcome is TutorRequestOutcome.OPENED
    assert [one.question for one in await world.escalations()] == ["quel bts à Toulon ?"]


async def test_a_bare_request_hands_over_the_last_question(world: Any) -> None:
    for text in ("c koi la prépa tsi", "merci !!", "je veux quelqu'un"):
        await world.write(text)
    await world.answer_all("réponse")
    await world.press("tutor")
    assert (await ask(world)).outcome is TutorRequestOutcome.OPENED
    assert (await world.escalations())[0].question == "c koi la prépa tsi"


async def test_words_that_turn_out_to_ask_for_a_person_are_never_the_question(world: Any) -> None:
    await world.write("jvx parler a 1 vrai humain")
    (item,) = await world.lease()
    assert (await ask(world)).outcome is TutorRequestOutcome.QUESTION_NEEDED
    await world.finish(item)
    assert (await ask(world)).outcome is TutorRequestOutcome.QUESTION_NEEDED


async def test_a_question_is_handed_over_only_once(world: Any) -> None:
    await world.write("c koi la prépa tsi")
    await world.answer_all("réponse")
    first = await ask(world)
    await cancel(world, first.escalation_id)
    assert (await ask(world)).outcome is TutorRequestOutcome.QUESTION_NEEDED


async def test_an_old_question_is_not_handed_over(world: Any) -> None:
    await world.write("c koi la prépa tsi")
    await world.answer_all("réponse")
    world.later(hours=25)
    assert (await ask(world)).outcome is TutorRequestOutcome.QUESTION_NEEDED


async def test_without_a_question_the_next_text_is_it(world: Any) -> None:
    await world.command("tuteur")
    asked = await ask(world)
    assert asked.outcome is TutorRequestOutcome.QUESTION_NEEDED
    assert [button.payload for row in asked.reply.buttons for button in row] == ["cancel:0"]
    assert (await world.write("combien coûte un bts ?")).route is Route.TUTOR
    assert (await world.escalations())[0].question == "combien coûte un bts ?"


async def test_the_same_request_processed_twice_says_the_same(world: Any) -> None:
    await world.command("tuteur")
    assert await ask(world) == await ask(world)


async def test_a_second_request_says_that_the_question_waits(world: Any) -> None:
    await world.command("tuteur")
    first, second = await ask(world, "quel bts ?"), await ask(world, "et le prix ?")
    assert second.outcome is TutorRequestOutcome.ALREADY_OPEN
    assert second.escalation_id == first.escalation_id
    assert len(await world.escalations()) == 1


async def test_a_request_while_a_tutor_answers_names_them(world: Any) -> None:
    await world.command("tuteur")
    await ask(world, "quel bts ?")
    await world.claim("Camille")
    assert (await ask(world)).reply.text.startswith("Camille te répond déjà ici")


async def cancel(world: Any, escalation_id: str | None) -> str:
    conversation_id = await world.conversation_id()
    async with world.database.transaction() as session:
        reply = await handover.cancel(session, conversation_id, escalation_id, world.now)
    assert reply.kind is ReplyKind.NOTICE
    return reply.text


async def test_cancel_takes_back_what_is_open(world: Any) -> None:
    await world.command("tuteur")
    await ask(world, "quel bts ?")
    assert "annulé" in await cancel(world, None)
    assert [one.status for one in await world.escalations()] == ["cancelled"]


async def test_an_older_button_cancels_nothing_newer(world: Any) -> None:
    await world.command("tuteur")
    await ask(world, "quel bts ?")
    await cancel(world, "0")
    await cancel(world, "d9b2d63d-a233-4123-847a-7d4c1f3c9f3c")
    assert [one.status for one in await world.escalations()] == ["open"]


async def test_cancel_with_nothing_open_says_something_kind(world: Any) -> None:
    await world.command("annuler")
    assert "rien" in await cancel(world, None)


async def reopen(world: Any, escalation_id: str, chat: str = "77") -> str:
    conversation_id = await world.conversation_id(chat)
    async with world.database.transaction() as session:
        return (await handover.reopen(session, conversation_id, escalation_id, world.now)).text


async def test_a_cancelled_request_can_be_reopened_twice_over(world: Any) -> None:
    await world.command("tuteur")
    asked = await ask(world, "quel bts ?")
    await cancel(world, asked.escalation_id)
    assert await reopen(world, asked.escalation_id) == await reopen(world, asked.escalation_id)
    assert [one.status for one in await world.escalations()] == ["open"]


async def test_nobody_reopens_another_students_request(world: Any) -> None:
    await world.command("tuteur")
    asked = await ask(world, "quel bts ?")
    await world.command("aide", chat="78")
    with pytest.raises(EscalationUnknown):
        await reopen(world, asked.escalation_id, chat="78")


async def test_a_profile_is_changed_value_by_value(world: Any) -> None:
    await world.write("salut")
    conversation_id = await world.conversation_id()

    async def change(**values: str) -> dict[str, str]:
        async with world.database.transaction() as session:
            return await conversations.update_profile(session, conversation_id, Profile(**values))

    assert await change(filiere="sti2d", niveau="terminale") == {"filiere": "sti2d", "niveau": "terminale"}
    assert await change(niveau="", ville="Toulon") == {"filiere": "sti2d", "ville": "Toulon"}


async def test_the_last_feedback_counts(world: Any) -> None:
    await world.write("salut")
    conversation_id = await world.conversation_id()
    for helpful in (True, False):
        async with world.database.transaction() as session:
            feedback = Feedback(entry_id="cpge-tsi", helpful=helpful)
            await conversations.give_feedback(session, conversation_id, feedback, world.now)
    async with world.database.reading() as session:
        assert [row.helpful for row in await session.scalars(select(FeedbackRow))] == [False]


async def test_an_unknown_conversation_is_said_so(world: Any) -> None:
    async with world.database.transaction() as session:
        with pytest.raises(ConversationUnknown):
            await conversations.erase(session, "nowhere", world.now)


async def everything(world: Any) -> str:
    """Every value of every table but the bare numbers of updates."""
    found = []
    async with world.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in ("updates_seen", "tutors"):
                found += [str(tuple(row)) for row in await session.execute(select(table))]
    return "\n".join(found)


async def live(world: Any, chat: str) -> None:
    """A chat with a question, an answer, a file, a profile, feedback, a resolved and an open request."""
    await world.write(f"secret {chat} au lycée", chat=chat)
    await world.write(f"légende {chat}", chat=chat, kind=MessageKind.FILE, file_type="photo", file_id=f"file-{chat}")
    await world.answer_all(f"réponse à {chat}")
    conversation_id = await world.conversation_id(chat)
    async with world.database.transaction() as session:
        await conversations.update_profile(session, conversation_id, Profile(ville=f"ville-{chat}"))
        await conversations.give_feedback(session, conversation_id, Feedback(entry_id="x", helpful=True), world.now)
        asked = await handover.request_tutor(session, conversation_id, f"demande {chat}", world.now)
        await handover.cancel(session, conversation_id, asked.escalation_id, world.now)
        await handover.request_tutor(session, conversation_id, f"demande {chat}", world.now)


async def test_erasure_leaves_nothing_of_the_chat_and_all_of_the_others(world: Any) -> None:
    await live(world, "marie-4217")
    await live(world, "karim-9034")
    await world.write("je sais plus", chat="marie-4217")
    (item,) = await world.lease()
    others = [line for line in (await everything(world)).splitlines() if "karim-9034" in line]
    async with world.database.transaction() as session:
        ids = await conversations.erase(session, item.conversation_id, world.now)
    await world.finish(item, "au revoir marie-4217")
    left = await everything(world)
    assert "marie-4217" not in left
    assert [line for line in left.splitlines() if "karim-9034" in line] == others
    async with world.database.reading() as session:
        assert await conversations.pending_erasures(session) == ids == [item.conversation_id]


async def test_an_erased_chat_begins_anew_and_old_deliveries_stay_known(world: Any) -> None:
    first = await world.write("salut")
    (item,) = await world.lease()
    async with world.database.transaction() as session:
        await conversations.erase(session, item.conversation_id, world.now)
    assert (await world.write("salut", update_id=first.update_id)).duplicate
    await world.write("rebonjour")
    assert [reply.kind for _, reply in await world.send_all()] == [ReplyKind.WELCOME]


async def test_a_confirmed_erasure_is_no_longer_pending(world: Any) -> None:
    await world.write("salut")
    (item,) = await world.lease()
    async with world.database.transaction() as session:
        await conversations.erase(session, item.conversation_id, world.now)
        await conversations.confirm_erasure(session, item.conversation_id)
        await conversations.confirm_erasure(session, item.conversation_id)
        assert await conversations.pending_erasures(session) == []


@pytest.mark.parametrize("text", ["salut", "Merci beaucoup !", "ok", "ça va ?", "👍", ""])
def test_courtesies_ask_for_nothing(text: str) -> None:
    assert not handover.asks_something(text)


@pytest.mark.parametrize("text", ["parcoursup ?", "BTS CIEL", "salut c koi la prépa", "et la bourse"])
def test_questions_ask_for_something(text: str) -> None:
    assert handover.asks_something(text)
