"""`passerelle-api`: serves the api, brings its tables up to date, and lets tutors in and out."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.discretion import log_discreetly
from api.errors import PasserelleError
from api.services import escalations, tutors
from api.settings import Settings, SettingsInvalid
from api.store.bell import Bell
from api.store.database import Database
from api.store.migration import migrate
from api.store.models import Tutor

_GRACE_SECONDS = 2
_KEEP_ALIVE_SECONDS = 75
"""Longer than `api.client` keeps an idle connection (30 s): a request never meets one that is just being closed."""
T = TypeVar("T")

cli = typer.Typer(help="L'api de Passerelle. Sans commande : la démarrer.", add_completion=False)
tutors_cli = typer.Typer(help="Les personnes qui répondent aux élèves.", no_args_is_help=True)
cli.add_typer(tutors_cli, name="tutors")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Son adresse e-mail.")]


@cli.callback(invoke_without_command=True)
def _start(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        serve()


@cli.command()
def serve() -> None:
    """Mettre les tables à jour, puis servir. Exemple : passerelle-api serve"""
    import uvicorn  # here, so that the short commands need not load the server and the search

    from api.app import create_app
    from knowledge import ContentErrors

    settings = _settings()
    log_discreetly(quiet=("httpx", "bm25s"))
    with _plain_errors():
        asyncio.run(migrate(settings.database_url))
        try:
            app = create_app(settings)
        except ContentErrors as error:
            _give_up(f"Les mots d'alerte ne peuvent pas être lus, et sans eux l'api ne démarre pas :\n{error}", 2)
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


@cli.command("migrate")
def migrate_tables() -> None:
    """Mettre les tables à jour, sans servir. Exemple : passerelle-api migrate"""
    with _plain_errors():
        asyncio.run(migrate(_settings().database_url))
    typer.echo("Les tables sont à jour.")


@tutors_cli.command("add")
def add_tutor(
    email: Email,
    name: Annotated[str, typer.Option(help="Son prénom ou son nom, tel que les élèves le verront.")],
    coordinator: Annotated[bool, typer.Option("--coordinator", help="Fait partie de la coordination.")] = False,
) -> None:
    """Accueillir une personne. Exemple : passerelle-api tutors add camille@example.org --name Camille"""

    async def add(session: AsyncSession) -> tuple[Tutor, str]:
        return await tutors.add(session, email, name, coordinator=coordinator, now=datetime.now(UTC))

    tutor, token = _in_transaction(add)
    _show_token(f"{tutor.name} peut maintenant répondre aux élèves.", token)


@tutors_cli.command("renew")
def renew_token(email: Email) -> None:
    """Remplacer son jeton par un nouveau. Exemple : passerelle-api tutors renew camille@example.org"""

    async def renew(session: AsyncSession) -> tuple[Tutor, str]:
        return await tutors.renew(session, email)

    tutor, token = _in_transaction(renew)
    _show_token(f"{tutor.name} a un nouveau jeton ; l'ancien ne vaut plus rien.", token)


@tutors_cli.command("revoke")
def revoke_tutor(email: Email) -> None:
    """Retirer son accès ; ce qu'elle suivait retourne dans la file.

    Exemple : passerelle-api tutors revoke camille@example.org
    """

    async def revoke(session: AsyncSession) -> tuple[Tutor, int]:
        tutor = await tutors.revoke(session, email)
        return tutor, await escalations.take_back_all(session, tutor, datetime.now(UTC))

    tutor, freed = _in_transaction(revoke)
    typer.echo(f"{tutor.name} n'a plus accès. Demandes remises dans la file : {freed}.")


@tutors_cli.command("list")
def list_tutors() -> None:
    """Qui répond aux élèves. Exemple : passerelle-api tutors list"""
    table = Table("Nom", "E-mail", "Rôle", "Accès", "Depuis")
    for tutor in _in_transaction(tutors.listing):
        table.add_row(
            tutor.name,
            tutor.email,
            "coordination" if tutor.coordinator else "tutorat",
            "oui" if tutor.active else "retiré",
            f"{tutor.created_at:%d/%m/%Y}",
        )
    Console().print(table)


def _show_token(sentence: str, token: str) -> None:
    typer.echo(f"{sentence} Garde ce jeton en lieu sûr : il ne sera plus jamais affiché.")
    typer.echo(f"token: {token}")


def _in_transaction(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Run it on an up-to-date database and commit. The running server sees it at its next look."""
    url = _settings().database_url

    async def run() -> T:
        await migrate(url)
        database = Database(url, Bell())
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    with _plain_errors():
        return asyncio.run(run())


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsInvalid as error:
        _give_up(f"Réglages à corriger (variables d'environnement ou .env) :\n{error}", 2)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """A person at a terminal reads a sentence and not a traceback."""
    try:
        yield
    except PasserelleError as error:
        _give_up(str(error), 1)
    except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
        logging.getLogger(__name__).debug("cause", exc_info=error)
        _give_up(f"La base de données ou le dossier de données ne répond pas ({type(error).__name__}).", 1)


def _give_up(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def main() -> None:
    """The command; what it writes is readable by its owner only."""
    os.umask(0o077)
    cli()


if __name__ == "__main__":
    main()
