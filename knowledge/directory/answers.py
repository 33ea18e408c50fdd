"""From facets to the list that a student reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from knowledge.directory.facets import Facets, Subject
from knowledge.directory.filters import loosened, matching, offered, table_of
from knowledge.directory.loader import Directory
from knowledge.directory.rows import Aid, Establishment, Exam, Formation, KeyDate, Row, School
from knowledge.directory.wording import capitalised, criterion, formation_name, question_of, title_of
from knowledge.normalise import Lexicon
from knowledge.schema import Source

SHOWN = 8
"""At most so many lines are shown."""
SOURCES_SHOWN = 3
_NAMED = 3
_COSTS = {
    "public": "école publique, droits fixés par l'État",
    "public-eleve": "école publique plus chère que les autres",
    "prive": "école privée, payante : demande le prix total",
    "inconnu": "prix à demander à l'école",
}
_SECTORS = {"public": "publique", "prive": "privée"}


@dataclass(frozen=True)
class DirectoryAnswer:
    """A list for a student; `found` rows meet the criteria, the first of them are in `lines`."""

    id: str
    """`annuaire-` and the name of the file, e.g. for feedback."""
    question: str
    """The question as it was understood."""
    title: str
    lines: tuple[str, ...]
    found: int
    notes: tuple[str, ...]
    """What goes with the list: what is uncertain, or without rows which criterion could be dropped."""
    sources: tuple[Source, ...]
    facets: Facets
    valid_until: date | None = None
    """The first day of validity to end among the rows shown."""

    @property
    def text(self) -> str:
        """The lines, how many more there are, and the notes."""
        more = self.found - len(self.lines)
        rest = [f"… et {more} autre{'s' if more > 1 else ''}"] if more else []
        return "\n\n".join(part for part in ("\n".join([*self.lines, *rest]), "\n".join(self.notes)) if part)


def answer(directory: Directory, lexicon: Lexicon, facets: Facets) -> DirectoryAnswer:
    """The rows that meet the criteria, or what is known without one of them; never rows that do not meet them."""
    if facets.subject is Subject.ACRONYMS:
        return _acronym(lexicon, facets)
    rows = matching(directory, facets)
    shown = rows[:SHOWN]
    ends = [row.valid_until for row in shown if row.valid_until is not None]
    return DirectoryAnswer(
        id=f"annuaire-{facets.subject.value}",
        question=question_of(directory, facets),
        title=capitalised(title_of(directory, facets)),
        lines=tuple(f"• {_line(directory, row, facets)}" for row in shown),
        found=len(rows),
        notes=tuple(_notes(directory, rows, facets) if rows else _nothing(directory, facets)),
        sources=_sources(directory, shown, facets),
        facets=facets,
        valid_until=min(ends, default=None),
    )


def _acronym(lexicon: Lexicon, facets: Facets) -> DirectoryAnswer:
    name = facets.acronym or ""
    meanings = lexicon.acronyms[name]
    return DirectoryAnswer(
        id="annuaire-sigles",
        question=f"que veut dire {name.upper()}",
        title=f"Que veut dire {name.upper()} ?",
        lines=(f"• {name.upper()} : {meanings[0]}",),
        found=1,
        notes=(),
        sources=(),
        facets=facets,
    )


def _line(directory: Directory, row: Row, facets: Facets) -> str:
    match row:
        case School():
            return _school(row, facets)
        case Establishment():
            return _establishment(directory, row, facets)
        case Formation():
            name = formation_name(row)
            meaning = "" if name.casefold().endswith(row.name.casefold()) else f" — {row.name}"
            return f"{name}{meaning} ({_years(row.years)})"
        case Exam():
            return f"{row.name} — {row.audience}" + (f" Frais : {row.fees}." if row.fees else "")
        case Aid():
            return f"{row.name} — {row.amount} ; {row.audience}. Où : {row.where}"
        case KeyDate():
            return f"{row.name} : {row.when}"
    return row.name


def _school(row: School, facets: Facets) -> str:
    if facets.detail:
        return f"{row.name} ({row.city}) — {row.fee or _COSTS[row.cost]}"
    parts = [row.city, _SECTORS[row.sector]]
    if row.apprenticeship == "oui":
        parts.append("apprentissage possible")
    if facets.level is None and not row.after_bac and row.after_bac2 == "oui":
        parts.append("après un bac+2")
    return f"{row.name} — {', '.join(parts)}"


def _establishment(directory: Directory, row: Establishment, facets: Facets) -> str:
    place = f"{row.name} — {row.city}" + (", privé" if row.sector == "prive" else "")
    if facets.formation is not None:
        return place
    names = [formation_name(formation) for formation in offered(directory, row, facets)]
    if facets.family:
        names = [name.split(" ", 1)[-1] if " " in name else name for name in names]
    more = f" (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return f"{place} : {', '.join(names[:_NAMED])}{more}"


def _notes(directory: Directory, rows: Sequence[Row], facets: Facets) -> list[str]:
    notes = []
    if facets.apprenticeship is not None:
        open_to_all = matching(directory, replace(facets, apprenticeship=None))
        unsure = sum(isinstance(row, School) and row.apprenticeship == "inconnu" for row in open_to_all)
        if unsure:
            notes.append(f"Pour {unsure} autre{'s' if unsure > 1 else ''}, je ne sais pas : demande à l'école.")
    if facets.subject is Subject.SCHOOLS and facets.track and facets.level is None:
        later = len(matching(directory, replace(facets, track=None, level="bac2")))
        if later:
            notes.append(f"Ici, l'entrée juste après le bac. Après un bac+2, j'en connais {later}.")
    if any(row.to_check for row in rows):
        notes.append("D'après Parcoursup 2024 ou 2025 : à vérifier sur la carte Parcoursup de l'année.")
    elif facets.subject in (Subject.EXAMS, Subject.AIDS, Subject.DATES):
        notes.append("Ce sont les derniers chiffres connus : vérifie ceux de l'année sur le site officiel.")
    return notes


def _nothing(directory: Directory, facets: Facets) -> list[str]:
    notes = ["Je ne connais rien qui réponde à tous ces critères."]
    for name, other, rows in loosened(directory, facets):
        said = criterion(directory, facets, name)
        if name == "place" and other.place is not None:
            notes.append(f"• {capitalised(other.place.said)} plutôt que « {said} » : j'en connais {rows}.")
        else:
            notes.append(f"• Sans « {said} » : j'en connais {rows}.")
    return notes


def _sources(directory: Directory, shown: Sequence[Row], facets: Facets) -> tuple[Source, ...]:
    known = table_of(directory, facets.subject).sources
    keys = dict.fromkeys(key for row in shown for key in row.sources)
    counts = {key: sum(key in row.sources for row in shown) for key in keys}
    most = sorted(keys, key=lambda key: -counts[key])[:SOURCES_SHOWN]
    return tuple(known[key] for key in most)


def _years(years: float) -> str:
    return f"{years:g} an{'s' if years >= 2 else ''}".replace(".", ",")


def row_cells(row: Row) -> dict[str, Any]:
    """A row in plain data, with the keys of its file."""
    return row.model_dump(mode="json", by_alias=True)
