"""`export`: the entries for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from knowledge.cli.screen import CONTENT_DIR, AsJson, ContentDir, faults_shown, show_json
from knowledge.directory import Directory
from knowledge.directory.answers import row_cells
from knowledge.loader import load_content
from knowledge.schema import Axes, Entry

_PLAIN = ("id", "theme", "title", "answer", "details", "valid_until", "review_by", "owner")
_LISTS = ("questions", "not_for", "see_also")


class Format(StrEnum):
    """What the file is for."""

    CSV = "csv"  # a spreadsheet
    JSON = "json"


def export(
    content: ContentDir = CONTENT_DIR,
    format: Annotated[
        Format, typer.Option("--format", help="csv pour un tableur, json pour un programme.")
    ] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", help="Le fichier à écrire.", show_default="l'écran")
    ] = None,
    directory: Annotated[
        str | None, typer.Option("--annuaire", help="Un annuaire au lieu des fiches : ecoles, formations…")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Écrit toutes les fiches, ou un annuaire, dans un seul fichier.

    Exemple : passerelle-kb export --format csv --output fiches.csv
    """
    as_json = as_json or format is Format.JSON
    with faults_shown(as_json):
        loaded = load_content(content)
    if directory is None:
        data = [entry.model_dump(mode="json") for entry in loaded.entries.values()]
    else:
        data = _directory_rows(loaded.directory, directory)
    if as_json and output is None:
        show_json(data)
        return
    table = _csv(list(loaded.entries.values())) if directory is None else _rows_csv(data)
    text = _json(data) if as_json else table
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8" if as_json else "utf-8-sig")


def _directory_rows(directory: Directory, name: str) -> list[dict[str, Any]]:
    """The rows with their sources in full."""
    tables = dict(directory.tables())
    if name not in tables:
        raise typer.BadParameter(f"annuaires connus : {', '.join(tables)}.", param_hint="--annuaire")
    table = tables[name]
    return [
        row_cells(row) | {"sources": [table.sources[key].model_dump(mode="json") for key in row.sources]}
        for row in table.rows.values()
    ]


def _json(data: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in data) + "\n]\n"


def _rows_csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer.writerow(columns)
    for row in rows:
        row = row | {"sources": [f"{one['title']} {one['url']} ({one['checked_on']})" for one in row["sources"]]}
        writer.writerow([_safe(_flat(row[name])) for name in columns])
    return buffer.getvalue()


def _flat(value: object) -> str:
    if isinstance(value, list):
        return " | ".join(map(str, value))
    return "" if value is None else str(value)


def _csv(entries: list[Entry]) -> str:
    axes = tuple(Axes.model_fields)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([*_PLAIN, *_LISTS, *axes, "sources"])
    for entry in entries:
        data = entry.model_dump(mode="json")
        writer.writerow(
            [
                *(_safe(data[name]) for name in _PLAIN),
                *(_safe(" | ".join(data[name])) for name in _LISTS),
                *(" | ".join(data["axes"][axis]) for axis in axes),
                _safe(
                    " | ".join(
                        f"{source['title']} {source['url']} ({source['checked_on']})" for source in data["sources"]
                    )
                ),
            ]
        )
    return buffer.getvalue()


def _safe(value: str | None) -> str:
    """The text, such that no spreadsheet takes it for a formula."""
    text = value or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
