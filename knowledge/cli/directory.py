"""`annuaire`: the rows of a directory that meet some criteria."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from knowledge.cli.screen import CONTENT_DIR, AsJson, ContentDir, console, faults_shown, show_json, show_table
from knowledge.directory import Directory, Facets, Subject, load_directory
from knowledge.directory.answers import row_cells
from knowledge.directory.filters import matching, table_of
from knowledge.directory.places import Place
from knowledge.directory.rows import Row
from knowledge.normalise import question_key

_COLUMNS = {
    "ecoles": ("nom", "ville", "statut", "apres_bac", "apres_bac2", "concours", "apprentissage", "annee"),
    "formations": ("nom", "sigle", "genre", "filieres", "duree"),
    "etablissements": ("nom", "ville", "statut", "formations"),
    "concours": ("nom", "niveau", "filieres", "frais", "annee"),
    "aides": ("nom", "montant", "ou", "delai"),
    "dates": ("nom", "quand", "valid_until"),
}


class Table(StrEnum):
    """The directories, by the name of their file."""

    ECOLES = "ecoles"
    FORMATIONS = "formations"
    ETABLISSEMENTS = "etablissements"
    CONCOURS = "concours"
    AIDES = "aides"
    DATES = "dates"


class Statut(StrEnum):
    """Who runs it."""

    PUBLIC = "public"
    PRIVE = "prive"


def directory(
    table: Annotated[Table, typer.Argument(metavar="ANNUAIRE", help="ecoles, formations, etablissements…")],
    filiere: Annotated[str | None, typer.Option("--filiere", help="sti2d, stl ou techno.")] = None,
    ville: Annotated[str | None, typer.Option("--ville", help="Une ville, un département (13) ou une région.")] = None,
    statut: Annotated[Statut | None, typer.Option("--statut", help="public ou prive.")] = None,
    apprentissage: Annotated[bool, typer.Option("--apprentissage", help="Seulement si on le sait possible.")] = False,
    concours: Annotated[str | None, typer.Option("--concours", help="L'id d'un concours.")] = None,
    formation: Annotated[str | None, typer.Option("--formation", help="L'id d'une formation.")] = None,
    content: ContentDir = CONTENT_DIR,
    as_json: AsJson = False,
) -> None:
    """Liste les lignes d'un annuaire qui répondent à tous les critères donnés.

    Code de sortie : 0 s'il y en a, 1 sinon.

    Exemple : passerelle-kb annuaire ecoles --filiere sti2d --ville Marseille
    """
    with faults_shown(as_json):
        loaded = load_directory(content)
    for name, value, known in (
        ("concours", concours, loaded.exams.rows),
        ("formation", formation, loaded.formations.rows),
    ):
        if value is not None and value not in known:
            raise typer.BadParameter(f"aucun id « {value} » : {', '.join(known)}.", param_hint=f"--{name}")
    facets = Facets(
        Subject(table.value),
        place=None if ville is None else _place(loaded, ville),
        track=filiere,
        sector=statut.value if statut else None,
        apprenticeship="oui" if apprentissage else None,
        exam=concours,
        formation=formation,
    )
    rows = matching(loaded, facets)
    if as_json:
        show_json([row_cells(row) for row in rows])
    else:
        _show(table, rows, len(table_of(loaded, facets.subject).rows))
    raise typer.Exit(0 if rows else 1)


def _place(directory: Directory, name: str) -> Place:
    for way, place in directory.places.names():
        if question_key(way) == question_key(name):
            return place
    raise typer.BadParameter(f"« {name} » n'est pas dans lieux.yml.", param_hint="--ville")


def _show(table: Table, rows: list[Row], total: int) -> None:
    cells = [row_cells(row) for row in rows]
    columns = _COLUMNS[table.value]
    if rows:
        show_table(f"Annuaire : {table.value}", columns, [[_cell(row[name]) for name in columns] for row in cells])
    console.print(f"{len(rows)} ligne(s) sur {total}.")


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
