"""Errors on the wire: problem documents (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException

from api.errors import ApiUnavailable, Forbidden, InvalidRequest, NotFound, PasserelleError, Unauthenticated
from api.schemas import Problem

logger = logging.getLogger(__name__)

_FAULTS = {
    "missing": "ce champ manque",
    "extra_forbidden": "ce champ n'existe pas",
    "string_too_short": "il faut au moins {min_length} caractère(s)",
    "string_too_long": "il faut au plus {max_length} caractères",
    "too_short": "il faut au moins {min_length} élément(s)",
    "too_long": "il faut au plus {max_length} éléments",
    "greater_than_equal": "il faut au moins {ge}",
    "less_than_equal": "il faut au plus {le}",
    "enum": "valeurs possibles : {expected}",
    "literal_error": "valeurs possibles : {expected}",
    "json_invalid": "ce n'est pas du JSON",
    "int_parsing": "il faut un nombre entier",
}


def problem(error: PasserelleError, **more: Any) -> JSONResponse:
    """The document for an error of ours; `type` names its class, so that `api.client` can raise it again."""
    document = Problem(
        type=f"urn:passerelle:{error.code}",
        title=error.title,
        status=error.status,
        detail=str(error) or error.title,
        **more,
    )
    return JSONResponse(
        document.model_dump(mode="json", exclude_none=True),
        status_code=error.status,
        media_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else None,
    )


def add_handlers(app: FastAPI) -> None:
    """Every error of the application leaves it as a problem document."""
    app.add_exception_handler(PasserelleError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _refused)
    for kind in (OperationalError, InterfaceError, PoolExhausted, ConnectionError):
        app.add_exception_handler(kind, _database_away)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PasserelleError)
    return problem(error)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    """Says which field is wrong and why, never what stood in it: a person may have written that."""
    assert isinstance(error, RequestValidationError)
    faults = [{"field": ".".join(map(str, item["loc"])), "detail": _fault(item)} for item in error.errors()]
    summary = " ; ".join(f"{fault['field']} : {fault['detail']}" for fault in faults[:3])
    return problem(InvalidRequest(f"{summary}."), errors=faults)


def _fault(item: Mapping[str, Any]) -> str:
    template = _FAULTS.get(item["type"], "cette valeur est refusée")
    return template.format_map({**item.get("ctx", {})})


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 404:
            return problem(NotFound("Cette adresse n'existe pas."))
        case 405:
            answer = _plain(405, "Méthode refusée", f"Cette adresse n'accepte pas {request.method}.")
        case 401:
            return problem(Unauthenticated())
        case 403:
            return problem(Forbidden())
        case status:
            answer = _plain(status, "Requête refusée", "Cette requête ne peut pas être traitée.")
    answer.headers.update(error.headers or {})
    return answer


def _plain(status: int, title: str, detail: str) -> JSONResponse:
    document = Problem(type="about:blank", title=title, status=status, detail=detail)
    return JSONResponse(
        document.model_dump(mode="json", exclude_none=True),
        status_code=status,
        media_type="application/problem+json",
    )


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: database: %s", request.method, _template(request), type(error).__name__)
    return problem(ApiUnavailable("La base de données ne répond pas. Réessaie dans un instant."))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, _template(request), exc_info=error)
    return problem(PasserelleError("Quelque chose s'est mal passé de notre côté. Réessaie dans un instant."))


def _template(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "?"))
