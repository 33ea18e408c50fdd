from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from api.schemas import Reply
from api.services import escalations
from api.services.sweep import sweep
from api.store.database import Database
from api.store.models import Chat, Escalation, EscalationEventRow, OutboxMessage, Tutor, UpdateSeen

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
LIMITS = {"open_after": timedelta(hours=72), "idle_claim_after": timedelta(minutes=60)}


async def asked(database: Database) -> tuple[str, Tutor]:
    async with database.transaction() as session:
        chat = Chat(
            channel="web", external_id="1", profile={}, awaiting_question=False, created_at=START, last_message_at=START
        )
        tutor = Tutor(email="c@x.fr", name="Camille", coordinator=False, token_hash="h", active=True, created_at=START)
        session.add_all([chat, tutor])
        await session.flush()
        row, _ = await escalations.open_escalation(session, chat.id, "TSI ?", now=START)
    return row.id, tutor


async def act(database: Database, verb: Any, *arguments: Any) -> None:
    async with database.transaction() as session:
        await verb(session, *arguments)


async def status(database: Database) -> str:
    async with database.reading() as session:
        return (await session.scalars(select(Escalation.status))).one()


async def last_told(database: Database) -> Reply:
    async with database.reading() as session:
        row = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1))).one()
    return Reply.model_validate(row.reply)


async def test_a_request_that_nobody_takes_times_out_kindly_and_once(database: Database) -> None:
    await asked(database)
    assert await sweep(database, START + timedelta(hours=71), **LIMITS) == 0
    assert await status(database) == "open"
    assert await sweep(database, START + timedelta(hours=72), **LIMITS) == 1
    assert await status(database) == "timed_out"
    notice = await last_told(database)
    assert "Désolé" in notice.text
    assert notice.buttons[0][0].payload == "tutor"
    assert await sweep(database, START + timedelta(hours=80), **LIMITS) == 0


async def test_a_claim_without_a_word_goes_back_to_the_queue(database: Database) -> None:
    identifier, tutor = await asked(database)
    await act(database, escalations.claim, identifier, tutor, START + timedelta(hours=70))
    assert await sweep(database, START + timedelta(hours=70, minutes=59), **LIMITS) == 0
    assert await sweep(database, START + timedelta(hours=71), **LIMITS) == 1
    assert await status(database) == "open"
    assert "de retour dans la file" in (await last_told(database)).text
    async with database.reading() as session:
        event = (await session.scalars(select(EscalationEventRow).where(EscalationEventRow.kind == "released"))).one()
    assert event.tutor_id is None


async def test_a_tutor_who_has_just_come_is_not_swept_away(database: Database) -> None:
    identifier, tutor = await asked(database)
    await act(database, escalations.claim, identifier, tutor, START + timedelta(hours=71, minutes=50))
    assert await sweep(database, START + timedelta(hours=72, minutes=10), **LIMITS) == 0
    assert await status(database) == "claimed"


async def test_a_conversation_that_has_gone_quiet_is_closed_without_excuses(database: Database) -> None:
    identifier, tutor = await asked(database)
    await act(database, escalations.claim, identifier, tutor, START)
    await act(database, escalations.reply, identifier, tutor, "Bonjour !", START + timedelta(hours=1))
    assert await sweep(database, START + timedelta(hours=72), **LIMITS) == 0
    assert await sweep(database, START + timedelta(hours=73), **LIMITS) == 1
    assert await status(database) == "timed_out"
    assert "Désolé" not in (await last_told(database)).text


async def test_who_leaves_hands_everything_back(database: Database) -> None:
    identifier, tutor = await asked(database)
    await act(database, escalations.claim, identifier, tutor, START)
    async with database.transaction() as session:
        assert await escalations.take_back_all(session, tutor, START) == 1
        assert await escalations.take_back_all(session, tutor, START) == 0
    assert await status(database) == "open"


async def test_old_update_ids_are_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        session.add(UpdateSeen(channel="web", update_id=1, received_at=START))
        session.add(UpdateSeen(channel="web", update_id=2, received_at=START + timedelta(days=5)))
    await sweep(database, START + timedelta(days=9), **LIMITS)
    async with database.reading() as session:
        assert (await session.scalars(select(UpdateSeen.update_id))).all() == [2]
