"""Facets as a French question and as a title. A question written here is read back as the same facets."""

from __future__ import annotations

from knowledge.directory.facets import BOTH_TRACKS, Facets, Subject
from knowledge.directory.loader import Directory
from knowledge.directory.rows import Formation

FAMILIES = {
    "bts": "BTS",
    "but": "BUT",
    "prepa": "prépa",
    "licence": "licence",
    "dnmade": "DN MADE",
    "cmi": "CMI",
    "bachelor": "bachelor",
}
_TRACKS = {"sti2d": "un bac STI2D", "stl": "un bac STL", BOTH_TRACKS: "un bac techno"}
_FEMININE = ("aides", "formations", "prépas", "licences")
_KINDS = {"lycee": "lycées", "iut": "IUT"}


def question_of(directory: Directory, facets: Facets) -> str:
    """A question that asks for these facets."""
    title = title_of(directory, facets)
    match facets.subject:
        case Subject.SCHOOLS:
            return f"prix des {title}" if facets.detail else title
        case Subject.ACRONYMS:
            return f"que veut dire {title}"
        case Subject.DATES:
            return title
        case _:
            return f"{'quelles' if title.startswith(_FEMININE) else 'quels'} {title}"


def title_of(directory: Directory, facets: Facets) -> str:
    """What is listed: « écoles d'ingénieurs publiques après un bac STI2D à Marseille »."""
    parts = [_head(directory, facets), *(criterion(directory, facets, name) for name in _spoken(facets))]
    return " ".join(part for part in parts if part)


def criterion(directory: Directory, facets: Facets, name: str) -> str:
    """One criterion as one says it."""
    value = getattr(facets, name)
    match name:
        case "place":
            return str(value.said)
        case "track":
            return f"{'après' if facets.level == 'bac' else 'pour'} {_TRACKS[value]}"
        case "level":
            return "juste après le bac" if value == "bac" else "après un bac+2"
        case "family":
            return f"en {FAMILIES[value]}"
        case "formation":
            return formation_name(directory.formations.rows[value])
        case "sector":
            return _sector(facets)
        case "apprenticeship":
            return "en apprentissage"
        case "exam":
            return f"du concours {directory.exams.rows[value].name.removeprefix('Concours ')}"
        case "kind":
            return _KINDS[value]
        case "audience":
            return "pour les lycéens" if value == "lyceen" else "pour les étudiants"
        case _:
            return str(value)


def formation_name(row: Formation) -> str:
    """« BTS CIEL », « prépa TSI »: a formation as pupils call it."""
    if row.name.startswith("BTSA"):
        return f"BTSA {row.acronym}"
    if row.family == "dnmade" or row.acronym in ("CMI", "CUPGE"):
        return row.acronym or row.name
    return f"{FAMILIES[row.family]} {row.acronym or row.name}"


def capitalised(text: str) -> str:
    """The text with its first letter in capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def _head(directory: Directory, facets: Facets) -> str:
    match facets.subject:
        case Subject.SCHOOLS:
            return "écoles d'ingénieurs"
        case Subject.FORMATIONS:
            return _plural(FAMILIES[facets.family]) if facets.family else "formations"
        case Subject.EXAMS:
            return "concours"
        case Subject.AIDS:
            return "aides"
        case Subject.DATES:
            return "dates clés de l'année"
        case Subject.ACRONYMS:
            return str(facets.acronym)
        case Subject.ESTABLISHMENTS:
            kind = _KINDS.get(facets.kind or "", "établissements")
            sector = f" {_sector(facets)}" if facets.sector else ""
            what = facets.formation and formation_name(directory.formations.rows[facets.formation])
            what = what or (FAMILIES[facets.family] if facets.family else "formations")
            return f"{kind}{sector} avec {what}"


def _spoken(facets: Facets) -> tuple[str, ...]:
    """The criteria that follow the head, in the order in which one says them."""
    order = ("sector", "audience", "apprenticeship", "exam", "track", "level", "place")
    said_before = {"sector"} if facets.subject is Subject.ESTABLISHMENTS else set()
    if facets.track is not None and facets.level == "bac":
        said_before |= {"level"}
    return tuple(name for name in order if name in facets.criteria() and name not in said_before)


def _plural(name: str) -> str:
    return name if name.isupper() else f"{name}s"


def _sector(facets: Facets) -> str:
    feminine = facets.subject is Subject.SCHOOLS
    if facets.sector == "public":
        return "publiques" if feminine else "publics"
    return "privées" if feminine else "privés"
