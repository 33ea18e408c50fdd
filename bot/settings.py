"""The settings of the bot's process, from the environment and `.env`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsUnusable(Exception):
    """A setting is missing or wrong; the message is a plain French sentence for the operator."""


class Settings(BaseSettings):
    """What the bot needs to know; names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_webhook_host: str = "127.0.0.1"
    telegram_webhook_port: int = Field(default=8443, ge=0, le=65535)
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    rasa_port: int = Field(default=5005, ge=1, le=65535)
    passerelle_data_dir: Path = Path("var")
    passerelle_secret_key: SecretStr | None = None
    passerelle_worker: str = Field(default="bot", min_length=1, max_length=60)
    reply_timeout_seconds: float = Field(default=5, gt=0, le=8)
    """How long Rasa may take for one message; a student gets an answer within 10 s in all."""
    poll_timeout_seconds: int = Field(default=30, ge=0, le=50)

    @field_validator("telegram_api_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _https_address(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in {"http", "https"}:
            raise ValueError("TELEGRAM_WEBHOOK_URL doit être une adresse https://…")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_that_telegram_takes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("TELEGRAM_WEBHOOK_SECRET : 1 à 256 caractères A-Z, a-z, 0-9, _ ou -")
        return value

    @model_validator(mode="after")
    def _webhook_has_its_secret(self) -> Self:
        if self.telegram_webhook_url and not self.telegram_webhook_secret:
            raise ValueError(
                "TELEGRAM_WEBHOOK_URL est défini sans TELEGRAM_WEBHOOK_SECRET : sans ce secret, n'importe qui "
                "pourrait se faire passer pour Telegram. Ajoutez TELEGRAM_WEBHOOK_SECRET (1 à 256 caractères "
                "A-Z, a-z, 0-9, _ ou -) ou retirez TELEGRAM_WEBHOOK_URL."
            )
        return self

    @property
    def api_url(self) -> str:
        """Where the api listens; an address for all interfaces is reached on loopback."""
        host = "127.0.0.1" if self.api_host in {"0.0.0.0", "::"} else self.api_host
        return f"http://{host}:{self.api_port}"

    @property
    def rasa_url(self) -> str:
        """Where Rasa listens: loopback only, since its webhook asks for no token."""
        return f"http://127.0.0.1:{self.rasa_port}"


def read_settings() -> Settings:
    """The settings, or `SettingsUnusable` with one line per fault (the values themselves are not repeated)."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [_sentence(fault["loc"], fault["msg"]) for fault in error.errors(include_input=False)]
        raise SettingsUnusable("\n".join(lines)) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    name = ".".join(str(part) for part in location).upper()
    return f"Réglage {name} : {text}" if name and name not in text else text
