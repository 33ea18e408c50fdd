"""`/supprimer`, confirmed: everything about the chat goes, in the tables and in Rasa's memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from api.client import ApiClient
from api.errors import ConversationUnknown, PasserelleError
from api.schemas import InboxItem, Reply
from bot import sentences
from bot.handlers.desk import Desk
from bot.rasa import Rasa, RasaUnavailable

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60.0


async def erase_everything(item: InboxItem, desk: Desk) -> list[Reply]:
    """Erase, then confirm. There is nothing to store: the message that asked for it is gone as well."""
    try:
        erasure = await desk.client.erase(item.conversation_id)
    except ConversationUnknown:
        logger.info("erased_before inbox=%s", item.id)
    else:
        await forget(erasure.conversation_ids, desk.client, desk.rasa)
    await desk.front.say_unstored(item, sentences.erased())
    return []


async def forget(conversation_ids: Sequence[str], client: ApiClient, rasa: Rasa) -> None:
    """Make Rasa forget some conversations; what fails now stays listed in the api for the next time."""
    for conversation_id in conversation_ids:
        try:
            await rasa.forget(conversation_id)
            await client.confirm_erasure(conversation_id)
        except (RasaUnavailable, PasserelleError) as error:
            logger.warning("forgetting_postponed cause=%s", type(error).__name__)
            return


async def keep_forgetting(client: ApiClient, rasa: Rasa) -> None:
    """Try again for ever, once a minute, what Rasa could not forget at once."""
    while True:
        try:
            pending = await client.pending_erasures()
        except PasserelleError as error:
            logger.info("erasures_unknown cause=%s", type(error).__name__)
        else:
            await forget(pending.conversation_ids, client, rasa)
        await asyncio.sleep(RETRY_SECONDS)
