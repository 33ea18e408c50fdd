"""`passerelle-actions`: rasa-sdk's action server with our actions, on loopback."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from pydantic import ValidationError
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions.answer import ActionAnswer, ActionDefaultFallback
from actions.choice import ActionChooseEntry, ActionPickChoice
from actions.consent import ActionAffirm, ActionDeny
from actions.desk import Desk
from actions.escalation import ActionOpenEscalation
from actions.follow_up import ActionFollowUp
from actions.profile import ActionRememberProfile
from actions.settings import Settings
from api.client import ApiClient
from api.discretion import log_discreetly
from api.secret import service_token


def make_executor(desk: Desk) -> ActionExecutor:
    """Every action of the domain, ready to run."""
    executor = ActionExecutor()
    for action in (
        ActionAffirm,
        ActionAnswer,
        ActionChooseEntry,
        ActionDefaultFallback,
        ActionDeny,
        ActionFollowUp,
        ActionOpenEscalation,
        ActionPickChoice,
        ActionRememberProfile,
    ):
        executor.register_action(action(desk))
    return executor


def make_app(client: ApiClient) -> Sanic[Any, Any]:
    """The server; it closes the client when it stops."""
    app: Sanic[Any, Any] = create_app(make_executor(client), cors_origins=[])

    async def close_client(_app: Sanic[Any, Any]) -> None:
        await client.aclose()

    app.register_listener(close_client, "after_server_stop")
    return app


def main() -> None:
    """Read the settings and serve until told to stop."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors())
        sys.exit(f"Réglage inutilisable : {wrong}.")
    log_discreetly(quiet=("rasa_sdk", "sanic.root", "sanic.server", "httpx"))
    # Rasa 3.6 asks, rasa-sdk 3.21 answers: tried, they understand each other.
    warnings.filterwarnings("ignore", message=".*version.*")
    secret = settings.passerelle_secret_key
    token = service_token(settings.passerelle_data_dir, secret.get_secret_value() if secret else None)
    client = ApiClient(settings.api_url, token, timeout_seconds=settings.api_timeout_seconds)
    app = make_app(client)
    logging.getLogger(__name__).info("actions on 127.0.0.1:%d", settings.actions_port)
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
