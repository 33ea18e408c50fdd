"""Words: to Rasa; where it cannot be asked, straight to the base. Files: only their caption can be read."""

from __future__ import annotations

import logging

from api.errors import PasserelleError
from api.schemas import InboxItem, Reply
from bot import sentences
from bot.handlers.desk import Desk
from bot.rasa import RasaUnavailable

logger = logging.getLogger(__name__)


async def answer_text(item: InboxItem, desk: Desk) -> list[Reply]:
    """The dialogue's replies to a message, or the base's."""
    replies = await _answer_words(item, desk)
    return [sentences.edited(), *replies] if item.edited else replies


async def answer_file(item: InboxItem, desk: Desk) -> list[Reply]:
    """A file, a location, a poll…: say what can be read, and answer the caption."""
    if item.text and item.text.strip():
        return [sentences.caption_only(item.file_type), *await _answer_words(item, desk)]
    return [sentences.only_text(item.file_type)]


async def _answer_words(item: InboxItem, desk: Desk) -> list[Reply]:
    words = (item.text or "").strip()
    if not words:
        return [sentences.only_text(None)]
    try:
        async with desk.front.writing(item):
            return await desk.rasa.say(item.conversation_id, words, item.profile)
    except RasaUnavailable as error:
        logger.warning("rasa_unavailable inbox=%s cause=%s", item.id, error)
    return [await _without_rasa(item, words, desk)]


async def _without_rasa(item: InboxItem, words: str, desk: Desk) -> Reply:
    if item.asks_person:
        return (await desk.client.request_tutor(item.conversation_id)).reply
    try:
        return (await desk.client.answers(words)).reply
    except PasserelleError as error:
        logger.warning("base_unavailable inbox=%s cause=%s", item.id, type(error).__name__)
        return sentences.no_answer()
