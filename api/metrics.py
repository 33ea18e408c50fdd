"""What `GET /metrics` counts over time. What stands in the tables is counted at each scrape instead."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

HTTP_REQUESTS = Counter(
    "passerelle_http_requests_total",
    "Requests answered, by method, route template and status.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
ANSWERS = Counter(
    "passerelle_answers_total",
    "Questions put to the knowledge base, by outcome (answer, clarify, unknown).",
    ["outcome"],
    registry=REGISTRY,
)
REPLY_SECONDS = Histogram(
    "passerelle_reply_seconds",
    "Seconds from a message's arrival in the inbox until its first reply was sent.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 30, 60, 300, 3600),
    registry=REGISTRY,
)
