"""Runs the Rasa server on loopback with the model of the present training data. Started by serve.sh.

Settings (environment): RASA_PORT, ACTIONS_PORT, PASSERELLE_DATA_DIR, and REDIS_URL where several servers share
conversations and locks.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any
from urllib.parse import unquote, urlsplit

import quiet_logs
import surroundings
import train


def redis_parts(address: str) -> dict[str, Any]:
    """The parts of `redis[s]://[user:password@]host[:port][/db]` as Rasa's stores want them. Raises ValueError."""
    parts = urlsplit(address)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("REDIS_URL: redis://[utilisateur:motdepasse@]machine[:port][/base]")
    return {
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_ssl": parts.scheme == "rediss",
    }


def read_endpoints(redis_url: str | None) -> Any:
    """Rasa's endpoints: conversations and locks in memory, or in the Redis at that address."""
    from rasa.core.utils import AvailableEndpoints

    if not redis_url:
        return AvailableEndpoints.read_endpoints("endpoints.yml")
    parts = redis_parts(redis_url)
    endpoints = AvailableEndpoints.read_endpoints("endpoints.redis.yml")
    for store in (endpoints.tracker_store, endpoints.lock_store):
        store.url = urlsplit(redis_url).hostname
        store.kwargs.update(parts)
    return endpoints


def main() -> None:
    """Serve until told to stop; exit with 1 and a sentence where there is no model."""
    model = train.model_path()
    if not model.exists():
        sys.exit(f"Il manque le modèle de Rasa ({model.name}) : « make train » l'entraîne.")
    surroundings.prepare()
    from rasa.core.run import serve_application

    quiet_logs.install()
    try:
        endpoints = read_endpoints(os.environ.get("REDIS_URL"))
    except ValueError as error:
        sys.exit(f"Réglage inutilisable : {error}")
    serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=int(os.environ.get("RASA_PORT") or 5005),
        credentials="credentials.yml",
        endpoints=endpoints,
        response_timeout=60,
    )
    logging.shutdown()


if __name__ == "__main__":
    main()
