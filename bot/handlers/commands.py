"""Commands: `/start`, `/aide`, `/tuteur`, `/confidentialite`, `/supprimer`, `/annuler`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from api.errors import Conflict, NotFound
from api.schemas import InboxItem, Reply
from bot import sentences
from bot.handlers.desk import Desk


async def answer_command(item: InboxItem, desk: Desk) -> list[Reply]:
    """The replies to a command; an unknown one gets the way to the known ones."""
    handler = _HANDLERS.get(item.text or "", _unknown)
    return [await handler(item, desk)]


async def _start(item: InboxItem, desk: Desk) -> Reply:
    return sentences.start()


async def _help(item: InboxItem, desk: Desk) -> Reply:
    return sentences.help_text()


async def _tutor(item: InboxItem, desk: Desk) -> Reply:
    question = (item.argument or "").strip() or None
    return (await desk.client.request_tutor(item.conversation_id, question)).reply


async def _privacy(item: InboxItem, desk: Desk) -> Reply:
    return sentences.privacy()


async def _erase(item: InboxItem, desk: Desk) -> Reply:
    return sentences.erase_question()


async def _cancel(item: InboxItem, desk: Desk) -> Reply:
    try:
        return await desk.client.cancel(item.conversation_id)
    except (Conflict, NotFound):
        return sentences.nothing_to_cancel()


async def _unknown(item: InboxItem, desk: Desk) -> Reply:
    return sentences.unknown_command()


_HANDLERS: dict[str, Callable[[InboxItem, Desk], Awaitable[Reply]]] = {
    "start": _start,
    "aide": _help,
    "help": _help,
    "tuteur": _tutor,
    "tutrice": _tutor,
    "confidentialite": _privacy,
    "privacy": _privacy,
    "supprimer": _erase,
    "effacer": _erase,
    "annuler": _cancel,
    "cancel": _cancel,
}
