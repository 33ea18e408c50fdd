from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import SettingsUnusable, read_settings

WEBHOOK = "https://passerelle.example/telegram"


@pytest.fixture(autouse=True)
def bare_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET", "API_HOST", "API_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings()
    assert settings.telegram_bot_token is None
    assert (settings.api_url, settings.rasa_url) == ("http://127.0.0.1:8000", "http://127.0.0.1:5005")


def test_settings_come_from_the_env_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("API_PORT=8123\nTELEGRAM_API_URL=http://127.0.0.1:81/\nSOMETHING_ELSE=1\n")
    settings = read_settings()
    assert (settings.api_port, settings.telegram_api_url) == (8123, "http://127.0.0.1:81")


def test_empty_setting_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    settings = read_settings()
    assert settings.telegram_webhook_url is None and settings.telegram_bot_token is None


def test_api_on_all_interfaces_is_reached_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_HOST", "0.0.0.0")
    assert read_settings().api_url == "http://127.0.0.1:8000"


def test_webhook_without_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", WEBHOOK)
    with pytest.raises(SettingsUnusable, match="TELEGRAM_WEBHOOK_SECRET"):
        read_settings()


@pytest.mark.parametrize("secret", ["é", "a b", "x" * 257])
def test_secret_that_telegram_would_refuse_is_refused(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", WEBHOOK)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", secret)
    with pytest.raises(SettingsUnusable, match="TELEGRAM_WEBHOOK_SECRET") as refusal:
        read_settings()
    assert secret not in str(refusal.value)


def test_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "abc")
    with pytest.raises(SettingsUnusable, match="API_PORT"):
        read_settings()


def test_process_ends_with_2_and_a_sentence(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "TELEGRAM_WEBHOOK_URL": WEBHOOK},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "TELEGRAM_WEBHOOK_SECRET" in ended.stderr and "Traceback" not in ended.stderr
