"""For operators: is all well, and how much is there."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.metrics import REGISTRY
from api.routes.context import ContextDep
from api.schemas import Health
from api.services import figures

router = APIRouter(tags=["exploitation"])


@router.get("/health", responses={503: {"model": Health}})
async def read_health(context: ContextDep, response: Response) -> Health:
    """L'état de chaque partie ; 200 seulement si toutes répondent, sinon 503."""
    health = await context.health.report()
    response.status_code = 200 if health.ok else 503
    return health


@router.get("/metrics", response_class=Response)
async def read_metrics(context: ContextDep) -> Response:
    """Les compteurs, au format de Prometheus."""
    async with context.database.reading() as session:
        now = await figures.exposition(session)
    return Response(generate_latest(REGISTRY) + now, media_type=CONTENT_TYPE_LATEST)
