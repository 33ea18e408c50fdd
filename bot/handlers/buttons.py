"""Buttons: their payload says what they do, so they work without the dialogue and after a restart."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from api.errors import Conflict, EntryUnknown, InvalidRequest, NotFound
from api.schemas import Act, InboxItem, Reply, parse_payload
from bot import sentences
from bot.handlers.desk import Desk
from bot.handlers.erasure import erase_everything
from bot.rasa import RasaUnavailable

logger = logging.getLogger(__name__)


async def answer_button(item: InboxItem, desk: Desk) -> list[Reply]:
    """The replies to a pressed button; one that leads nowhere any more gets a sentence that helps on."""
    parsed = parse_payload(item.payload or "")
    if parsed is None:
        return [sentences.stale_button()]
    act, argument = parsed
    try:
        return await _HANDLERS[act](item, argument, desk)
    except (Conflict, NotFound, InvalidRequest) as error:
        logger.info("button_stale inbox=%s act=%s cause=%s", item.id, act, type(error).__name__)
        return [sentences.stale_button()]


async def _helpful(item: InboxItem, entry_id: str, desk: Desk) -> list[Reply]:
    await _feedback(item, entry_id, desk, helpful=True)
    return [sentences.thanks()]


async def _unhelpful(item: InboxItem, entry_id: str, desk: Desk) -> list[Reply]:
    await _feedback(item, entry_id, desk, helpful=False)
    return [sentences.sorry()]


async def _feedback(item: InboxItem, entry_id: str, desk: Desk, *, helpful: bool) -> None:
    try:
        await desk.client.give_feedback(item.conversation_id, entry_id, helpful=helpful)
    except EntryUnknown:
        logger.info("feedback_on_removed_entry inbox=%s", item.id)


async def _tutor(item: InboxItem, argument: str, desk: Desk) -> list[Reply]:
    return [(await desk.client.request_tutor(item.conversation_id)).reply]


async def _ask(item: InboxItem, entry_id: str, desk: Desk) -> list[Reply]:
    if not entry_id:
        return [sentences.stale_button()]
    try:
        async with desk.front.writing(item):
            return await desk.rasa.choose(item.conversation_id, entry_id, item.profile)
    except RasaUnavailable as error:
        logger.warning("rasa_unavailable inbox=%s cause=%s", item.id, error)
    return [await desk.client.entry(entry_id)]


async def _cancel(item: InboxItem, escalation_id: str, desk: Desk) -> list[Reply]:
    chosen = escalation_id if escalation_id not in {"", "0"} else None
    return [await desk.client.cancel(item.conversation_id, chosen)]


async def _reopen(item: InboxItem, escalation_id: str, desk: Desk) -> list[Reply]:
    return [await desk.client.reopen(item.conversation_id, escalation_id)]


async def _erase(item: InboxItem, choice: str, desk: Desk) -> list[Reply]:
    if choice == "yes":
        return await erase_everything(item, desk)
    return [sentences.kept() if choice == "no" else sentences.stale_button()]


_HANDLERS: dict[Act, Callable[[InboxItem, str, Desk], Awaitable[list[Reply]]]] = {
    Act.HELPFUL: _helpful,
    Act.UNHELPFUL: _unhelpful,
    Act.TUTOR: _tutor,
    Act.ASK: _ask,
    Act.CANCEL: _cancel,
    Act.REOPEN: _reopen,
    Act.ERASE: _erase,
}
