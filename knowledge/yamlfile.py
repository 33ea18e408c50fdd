"""Reading YAML files so that every fault keeps its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.errors import Fault


class Document:
    """A parsed YAML file: `data` in plain Python types, and where each part of it stands."""

    def __init__(self, data: Any) -> None:
        self._tree = data
        self.data = plain(data)

    def line(self, path: Sequence[int | str]) -> int:
        """The line (from 1) of the deepest part of `path` that exists."""
        node, line = self._tree, 1
        for step in path:
            position = _position(node, step)
            if position is None:
                break
            line = position + 1
            node = node[step]
        return line


def read_yaml(text: str, file: str) -> Document | Fault:
    """The document, or the fault that keeps it from being one."""
    try:
        return Document(YAML(typ="rt").load(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Fault(file, line, f"YAML illisible ({error.problem or 'erreur'})", _yaml_remedy(error))
    except (YAMLError, ValueError) as error:
        return Fault(file, 1, f"YAML illisible ({error})", "corrige la syntaxe du fichier")


def read_data(text: str) -> Any:
    """What a YAML text says, read fast and without lines; ValueError where it is not YAML."""
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        raise ValueError(str(error)) from None


def read_text(path: Path, file: str) -> str | Fault:
    """The file's text, or the fault that keeps it from being read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Fault(file, 1, "ce fichier n'est pas en UTF-8", "enregistre-le en UTF-8")
    except OSError as error:
        return Fault(file, 1, f"fichier illisible ({error.strerror})", "vérifie ses droits d'accès")


def plain(node: Any) -> Any:
    """The same data in dictionaries, lists and strings of Python itself."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    return node


def _position(node: Any, step: int | str) -> int | None:
    try:
        if isinstance(node, dict):
            return int(node.lc.key(step)[0])  # type: ignore[attr-defined]
        if isinstance(node, list):
            return int(node.lc.item(step)[0])  # type: ignore[attr-defined]
    except (KeyError, IndexError, AttributeError, TypeError):
        return None
    return None


def _yaml_remedy(error: MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "duplicate key" in problem:
        return "garde une seule fois cette clé"
    if "mapping values are not allowed" in problem:
        return "mets entre guillemets le texte qui contient « : »"
    if "tab" in problem or "\\t" in problem:
        return "remplace les tabulations par des espaces"
    return "vérifie l'indentation et les guillemets autour de cette ligne"
