"""From criteria to rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from knowledge.directory.facets import BOTH_TRACKS, Facets, Subject
from knowledge.directory.loader import Directory, Table
from knowledge.directory.rows import Aid, Establishment, Exam, Formation, Row, School

_WANTED = frozenset({"formation", "family"})
"""What is looked for: without it the list would be about something else."""


def table_of(directory: Directory, subject: Subject) -> Table[Any]:
    """The table that a subject is about. KeyError for acronyms, which have none."""
    return dict(directory.tables())[subject.value]


def matching(directory: Directory, facets: Facets) -> list[Row]:
    """The rows that meet every criterion, in the order of the file."""
    rows: list[Row] = list(table_of(directory, facets.subject).rows.values())
    test = _TESTS.get(facets.subject)
    return rows if test is None else [row for row in rows if test(directory, row, facets)]


def loosened(directory: Directory, facets: Facets) -> list[tuple[str, Facets, int]]:
    """Each criterion that could be dropped (or the place be made larger) to find something: name, facets, rows."""
    found = []
    for name in facets.criteria():
        if name in _WANTED:
            continue
        changes: dict[str, Any] = {name: None}
        others = [*_larger(directory, facets), replace(facets, **changes)]
        for other in others if name == "place" else others[-1:]:
            if other.criteria() and (rows := len(matching(directory, other))):
                found.append((name, other, rows))
                break
    return found


def _larger(directory: Directory, facets: Facets) -> Iterator[Facets]:
    place = facets.place
    while place is not None and (place := directory.places.around(place)) is not None:
        yield replace(facets, place=place)


def _school(directory: Directory, row: School, facets: Facets) -> bool:
    tracks = _wanted(facets.track)
    enters = facets.level == "bac2" or not tracks or bool(tracks & set(row.after_bac))
    if facets.level == "bac":
        enters = bool((tracks or _wanted(BOTH_TRACKS)) & set(row.after_bac))
    return (
        enters
        and (facets.level != "bac2" or row.after_bac2 == "oui")
        and (facets.sector is None or row.sector == facets.sector)
        and (facets.apprenticeship is None or row.apprenticeship == "oui")
        and (facets.exam is None or _recruits(directory, row, facets.exam))
        and _there(directory, row.city, facets)
    )


def _recruits(directory: Directory, row: School, exam: str) -> bool:
    return exam in row.exams or row.id in directory.exams.rows[exam].schools


def _establishment(directory: Directory, row: Establishment, facets: Facets) -> bool:
    return (
        bool(offered(directory, row, facets))
        and (facets.kind is None or row.kind == facets.kind)
        and (facets.sector is None or row.sector == facets.sector)
        and _there(directory, row.city, facets)
    )


def offered(directory: Directory, row: Establishment, facets: Facets) -> Sequence[Formation]:
    """The formations of an establishment that meet the criteria."""
    return [
        formation
        for formation in (directory.formations.rows[name] for name in row.formations)
        if facets.formation in (None, formation.id) and _formation(directory, formation, facets)
    ]


def _formation(directory: Directory, row: Formation, facets: Facets) -> bool:
    tracks = _wanted(facets.track)
    return (
        facets.family in (None, row.family)
        and (not tracks or bool(tracks & set(row.tracks)))
        and facets.level in (None, row.level)
    )


def _exam(directory: Directory, row: Exam, facets: Facets) -> bool:
    tracks = _wanted(facets.track)
    return (not tracks or bool(tracks & set(row.tracks))) and facets.level in (None, row.level)


def _aid(directory: Directory, row: Aid, facets: Facets) -> bool:
    return facets.audience is None or facets.audience in row.public


def _wanted(track: str | None) -> set[str]:
    if track is None:
        return set()
    return {"sti2d", "stl"} if track == BOTH_TRACKS else {track}


def _there(directory: Directory, city: str, facets: Facets) -> bool:
    return facets.place is None or directory.places.holds(facets.place, city)


_TESTS: dict[Subject, Callable[[Directory, Any, Facets], bool]] = {
    Subject.SCHOOLS: _school,
    Subject.ESTABLISHMENTS: _establishment,
    Subject.FORMATIONS: _formation,
    Subject.EXAMS: _exam,
    Subject.AIDS: _aid,
}
