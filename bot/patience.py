"""Waiting for the api: what was done is not forgotten because the api is away for a while."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from api.errors import Conflict, InvalidRequest, NotFound, PasserelleError

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")


async def until_the_api_accepts(call: Callable[[], Awaitable[_Result]], what: str) -> _Result:
    """Repeat a call while the api is away; what it refuses for good (404, 409, 422) is raised at once."""
    retrying = AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        wait=wait_random_exponential(multiplier=0.1, max=2),
        before_sleep=lambda state: _tell(what, state),
        reraise=True,
    )

    async def attempt() -> _Result:
        return await call()

    return await retrying(attempt)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PasserelleError) and not isinstance(error, NotFound | Conflict | InvalidRequest)


def _tell(what: str, state: RetryCallState) -> None:
    if state.attempt_number == 1 or state.attempt_number % 20 == 0:
        error = state.outcome.exception() if state.outcome is not None else None
        logger.warning("api_away call=%s attempt=%s cause=%s", what, state.attempt_number, type(error).__name__)
