from __future__ import annotations

import io
import logging

import pytest
from pydantic import ValidationError
from telegram.error import BadRequest, InvalidToken

from api.discretion import DiscreetFormatter
from api.schemas import Reply
from bot.logs import telegram_cause


def logged(error: Exception) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(DiscreetFormatter("%(message)s"))
    logger = logging.Logger("bot.test")
    logger.addHandler(handler)
    try:
        raise error
    except Exception:
        logger.exception("broke")
    return stream.getvalue()


def test_exception_is_logged_with_its_place_but_without_its_words() -> None:
    text = logged(ValueError("ma moyenne est de 9"))
    assert "ValueError" in text and "test_logs.py" in text
    assert "moyenne" not in text


def test_exceptions_of_a_group_are_all_named() -> None:
    text = logged(ExceptionGroup("secret", [KeyError("secret"), OSError("secret")]))
    assert "KeyError" in text and "OSError" in text and "secret" not in text


def test_validation_error_does_not_quote_what_was_given() -> None:
    given = {"text": ["".join(("se", "cret"))]}
    with pytest.raises(ValidationError) as refusal:
        Reply.model_validate(given)
    assert "secret" in str(refusal.value)
    assert "secret" not in logged(refusal.value)


def test_telegram_errors_say_why_but_never_the_token() -> None:
    assert telegram_cause(BadRequest("Bad Request: chat not found")) == "BadRequest: Chat not found"
    assert telegram_cause(InvalidToken("The token `1:abc` was rejected")) == "InvalidToken"
