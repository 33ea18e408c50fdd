"""Who calls: a tutor with their own token, or one of our own processes with the service token."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import Forbidden, Unauthenticated
from api.routes.context import ContextDep
from api.services import tutors
from api.store.models import Tutor

_bearer = HTTPBearer(auto_error=False, description="Jeton personnel d'un tuteur, ou jeton de service")


async def require_anyone(
    context: ContextDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Tutor | None:
    """The tutor who calls, or None for our own processes. Unauthenticated for everybody else."""
    if credentials is None:
        raise Unauthenticated("Il faut un jeton : « Authorization: Bearer … ».")
    token = credentials.credentials.encode()
    if hmac.compare_digest(token, context.service_token.encode()):
        return None
    async with context.database.reading() as session:
        tutor = await tutors.by_token(session, credentials.credentials)
    if tutor is None:
        raise Unauthenticated("Ce jeton est inconnu ou a été retiré.")
    return tutor


CallerDep = Annotated[Tutor | None, Depends(require_anyone)]


async def require_service(caller: CallerDep) -> None:
    """Only our own processes. Unauthenticated, Forbidden."""
    if caller is not None:
        raise Forbidden("Cette adresse est réservée aux processus de Passerelle.")


async def require_tutor(caller: CallerDep) -> Tutor:
    """The tutor who calls. Unauthenticated, Forbidden."""
    if caller is None:
        raise Forbidden("Cette adresse demande le jeton personnel d'un tuteur.")
    return caller


TutorDep = Annotated[Tutor, Depends(require_tutor)]


async def require_coordinator(tutor: TutorDep) -> Tutor:
    """The coordinator who calls. Unauthenticated, Forbidden."""
    if not tutor.coordinator:
        raise Forbidden("Cette adresse est réservée à la coordination.")
    return tutor


async def require_coordinator_or_service(caller: CallerDep) -> Tutor | None:
    """The coordinator who calls, or None for our own processes. Unauthenticated, Forbidden."""
    if caller is not None and not caller.coordinator:
        raise Forbidden("Cette adresse est réservée à la coordination.")
    return caller
