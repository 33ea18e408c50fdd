"""How much stands in each state, for `GET /metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.schemas import EscalationStatus
from api.store.models import Escalation, InboxMessage, OutboxMessage

_STATUSES = {
    "passerelle_escalations": (Escalation.status, [status.value for status in EscalationStatus]),
    "passerelle_inbox": (InboxMessage.status, ["pending", "leased", "done", "dead"]),
    "passerelle_outbox": (
        OutboxMessage.status,
        ["pending", "leased", "sent", "uncertain", "unreachable", "dead"],
    ),
}


class _Snapshot(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """What was counted."""
        yield from self._families


async def exposition(session: AsyncSession) -> bytes:
    """The rows by status now, in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Snapshot([await _count(session, name) for name in _STATUSES]))
    return generate_latest(registry)


async def _count(session: AsyncSession, name: str) -> GaugeMetricFamily:
    column, statuses = _STATUSES[name]
    found = await session.execute(select(column, func.count()).group_by(column))
    counts = dict.fromkeys(statuses, 0) | dict(found.all())
    family = GaugeMetricFamily(name, "How many stand in each status.", labels=["status"])
    for status, number in counts.items():
        family.add_metric([status], number)
    return family
