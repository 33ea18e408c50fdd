"""What the commands share: their options, opening the content, and showing results to people and to programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from knowledge.errors import CalibrationError, ContentErrors, Fault

CONTENT_DIR = Path(__file__).parent.parent / "content"

ContentDir = Annotated[Path, typer.Option("--content", help="Le dossier des fiches.", show_default="celui du projet")]
CacheDir = Annotated[
    Path | None, typer.Option("--cache", help="Le dossier des vecteurs.", show_default="var/cache/knowledge")
]
AsJson = Annotated[bool, typer.Option("--json", help="Répond en JSON, pour un programme.")]

console = Console(highlight=False)
_problems = Console(stderr=True, highlight=False)


def cache_folder(chosen: Path | None) -> Path:
    """The folder asked for, or the one that the running api uses."""
    return chosen or Path(os.environ.get("PASSERELLE_DATA_DIR") or "var") / "cache" / "knowledge"


def show_json(data: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; numbers to the right."""
    table = Table(title=title, title_justify="left")
    body = [[_cell(value) for value in row] for row in rows]
    for place, column in enumerate(columns):
        numeric = bool(body) and all(_is_number(row[place]) for row in body)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*row)
    console.print(table)


def show_faults(faults: Sequence[Fault], as_json: bool) -> None:
    """Every fault, one a line, on standard error; as JSON on standard output."""
    if as_json:
        show_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
        return
    for fault in faults:
        _problems.print(f"[bold]{fault.file}:{fault.line}[/bold] : ", end="")
        _problems.print(f"{fault.what} → {fault.remedy}", markup=False, soft_wrap=True)
    _problems.print(f"[red]{len(faults)} erreur(s)[/red]")


@contextmanager
def faults_shown(as_json: bool) -> Iterator[None]:
    """A person sees what to mend instead of a traceback; the command ends with 1, or 2 where no mending helps."""
    try:
        yield
    except ContentErrors as error:
        show_faults(error.faults, as_json)
        raise typer.Exit(1) from error
    except CalibrationError as error:
        _problems.print(f"Le réglage de la recherche est inutilisable ({error}).", markup=False)
        _problems.print("Refais-le : passerelle-kb calibrate", markup=False)
        raise typer.Exit(2) from error


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("%", "").strip().isdigit()
