"""One module for each kind of message; `answer` chooses among them."""

from __future__ import annotations

from api.schemas import InboxItem, MessageKind, Reply
from bot.handlers import buttons, commands, texts
from bot.handlers.desk import Desk

__all__ = ["Desk", "answer"]


async def answer(item: InboxItem, desk: Desk) -> list[Reply]:
    """The replies to one message; raises what the api answers with."""
    match item.kind:
        case MessageKind.TEXT:
            return await texts.answer_text(item, desk)
        case MessageKind.COMMAND:
            return await commands.answer_command(item, desk)
        case MessageKind.BUTTON:
            return await buttons.answer_button(item, desk)
        case MessageKind.FILE | MessageKind.OTHER:
            return await texts.answer_file(item, desk)
        case MessageKind.BLOCKED | MessageKind.UNBLOCKED:
            return []
