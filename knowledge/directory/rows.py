"""The form of the directories' rows. Keys are French in the files; unknown keys are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from knowledge.schema import EntryId, Line

Family = Literal["bts", "but", "prepa", "licence", "dnmade", "cmi", "bachelor"]
"""The families of formations after the bac; `prepa` includes ATS, after a bac+2."""
Sector = Literal["public", "prive"]
Level = Literal["bac", "bac2"]
YesNo = Literal["oui", "non", "inconnu"]
Cost = Literal["public", "public-eleve", "prive", "inconnu"]

_FRENCH = {
    "year": "annee",
    "to_check": "a_verifier",
    "note": "remarque",
    "name": "nom",
    "also": "aussi",
    "acronym": "sigle",
    "family": "genre",
    "tracks": "filieres",
    "years": "duree",
    "city": "ville",
    "sector": "statut",
    "after_bac": "apres_bac",
    "after_bac2": "apres_bac2",
    "exams": "concours",
    "apprenticeship": "apprentissage",
    "cost": "cout",
    "fee": "tarif",
    "level": "niveau",
    "audience": "pour",
    "fees": "frais",
    "tests": "epreuves",
    "schools": "ecoles",
    "kind": "type",
    "amount": "montant",
    "where": "ou",
    "deadline": "delai",
    "when": "quand",
    "example": "exemple",
    "place": "lieu",
}


def _french(name: str) -> str:
    return _FRENCH.get(name, name)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Year = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^20\d\d(-\d\d)?$")]
"""« 2026 », or « 2025-26 » for a school year or for one of two sessions."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500)]


class Row(BaseModel):
    """What every row says: where it comes from (keys of the file's `sources`), and of which year it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, alias_generator=_french)

    id: EntryId
    name: Line
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    year: Year
    valid_until: date | None = None
    to_check: bool = False
    """Open data of an earlier session of Parcoursup: to be checked on this year's map."""
    note: Line | None = None

    def expired(self, on: date) -> bool:
        """Whether the facts have passed their last day of validity on that day."""
        return self.valid_until is not None and self.valid_until < on


class Formation(Row):
    """A course of study that STI2D or STL lead to; `years` is how long it takes."""

    acronym: Line | None = None
    also: tuple[Line, ...] = ()
    family: Family
    tracks: Annotated[tuple[str, ...], Field(min_length=1)]
    level: Level = "bac"
    years: Annotated[float, Field(gt=0, le=5)]


class School(Row):
    """An engineering school. `after_bac`: the tracks for which an entry after the bac is known."""

    also: tuple[Line, ...] = ()
    city: Line
    sector: Sector
    after_bac: tuple[str, ...] = ()
    after_bac2: YesNo = "inconnu"
    exams: tuple[EntryId, ...] = ()
    apprenticeship: YesNo = "inconnu"
    cost: Cost = "inconnu"
    fee: Line | None = None
    url: Url | None = None


class Exam(Row):
    """A competition that leads to schools; the fees carry the year of the row."""

    also: tuple[Line, ...] = ()
    level: Level
    tracks: tuple[str, ...] = ()
    audience: Line
    fees: Line | None = None
    tests: Line | None = None
    dates: Line | None = None
    schools: tuple[EntryId, ...] = ()
    url: Url | None = None


class Establishment(Row):
    """A lycée, an IUT site or a university with the formations (ids) that it offers."""

    also: tuple[Line, ...] = ()
    kind: Literal["lycee", "iut", "universite"]
    uai: Annotated[str, StringConstraints(pattern=r"^\d{7}[A-Z]$")] | None = None
    city: Line
    sector: Sector
    formations: Annotated[tuple[EntryId, ...], Field(min_length=1)]


class Aid(Row):
    """Money or something else that helps; `audience` says who gets it."""

    public: Annotated[tuple[str, ...], Field(min_length=1)]
    amount: Line
    audience: Line
    where: Line
    deadline: Line | None = None
    url: Url | None = None


class KeyDate(Row):
    """A date of the school year; `valid_until` is the day from which it must not be given as current."""

    when: Line
    valid_until: date


class Event(Row):
    """A model of an event of the programme, for coordinators to copy. It is never shown to students."""

    example: Literal[True]
    kind: Literal["atelier", "visite", "forum", "tutorat", "conference"]
    audience: Line
    place: Line
