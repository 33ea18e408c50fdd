"""`check` and `new`: writing entries."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from knowledge.axes import load_axes
from knowledge.calibration import CALIBRATION_FILE, load_calibration
from knowledge.cli.screen import (
    CONTENT_DIR,
    AsJson,
    CacheDir,
    ContentDir,
    cache_folder,
    console,
    faults_shown,
    show_json,
    show_table,
)
from knowledge.encoder import E5Encoder
from knowledge.guard import GuardReport, guard
from knowledge.loader import Content, entry_files, load_content
from knowledge.readability import notes
from knowledge.schema import ID_LIMIT, ID_PATTERN
from knowledge.vectors import VectorCache

_SOON_DAYS = 60


@dataclass(frozen=True)
class _Note:
    entry: str
    about: str


def check(
    content: ContentDir = CONTENT_DIR,
    cache: CacheDir = None,
    as_json: AsJson = False,
    fast: Annotated[bool, typer.Option("--fast", help="Sans la garde : n'essaie pas chaque question.")] = False,
) -> None:
    """Vérifie toutes les fiches : erreurs, dates passées, lisibilité, fiches perdues ou volées par une autre.

    Code de sortie : 0 si l'on peut publier, 1 s'il y a des erreurs.

    Exemple : passerelle-kb check --fast
    """
    with faults_shown(as_json):
        loaded = load_content(content)
        report = None if fast else _guard(loaded, cache_folder(cache))
    today = datetime.now(UTC).date()
    remarks = [*_dates(loaded, today), *_readability(loaded), *_directory_dates(loaded, today)]
    refused = report is not None and bool(report.thefts or report.lost)
    if as_json:
        show_json(
            {
                "ok": not refused,
                "entries": len(loaded.entries),
                "directories": {name: len(table.rows) for name, table in loaded.directory.tables()},
                "notes": [asdict(note) for note in remarks],
                "guard": asdict(report) if report else None,
            }
        )
    else:
        _show(loaded, remarks, report)
    raise typer.Exit(1 if refused else 0)


def new(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Le nom de la fiche, par exemple bts-ciel.")],
    theme: Annotated[str, typer.Option("--theme", help="Son thème, par exemple apres-bac.")],
    content: ContentDir = CONTENT_DIR,
    as_json: AsJson = False,
) -> None:
    """Crée une fiche à remplir.

    Exemple : passerelle-kb new bts-ciel --theme apres-bac
    """
    with faults_shown(as_json):
        axes = load_axes(content)
    if theme not in axes.values("theme"):
        raise typer.BadParameter(f"« {theme} » n'est pas un thème : {axes.remedy('theme', theme)}.")
    if not re.match(ID_PATTERN, entry_id) or len(entry_id) > ID_LIMIT:
        raise typer.BadParameter(f"minuscules sans accent, chiffres et tirets, {ID_LIMIT} caractères au plus.")
    if any(path.stem == entry_id for path in entry_files(content)):
        raise typer.BadParameter(f"la fiche « {entry_id} » existe déjà.")
    path = content / theme / f"{entry_id}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(_template(entry_id, datetime.now(UTC).date()), encoding="utf-8")
    if as_json:
        show_json({"created": str(path)})
    else:
        console.print(f"Créée : {path}. Remplis-la, puis lance « passerelle-kb check ».", markup=False, soft_wrap=True)


def _guard(content: Content, cache_dir: Path) -> GuardReport:
    encoder = E5Encoder()
    vectors = VectorCache(cache_dir, encoder)
    report = guard(content, vectors, load_calibration(CALIBRATION_FILE, encoder.version))
    vectors.save()
    return report


def _dates(content: Content, today: date) -> list[_Note]:
    found = []
    for entry in content.entries.values():
        if entry.expired(today):
            found.append(_Note(entry.id, f"périmée depuis le {entry.valid_until} : mets les faits à jour"))
        elif entry.expired(today + timedelta(days=_SOON_DAYS)):
            found.append(_Note(entry.id, f"périmée dès le {entry.valid_until} : prépare la mise à jour"))
        if entry.stale(today):
            found.append(_Note(entry.id, f"à relire depuis le {entry.review_by}"))
        if any(source.checked_on > today for source in entry.sources):
            found.append(_Note(entry.id, "une source est datée dans le futur : corrige checked_on"))
    return found


def _directory_dates(content: Content, today: date) -> list[_Note]:
    found = []
    for name, table in content.directory.tables():
        for row in table.rows.values():
            place = f"annuaires/{name} : {row.id}"
            if row.expired(today):
                found.append(_Note(place, f"périmée depuis le {row.valid_until} : mets la ligne à jour"))
            elif row.expired(today + timedelta(days=_SOON_DAYS)):
                found.append(_Note(place, f"périmée dès le {row.valid_until} : prépare la mise à jour"))
        for key, source in table.sources.items():
            if source.checked_on > today:
                found.append(_Note(f"annuaires/{name}", f"la source « {key} » est datée dans le futur"))
            if not any(key in row.sources for row in table.rows.values()):
                found.append(_Note(f"annuaires/{name}", f"aucune ligne ne nomme la source « {key} » : retire-la"))
    return found


def _readability(content: Content) -> list[_Note]:
    acronyms = content.lexicon.acronyms
    return [_Note(entry.id, about) for entry in content.entries.values() for about in notes(entry, acronyms)]


def _show(content: Content, remarks: list[_Note], report: GuardReport | None) -> None:
    if remarks:
        show_table("À améliorer", ["fiche", "remarque"], [(note.entry, note.about) for note in remarks])
    if report and report.lost:
        rows = [(lost.entry, f"{lost.found} sur {lost.phrasings}", lost.instead or "rien") for lost in report.lost]
        columns = ["fiche", "questions qui la trouvent", "trouvent plutôt"]
        show_table("Fiches perdues : ajoute des formulations voisines", columns, rows)
    if report and report.thefts:
        thefts = [(theft.victim, theft.thief, question) for theft in report.thefts for question in theft.questions]
        columns = ["fiche volée", "fiche voleuse", "question"]
        show_table("Questions volées : précise les deux fiches, ou mets la question dans not_for", columns, thefts)
    listed = sum(len(table.rows) for _, table in content.directory.tables())
    read = f"{len(content.entries)} fiches et {listed} lignes d'annuaire lues"
    judged = f", {len(report.thefts)} vol(s), {len(report.lost)} fiche(s) perdue(s)" if report else ""
    console.print(f"{read}, {len(remarks)} remarque(s){judged}.")


def _template(entry_id: str, today: date) -> str:
    return f"""id: {entry_id}
title: ""            # 60 caractères au plus
answer: |            # 700 caractères au plus, la réponse dès la première ligne

details: |           # facultatif, « pour aller plus loin », 1500 caractères au plus

questions:           # au moins six, comme les élèves les tapent, dont une de parent
  - ""
not_for: []          # ce qui ressemble mais ne doit pas mener ici
axes:
  public: [lyceen]
  filiere: [sti2d, stl]
sources:
  - title: ""
    url: https://
    checked_on: {today}
# valid_until: {today + timedelta(days=250)}   # pour ce qui se périme : montants, dates
review_by: {today + timedelta(days=365)}
owner: coordination
see_also: []
"""
