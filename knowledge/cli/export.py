"""`export`: the entries for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from knowledge.cli.screen import CONTENT_DIR, AsJson, ContentDir, faults_shown, show_json
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
    as_json: AsJson = False,
) -> None:
    """Écrit toutes les fiches dans un seul fichier.

    Exemple : passerelle-kb export --format csv --output fiches.csv
    """
    as_json = as_json or format is Format.JSON
    with faults_shown(as_json):
        entries = load_content(content).entries.values()
    if as_json and output is None:
        show_json([entry.model_dump(mode="json") for entry in entries])
        return
    text = _json(list(entries)) if as_json else _csv(list(entries))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8" if as_json else "utf-8-sig")


def _json(entries: list[Entry]) -> str:
    return "[\n" + ",\n".join(entry.model_dump_json() for entry in entries) + "\n]\n"


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
