"""Words: to Rasa; where it cannot be asked, straight to the base. Files: only their caption can be read."""

from __future__ import annotations

import logging

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential

from api.errors import ApiUnavailable, PasserelleError
from api.schemas import InboxItem, Reply
from bot import sentences
from bot.handlers.desk import Desk
from bot.rasa import RasaUnavailable

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 4.0
"""How long an api that just went away is waited for: with the time spent on Rasa the student waits less than 10 s."""


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
    waiting = AsyncRetrying(
        retry=retry_if_exception_type(ApiUnavailable),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        wait=wait_exponential(multiplier=0.2, max=1),
        reraise=True,
    )
    try:
        return (await waiting(desk.client.answers, words)).reply
    except PasserelleError as error:
        logger.warning("base_unavailable inbox=%s cause=%s", item.id, type(error).__name__)
        return sentences.no_answer()
