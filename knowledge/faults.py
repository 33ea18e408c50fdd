"""What pydantic refuses, said in French with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.errors import Fault
from knowledge.yamlfile import Document

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MESSAGES = {
    "missing": ("il manque « {name} »", "ajoute cette clé"),
    "extra_forbidden": ("clé inconnue « {name} »", "corrige son orthographe ou retire-la"),
    "string_type": ("« {name} » n'est pas un texte", "mets la valeur entre guillemets"),
    "string_too_long": ("« {name} » est trop long ({length} caractères)", "raccourcis à {max_length} au plus"),
    "string_too_short": ("« {name} » est vide", "écris un texte ou retire la clé"),
    "too_short": ("« {name} » compte {actual_length} élément(s)", "il en faut au moins {min_length}"),
    "tuple_type": ("« {name} » n'est pas une liste", "écris un élément par ligne, précédé de « - »"),
    "value_error": ("« {name} » : {error}", "corrige ce texte"),
    "literal_error": ("« {name} » : « {input} » n'est pas possible", "choisis parmi : {expected}"),
    "model_type": ("« {name} » n'a pas la forme attendue", "écris des lignes « clé: valeur »"),
    "model_attributes_type": ("« {name} » n'a pas la forme attendue", "écris des lignes « clé: valeur »"),
}
_DATE = ("« {name} » n'est pas une date", "écris-la ainsi : 2027-06-01")
_PATTERNS = {
    "id": ("l'id « {input} » n'est pas valable", "minuscules sans accent, chiffres et tirets, 48 caractères au plus"),
    "url": ("l'adresse « {input} » n'est pas valable", "copie l'adresse entière, avec https://"),
    "see_also": ("le renvoi « {input} » n'est pas un id de fiche", "écris l'id de la fiche"),
}


def fault_of(detail: ErrorDetails, file: str, document: Document) -> Fault:
    """One fault for one detail of a ValidationError, at its line in the document."""
    kind, path = detail["type"], detail["loc"]
    name = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kind.startswith("date"):
        what, remedy = _DATE
    elif kind == "string_pattern_mismatch" and field in _PATTERNS:
        what, remedy = _PATTERNS[field]
    else:
        what, remedy = _MESSAGES.get(kind, ("« {name} » n'est pas valable", "corrige cette valeur"))
    given = detail["input"]
    values = {"length": len(given) if isinstance(given, str) else 0, **detail.get("ctx", {})}
    values |= {"name": name, "input": given}
    return Fault(file, document.line(path), what.format(**values), remedy.format(**values))
