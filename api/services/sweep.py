"""What time does by itself: requests that nobody answers, traces that are no longer needed."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from api.services import escalations, intake
from api.store.database import Database

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 60.0


async def sweep(database: Database, now: datetime, *, open_after: timedelta, idle_claim_after: timedelta) -> int:
    """Expire what is due, each in a transaction of its own, and forget old update ids. How many expired."""
    limits = {"open_after": open_after, "idle_claim_after": idle_claim_after}
    async with database.reading() as session:
        candidates = await escalations.overdue(session, now, **limits)
    expired = 0
    for escalation_id in candidates:
        async with database.transaction() as session:
            status = await escalations.expire(session, escalation_id, now, **limits)
        if status is not None:
            expired += 1
            logger.info("escalation %s is now %s: nobody came", escalation_id, status.value)
    async with database.transaction() as session:
        await intake.purge_seen(session, now)
    return expired


async def sweep_forever(database: Database, *, open_after: timedelta, idle_claim_after: timedelta) -> None:
    """Sweep every minute until cancelled; an error is logged and the next minute tries again."""
    while True:
        try:
            await sweep(database, datetime.now(UTC), open_after=open_after, idle_claim_after=idle_claim_after)
        except Exception:
            logger.exception("the sweep failed")
        await asyncio.sleep(_EVERY_SECONDS)
