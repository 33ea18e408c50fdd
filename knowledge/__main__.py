"""`passerelle-kb`: what coordinators need to keep the knowledge base true and found."""

from __future__ import annotations

import typer

from knowledge.cli import ask, check, directory, export, measure, overview

app = typer.Typer(
    name="passerelle-kb",
    help="La base de connaissances de Passerelle : écrire, vérifier, chercher, mesurer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(check.check)
app.command()(check.new)
app.command()(ask.search)
app.command("annuaire")(directory.directory)
app.command("eval")(measure.evaluate)
app.command()(measure.calibrate)
app.command()(overview.coverage)
app.command()(overview.stale)
app.command()(overview.stats)
app.command()(export.export)


def main() -> None:
    """Runs a command; ends with 0 (all is well), 1 (something to mend) or 2 (wrong use)."""
    app()


if __name__ == "__main__":
    main()
