"""What an operator can set for the action server."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Names are those of the environment, in lower case. An empty variable counts as unset."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    actions_port: int = Field(default=5055, ge=1, le=65535)
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    passerelle_data_dir: Path = Path("var")
    passerelle_secret_key: SecretStr | None = None
    api_timeout_seconds: float = Field(default=3.5, gt=0, le=10)
    """Shorter than the bot's patience with Rasa (5 s), so that the student gets a sentence and not a silence."""

    @property
    def api_url(self) -> str:
        """Where the api listens; an api that listens everywhere is reached on loopback."""
        host = "127.0.0.1" if self.api_host in ("0.0.0.0", "::") else self.api_host
        return f"http://{host}:{self.api_port}"
