"""What a directory question asks for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from knowledge.directory.places import Place


class Subject(StrEnum):
    """The directory that is asked; the value is the name of its file."""

    SCHOOLS = "ecoles"
    FORMATIONS = "formations"
    ESTABLISHMENTS = "etablissements"
    EXAMS = "concours"
    AIDS = "aides"
    DATES = "dates"
    ACRONYMS = "sigles"


BOTH_TRACKS = "techno"
"""The track of « un bac techno »: STI2D or STL."""


@dataclass(frozen=True)
class Facets:
    """The criteria understood; None where the question says nothing of it."""

    subject: Subject
    place: Place | None = None
    track: str | None = None
    """`sti2d`, `stl` or `techno`."""
    level: str | None = None
    """`bac` or `bac2`."""
    family: str | None = None
    formation: str | None = None
    """The id of a formation; its family is then left out."""
    sector: str | None = None
    """`public` or `prive`."""
    apprenticeship: str | None = None
    """`oui` where it is asked for."""
    exam: str | None = None
    kind: str | None = None
    """`lycee` or `iut`, of an establishment."""
    audience: str | None = None
    """`lyceen` or `etudiant`, of an aid."""
    detail: str | None = None
    """`prix` where the costs are asked for."""
    acronym: str | None = None

    def criteria(self) -> tuple[str, ...]:
        """The names of the facets that narrow the list."""
        beside = ("subject", "detail")
        return tuple(one.name for one in fields(self) if one.name not in beside and getattr(self, one.name) is not None)


ALLOWED: dict[Subject, frozenset[str]] = {
    Subject.SCHOOLS: frozenset({"place", "track", "level", "sector", "apprenticeship", "exam", "detail"}),
    Subject.FORMATIONS: frozenset({"track", "level", "family"}),
    Subject.ESTABLISHMENTS: frozenset({"place", "track", "level", "family", "formation", "sector", "kind"}),
    Subject.EXAMS: frozenset({"track", "level"}),
    Subject.AIDS: frozenset({"audience"}),
    Subject.DATES: frozenset(),
    Subject.ACRONYMS: frozenset({"acronym"}),
}
"""The facets that each directory can be filtered by: a question with another one is not for it."""
