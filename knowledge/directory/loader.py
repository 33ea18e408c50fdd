"""From the files of `annuaires/` to rows: every file is read and every fault collected, then all are raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.axes import AxisCatalogue
from knowledge.directory.memory import TableMemory
from knowledge.directory.places import Places, PlacesFile
from knowledge.directory.rows import Aid, Establishment, Event, Exam, Formation, KeyDate, Row, School
from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.schema import Source
from knowledge.sites import RefusedSites
from knowledge.yamlfile import Document, read_data, read_text, read_yaml

DIRECTORY_FOLDER = "annuaires"
PLACES_FILE = f"{DIRECTORY_FOLDER}/lieux.yml"

RowT = TypeVar("RowT", bound=Row)
_ModelT = TypeVar("_ModelT", bound=BaseModel)


class _TableFile(BaseModel, Generic[RowT]):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: dict[str, Source]
    lignes: Annotated[list[RowT], Field(min_length=1)]


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """The rows of one file by id, in the order of the file, with the sources that they name."""

    rows: Mapping[str, RowT] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True)
class Directory:
    """Every table; all of them are empty where there is no folder `annuaires`."""

    places: Places = field(default_factory=lambda: Places(PlacesFile()))
    formations: Table[Formation] = Table()
    schools: Table[School] = Table()
    exams: Table[Exam] = Table()
    establishments: Table[Establishment] = Table()
    aids: Table[Aid] = Table()
    dates: Table[KeyDate] = Table()
    events: Table[Event] = Table()

    def tables(self) -> Iterator[tuple[str, Table[Any]]]:
        """Each table with the name of its file."""
        yield "formations", self.formations
        yield "ecoles", self.schools
        yield "concours", self.exams
        yield "etablissements", self.establishments
        yield "aides", self.aids
        yield "dates", self.dates
        yield "evenements", self.events


def load_directory(
    content_dir: Path,
    axes: AxisCatalogue | None = None,
    memory: TableMemory | None = None,
    refused: RefusedSites | None = None,
) -> Directory:
    """The directories of a content folder; ContentErrors lists every fault. Without `axes` tracks are not checked.

    `memory` spares files that have not changed.
    """
    if not (content_dir / DIRECTORY_FOLDER).is_dir():
        return Directory()
    reading = _Reading(content_dir, memory or TableMemory())
    places_file = reading.file(PLACES_FILE, PlacesFile) or PlacesFile()
    directory = Directory(
        places=Places(places_file),
        formations=reading.table("formations", _TableFile[Formation]),
        schools=reading.table("ecoles", _TableFile[School]),
        exams=reading.table("concours", _TableFile[Exam]),
        establishments=reading.table("etablissements", _TableFile[Establishment]),
        aids=reading.table("aides", _TableFile[Aid]),
        dates=reading.table("dates", _TableFile[KeyDate]),
        events=reading.table("evenements", _TableFile[Event]),
    )
    reading.check(directory, axes)
    if refused is not None:
        reading.check_sites(directory, refused)
    if reading.faults:
        raise ContentErrors(reading.faults)
    return directory


class _Reading:
    """Reads the files one by one and keeps what is wrong with them."""

    def __init__(self, content_dir: Path, memory: TableMemory) -> None:
        self._content_dir = content_dir
        self._memory = memory
        self.faults: list[Fault] = []

    def file(self, name: str, model: type[_ModelT]) -> _ModelT | None:
        """The file as that model; None if it has a fault."""
        text = read_text(self._content_dir / name, name)
        if isinstance(text, Fault):
            self.faults.append(text)
            return None
        try:
            data = self._memory.get(text) or read_data(text)
            read = model.model_validate(data)
        except (ValidationError, ValueError):
            pass  # read again with the lines, slowly
        else:
            self._memory.put(text, data)
            return read
        document = read_yaml(text, name)
        if isinstance(document, Fault):
            self.faults.append(document)
            return None
        try:
            return model.model_validate(document.data)
        except ValidationError as error:
            self.faults += [fault_of(detail, name, document) for detail in error.errors()]
            return None

    def table(self, name: str, model: type[_TableFile[RowT]]) -> Table[RowT]:
        """The table of a file, without the rows that repeat an id."""
        read = self.file(_file(name), model)
        if read is None:
            return Table()
        rows: dict[str, RowT] = {}
        for position, one in enumerate(read.lignes):
            if one.id in rows:
                self._fault(name, (position, "id"), f"l'id « {one.id} » est déjà pris", "donne-lui un autre id")
            rows.setdefault(one.id, one)
            self._known(name, (position, "sources"), one.sources, read.sources, "source")
        return Table(MappingProxyType(rows), MappingProxyType(dict(read.sources)))

    def check(self, directory: Directory, axes: AxisCatalogue | None) -> None:
        """What rows say of other files: places, formations, schools, competitions, tracks, publics."""
        for path, key in directory.places.faults():
            line = self._document(PLACES_FILE).line(path)
            self.faults.append(
                Fault(PLACES_FILE, line, f"« {key} » n'est pas dans ce fichier", "ajoute-le, ou corrige")
            )
        cities = directory.places.city_names
        schools, exams, formations = directory.schools.rows, directory.exams.rows, directory.formations.rows
        for position, school in enumerate(schools.values()):
            self._known("ecoles", (position, "ville"), [school.city], cities, "ville")
            self._known("ecoles", (position, "concours"), school.exams, exams, "concours")
        for position, place in enumerate(directory.establishments.rows.values()):
            self._known("etablissements", (position, "ville"), [place.city], cities, "ville")
            self._known("etablissements", (position, "formations"), place.formations, formations, "formation")
        for position, exam in enumerate(exams.values()):
            self._known("concours", (position, "ecoles"), exam.schools, schools, "école")
        if axes is not None:
            self._check_axes(directory, axes)

    def check_sites(self, directory: Directory, refused: RefusedSites) -> None:
        """The sources that stand on a site which no source may name."""
        for name, table in directory.tables():
            for key, source in table.sources.items():
                site = refused.site_of(source)
                if site is not None:
                    line = self._document(_file(name)).line(["sources", key, "url"])
                    self.faults.append(refused.fault(site, _file(name), line))

    def _check_axes(self, directory: Directory, axes: AxisCatalogue) -> None:
        tracks, publics = axes.values("filiere"), axes.values("public")
        for position, formation in enumerate(directory.formations.rows.values()):
            self._known("formations", (position, "filieres"), formation.tracks, tracks, "filière")
        for position, school in enumerate(directory.schools.rows.values()):
            self._known("ecoles", (position, "apres_bac"), school.after_bac, tracks, "filière")
        for position, exam in enumerate(directory.exams.rows.values()):
            self._known("concours", (position, "filieres"), exam.tracks, tracks, "filière")
        for position, aid in enumerate(directory.aids.rows.values()):
            self._known("aides", (position, "public"), aid.public, publics, "public")

    def _known(
        self, table: str, path: tuple[int, str], values: Iterable[str], known: Collection[str], what: str
    ) -> None:
        for value in values:
            if value not in known:
                near = get_close_matches(value, list(known), n=1)
                remedy = f"écris peut-être « {near[0]} »" if near else "ajoute-la à sa liste, ou corrige"
                self._fault(table, path, f"{what} inconnue « {value} »", remedy)

    def _fault(self, table: str, path: tuple[int, str], what: str, remedy: str) -> None:
        name = _file(table)
        self.faults.append(Fault(name, self._document(name).line(["lignes", *path]), what, remedy))

    def _document(self, name: str) -> Document:
        """The file with its lines, parsed again, which only a fault is worth."""
        text = read_text(self._content_dir / name, name)
        document = text if isinstance(text, Fault) else read_yaml(text, name)
        return Document(None) if isinstance(document, Fault) else document


def _file(table: str) -> str:
    return f"{DIRECTORY_FOLDER}/{table}.yml"
