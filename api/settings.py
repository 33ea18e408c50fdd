"""The api's settings, from the environment and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.store.engine import driver_url

_A_PORT = "un nombre entre 1 et 65535"


class SettingsInvalid(Exception):
    """A setting cannot be used; the message, in French, names each one and what it should be."""


class Settings(BaseSettings):
    """What an operator can set. An empty variable counts as unset. `description` says what is expected."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(
        default=Path("var"), validation_alias="PASSERELLE_DATA_DIR", description="un chemin de dossier"
    )
    database_address: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="une adresse sqlite:///chemin ou postgresql://utilisateur:motdepasse@serveur/base",
    )
    api_host: str = Field(default="127.0.0.1", validation_alias="API_HOST", description="une adresse de cette machine")
    api_port: int = Field(default=8000, ge=1, le=65535, validation_alias="API_PORT", description=_A_PORT)
    rasa_port: int = Field(default=5005, ge=1, le=65535, validation_alias="RASA_PORT", description=_A_PORT)
    actions_port: int = Field(default=5055, ge=1, le=65535, validation_alias="ACTIONS_PORT", description=_A_PORT)
    telegram_bot_token: str | None = Field(
        default=None, validation_alias="TELEGRAM_BOT_TOKEN", description="le jeton donné par @BotFather"
    )
    chat_page: bool | None = Field(default=None, validation_alias="CHAT_PAGE", description="true, false ou rien")
    secret_key: str | None = Field(
        default=None,
        validation_alias="PASSERELLE_SECRET_KEY",
        description="un secret long et imprévisible",
    )
    knowledge_dir: Path = Field(
        default=Path("knowledge/content"), validation_alias="KNOWLEDGE_DIR", description="un chemin de dossier"
    )
    open_after_hours: float = Field(
        default=72,
        gt=0,
        validation_alias="ESCALATION_OPEN_AFTER_HOURS",
        description="un nombre d'heures plus grand que 0",
    )
    idle_claim_after_minutes: float = Field(
        default=60,
        gt=0,
        validation_alias="ESCALATION_IDLE_CLAIM_AFTER_MINUTES",
        description="un nombre de minutes plus grand que 0",
    )

    @field_validator("database_address")
    @classmethod
    def _known_engine(cls, value: str | None) -> str | None:
        if value is not None:
            driver_url(value)
        return value

    @property
    def database_url(self) -> str:
        """Where the tables are: DATABASE_URL, or a file in the data folder."""
        return self.database_address or f"sqlite:///{self.data_dir.absolute() / 'passerelle.db'}"

    @property
    def cache_dir(self) -> Path:
        """Where what can be computed again is kept."""
        return self.data_dir / "cache"

    @property
    def chat_page_on(self) -> bool:
        """Whether the local chat page is served: as CHAT_PAGE says, else only without a Telegram token."""
        return self.telegram_bot_token is None if self.chat_page is None else self.chat_page

    @classmethod
    def load(cls) -> Self:
        """Read them. SettingsInvalid lists every one that cannot be used, without repeating its value."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsInvalid("\n".join(cls._complaint(item["loc"]) for item in error.errors())) from None

    @classmethod
    def _complaint(cls, location: tuple[int | str, ...]) -> str:
        for name, field in cls.model_fields.items():
            if location[:1] in ((name,), (field.validation_alias,)):
                return f"{field.validation_alias} : il faut {field.description}."
        return f"{'.'.join(map(str, location))} : valeur impossible."
