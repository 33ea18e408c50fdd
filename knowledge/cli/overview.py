"""`coverage`, `stale` and `stats`: what the base holds, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Annotated, Any

import typer

from knowledge.cli.screen import CONTENT_DIR, AsJson, ContentDir, console, faults_shown, show_json, show_table
from knowledge.directory import Directory
from knowledge.loader import load_content
from knowledge.schema import Entry


def coverage(content: ContentDir = CONTENT_DIR, as_json: AsJson = False) -> None:
    """Compte les fiches pour chaque thème, filière et formation, et montre les cases vides.

    Une fiche sans filière compte pour toutes.

    Exemple : passerelle-kb coverage
    """
    with faults_shown(as_json):
        loaded = load_content(content)
    tracks, courses = loaded.axes.values("filiere"), ("", *loaded.axes.values("formation"))
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in loaded.entries.values():
        for track, course in product(entry.axes.filiere or tracks, entry.axes.formation or ("",)):
            counts[entry.theme, track, course] += 1
    themes = loaded.axes.values("theme")
    empty = [{"filiere": t, "formation": c} for t, c in product(tracks, courses[1:]) if not _any(counts, t, c)]
    if as_json:
        cells = [
            {"theme": theme, "filiere": track, "formation": course or None, "entries": counts[theme, track, course]}
            for theme, track, course in product(themes, tracks, courses)
        ]
        show_json(
            {"cells": cells, "themes_without_entry": _empty_themes(loaded.entries.values(), themes), "empty": empty}
        )
        return
    for track in tracks:
        rows = [[theme, *(counts[theme, track, course] or "·" for course in courses)] for theme in themes]
        show_table(loaded.axes.labels["filiere"][track], ["thème", "toutes", *courses[1:]], rows)
    for cell in empty:
        console.print(f"Aucune fiche : {cell['filiere']} × {cell['formation']}", markup=False)


def stale(
    content: ContentDir = CONTENT_DIR,
    as_json: AsJson = False,
    days: Annotated[int, typer.Option("--days", min=0, help="Aussi ce qui échoit dans tant de jours.")] = 60,
) -> None:
    """Liste les fiches périmées, à relire, ou qui le seront bientôt.

    Code de sortie : 1 si une fiche est déjà périmée ou à relire.

    Exemple : passerelle-kb stale --days 90
    """
    with faults_shown(as_json):
        loaded = load_content(content)
    today = datetime.now(UTC).date()
    horizon = today + timedelta(days=days)
    due = [entry for entry in loaded.entries.values() if entry.expired(horizon) or entry.stale(horizon)]
    rows: list[dict[str, Any]] = [
        {
            "id": entry.id,
            "valid_until": entry.valid_until,
            "review_by": entry.review_by,
            "owner": entry.owner,
            "late": entry.expired(today) or entry.stale(today),
        }
        for entry in sorted(due, key=lambda entry: min(entry.valid_until or entry.review_by, entry.review_by))
    ]
    rows += _due_directory_rows(loaded.directory, today, horizon)
    if as_json:
        show_json(rows)
    else:
        columns = ["fiche", "valable jusqu'au", "à relire le", "responsable", "en retard"]
        show_table("Échéances", columns, [_due_row(row) for row in rows])
    raise typer.Exit(1 if any(row["late"] for row in rows) else 0)


def stats(content: ContentDir = CONTENT_DIR, as_json: AsJson = False) -> None:
    """Compte ce que la base contient.

    Exemple : passerelle-kb stats
    """
    with faults_shown(as_json):
        loaded = load_content(content)
    entries = list(loaded.entries.values())
    by_theme = Counter(entry.theme for entry in entries)
    totals = {
        "fiches": len(entries),
        "questions": sum(len(entry.questions) for entry in entries),
        "not_for": sum(len(entry.not_for) for entry in entries),
        "sources": len({source.url for entry in entries for source in entry.sources}),
        "fiches périssables": sum(entry.valid_until is not None for entry in entries),
        "sigles": len(loaded.lexicon.acronyms),
        "mots de SMS": len(loaded.lexicon.sms),
        "phrases hors sujet": len(loaded.off_topic),
    } | {f"annuaire {name}": len(table.rows) for name, table in loaded.directory.tables() if table.rows}
    if as_json:
        show_json({"totals": totals, "themes": dict(by_theme)})
        return
    show_table("La base", ["", "nombre"], list(totals.items()))
    labels = loaded.axes.labels["theme"]
    show_table("Par thème", ["thème", "fiches"], [(labels[theme], by_theme[theme]) for theme in labels])


def _due_directory_rows(directory: Directory, today: date, horizon: date) -> list[dict[str, Any]]:
    found = [
        {
            "id": f"annuaires/{name} : {row.id}",
            "valid_until": row.valid_until,
            "review_by": row.valid_until,
            "owner": "coordination",
            "late": row.expired(today),
        }
        for name, table in directory.tables()
        for row in table.rows.values()
        if row.expired(horizon)
    ]
    return sorted(found, key=lambda row: str(row["valid_until"]))


def _any(counts: Counter[tuple[str, str, str]], track: str, course: str) -> bool:
    return any(
        count for (_, its_track, its_course), count in counts.items() if (its_track, its_course) == (track, course)
    )


def _empty_themes(entries: Iterable[Entry], themes: tuple[str, ...]) -> list[str]:
    used = {entry.theme for entry in entries}
    return [theme for theme in themes if theme not in used]


def _due_row(row: Mapping[str, object]) -> list[object]:
    return [row["id"], row["valid_until"] or "—", row["review_by"], row["owner"], "oui" if row["late"] else "non"]
