"""From files to entries: everything is read, every fault is collected, then all of them are raised together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from knowledge.axes import AxisCatalogue, load_axes
from knowledge.directory.loader import DIRECTORY_FOLDER, Directory, load_directory
from knowledge.directory.memory import TableMemory
from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.normalise import Lexicon, load_lexicon, question_key
from knowledge.offtopic import load_off_topic
from knowledge.parsed import ParsedEntries
from knowledge.schema import Entry
from knowledge.sites import RefusedSites, load_refused_sites
from knowledge.yamlfile import Document, read_text, read_yaml


@dataclass(frozen=True)
class Content:
    """Everything that was read, free of faults."""

    entries: Mapping[str, Entry]
    axes: AxisCatalogue
    lexicon: Lexicon
    off_topic: tuple[str, ...]
    """Phrasings of what Passerelle does not answer."""
    directory: Directory = field(default_factory=Directory)


@dataclass(frozen=True)
class _Read:
    file: str
    text: str
    entry: Entry

    def line(self, *path: int | str) -> int:
        """Where a part of the file stands; the file is parsed again, which only a fault is worth."""
        document = read_yaml(self.text, self.file)
        return document.line if isinstance(document, Fault) else document.line(path)


def load_content(content_dir: Path, parsed: ParsedEntries | None = None, tables: TableMemory | None = None) -> Content:
    """The content of a folder; ContentErrors lists every fault of every file.

    `parsed` spares unchanged entries, `tables` unchanged directories.
    """
    if not content_dir.is_dir():
        raise ContentErrors([Fault(str(content_dir), 1, "ce dossier n'existe pas", "vérifie le chemin")])
    faults: list[Fault] = []
    axes = _collect(faults, load_axes, content_dir)
    lexicon = _collect(faults, load_lexicon, content_dir)
    off_topic = _collect(faults, load_off_topic, content_dir)
    refused = _collect(faults, load_refused_sites, content_dir)
    directory = _collect(faults, partial(load_directory, axes=axes, memory=tables, refused=refused), content_dir)
    read = list(_read_entries(content_dir, parsed or ParsedEntries(), faults))
    faults += _duplicate_ids(read)
    faults += _dead_references(read, {path.stem for path in entry_files(content_dir)})
    faults += _shared_questions(read)
    if axes is not None:
        faults += _unknown_axes(read, axes)
    if refused is not None:
        faults += _refused_sources(read, refused)
    if faults or axes is None or lexicon is None or off_topic is None:
        raise ContentErrors(faults)
    entries = MappingProxyType({item.entry.id: item.entry for item in read})
    return Content(entries, axes, lexicon, off_topic, directory)


def entry_files(content_dir: Path) -> list[Path]:
    """The files that hold entries, in a stable order; the directories' rows are no entries."""
    files = (path for path in content_dir.glob("*/*.yml") if path.parent.name != DIRECTORY_FOLDER)
    return sorted(path for path in files if not path.name.startswith("."))


def _collect(faults: list[Fault], load: Any, content_dir: Path) -> Any:
    try:
        return load(content_dir)
    except ContentErrors as error:
        faults.extend(error.faults)
        return None


def _read_entries(content_dir: Path, parsed: ParsedEntries, faults: list[Fault]) -> Iterable[_Read]:
    for path in entry_files(content_dir):
        file = path.relative_to(content_dir).as_posix()
        text = read_text(path, file)
        if isinstance(text, Fault):
            faults.append(text)
            continue
        entry = parsed.get(file, text)
        if entry is None:
            entry = _parse(path, file, text, faults)
            if entry is None:
                continue
            parsed.put(file, text, entry)
        yield _Read(file, text, entry)


def _parse(path: Path, file: str, text: str, faults: list[Fault]) -> Entry | None:
    document = read_yaml(text, file)
    if isinstance(document, Fault):
        faults.append(document)
        return None
    data = document.data
    if not isinstance(data, dict):
        faults.append(Fault(file, 1, "ce fichier n'est pas une fiche", "pars de « passerelle-kb new »"))
        return None
    found = list(_misplaced(data, path, file, document))
    entry = None
    try:
        entry = Entry.model_validate(data | {"theme": path.parent.name})
    except ValidationError as error:
        found += [fault_of(detail, file, document) for detail in error.errors()]
    faults += found
    return None if found else entry


def _misplaced(data: dict[str, Any], path: Path, file: str, document: Document) -> Iterable[Fault]:
    if "theme" in data:
        yield Fault(file, document.line(["theme"]), "le thème vient du dossier", "retire la clé « theme »")
    if data.get("id") not in (None, path.stem):
        what = f"l'id « {data['id']} » n'est pas le nom du fichier"
        yield Fault(file, document.line(["id"]), what, f"écris « {path.stem} »")


def _duplicate_ids(read: Sequence[_Read]) -> Iterable[Fault]:
    first: dict[str, str] = {}
    for item in read:
        if item.entry.id in first:
            what = f"l'id « {item.entry.id} » est déjà celui de {first[item.entry.id]}"
            yield Fault(item.file, item.line("id"), what, "donne un autre id à l'une des deux fiches")
        first.setdefault(item.entry.id, item.file)


def _dead_references(read: Sequence[_Read], known: Collection[str]) -> Iterable[Fault]:
    for item in read:
        for position, reference in enumerate(item.entry.see_also):
            if reference == item.entry.id:
                yield Fault(
                    item.file, item.line("see_also", position), "la fiche renvoie à elle-même", "retire ce renvoi"
                )
            elif reference not in known:
                what = f"aucune fiche « {reference} »"
                yield Fault(item.file, item.line("see_also", position), what, "corrige ou retire ce renvoi")


def _shared_questions(read: Sequence[_Read]) -> Iterable[Fault]:
    asked: dict[str, list[tuple[_Read, int]]] = defaultdict(list)
    for item in read:
        for position, question in enumerate(item.entry.questions):
            key = question_key(question)
            for other, _ in asked[key][:1]:
                line = item.line("questions", position)
                whose = "cette fiche" if other is item else f"la fiche « {other.entry.id} »"
                yield Fault(item.file, line, f"« {question} » est déjà une question de {whose}", "garde-la une fois")
            asked[key].append((item, position))
    for item in read:
        for position, question in enumerate(item.entry.not_for):
            if any(other is item for other, _ in asked.get(question_key(question), [])):
                line = item.line("not_for", position)
                what = f"« {question} » est à la fois dans questions et dans not_for"
                yield Fault(item.file, line, what, "retire-la de l'une des deux listes")


def _unknown_axes(read: Sequence[_Read], axes: AxisCatalogue) -> Iterable[Fault]:
    for item in read:
        if item.entry.theme not in axes.values("theme"):
            what = f"le dossier « {item.entry.theme} » n'est pas un thème"
            yield Fault(item.file, 1, what, axes.remedy("theme", item.entry.theme))
        for axis, position, value in axes.unknown(item.entry.axes):
            line = item.line("axes", axis, position)
            yield Fault(item.file, line, f"valeur inconnue « {value} » pour l'axe {axis}", axes.remedy(axis, value))


def _refused_sources(read: Sequence[_Read], refused: RefusedSites) -> Iterable[Fault]:
    for item in read:
        for position, source in enumerate(item.entry.sources):
            site = refused.site_of(source)
            if site is not None:
                yield refused.fault(site, item.file, item.line("sources", position, "url"))
