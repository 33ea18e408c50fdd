"""Waits until every part answers, says so on the terminal, prints the addresses, and ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import httpx

NAMES = {
    "database": "base de données",
    "knowledge": "base de connaissances",
    "actions": "serveur d'actions",
    "bot": "bot",
    "rasa": "Rasa (le dialogue)",
}
PATIENCE_SECONDS = 180


def base_url() -> str:
    """The api's address on this machine."""
    host = os.environ.get("API_HOST") or "127.0.0.1"
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return f"http://{shown}:{os.environ['API_PORT']}"


def wait_for_parts(client: httpx.Client, started: float) -> bool:
    """Say each part once it answers; True when all do, False when patience ran out."""
    said: set[str] = set()
    while time.monotonic() - started < PATIENCE_SECONDS:
        try:
            health = client.get("/health", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            time.sleep(0.3)
            continue
        for name, part in health["parts"].items():
            if part["ok"] and name not in said:
                said.add(name)
                print(
                    f"  ✓ {NAMES.get(name, name)} : {part['detail']} ({time.monotonic() - started:.0f} s)",
                    flush=True,
                )
        if health["ok"]:
            return True
        time.sleep(0.3)
    return False


def main() -> int:
    """Report the start; the exit code is 1 if something does not answer."""
    logs = Path(os.environ["PASSERELLE_DATA_DIR"]) / "log"
    print("Passerelle démarre…", flush=True)
    with httpx.Client(base_url=base_url(), trust_env=False) as client:
        if not wait_for_parts(client, time.monotonic()):
            print(
                f"Une partie ne répond pas. Les journaux sont dans {logs} ; détail : {base_url()}/health",
                flush=True,
            )
            return 1
        chat_page = client.get("/", timeout=5).status_code == httpx.codes.OK
    print("Passerelle est prête.", flush=True)
    if chat_page:
        print(f"  Essayer le bot            {base_url()}/", flush=True)
    if os.environ.get("TELEGRAM_BOT_TOKEN"):
        print("  Telegram                  branché", flush=True)
    else:
        print(
            "  Telegram                  pas branché (TELEGRAM_BOT_TOKEN est vide, voir README.md)",
            flush=True,
        )
    print(f"  API pour les tuteurs      {base_url()}/docs", flush=True)
    print(f"  État                      {base_url()}/health", flush=True)
    print(f"  Journaux                  {logs}", flush=True)
    print("Ctrl-C arrête tout.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
