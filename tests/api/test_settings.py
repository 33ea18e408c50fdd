from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings, SettingsInvalid


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_settings_everything_lies_in_var(tmp_path: Path) -> None:
    settings = Settings.load()
    assert settings.database_url == f"sqlite:///{tmp_path}/var/passerelle.db"
    assert (settings.api_host, settings.api_port) == ("127.0.0.1", 8000)


def test_every_fault_is_named_and_no_value_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "99999")
    monkeypatch.setenv("DATABASE_URL", "mysql://user:hunter2@host/x")
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    lines = str(caught.value).splitlines()
    assert [line.split(" : ")[0] for line in lines] == ["DATABASE_URL", "API_PORT"]
    assert "hunter2" not in str(caught.value)


def test_dotenv_is_read_and_an_empty_line_counts_as_unset(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("API_PORT=9123\nTELEGRAM_BOT_TOKEN=\nDATABASE_URL=\nAUTRE=1\n")
    settings = Settings.load()
    assert settings.api_port == 9123
    assert settings.telegram_bot_token is None
    assert settings.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("token", "wish", "on"),
    [(None, None, True), ("1:a", None, False), ("1:a", "true", True), (None, "false", False)],
)
def test_chat_page_is_off_beside_telegram_unless_wished(
    monkeypatch: pytest.MonkeyPatch, token: str | None, wish: str | None, on: bool
) -> None:
    for name, value in (("TELEGRAM_BOT_TOKEN", token), ("CHAT_PAGE", wish)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert Settings.load().chat_page_on is on
