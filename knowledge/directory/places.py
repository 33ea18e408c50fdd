"""Where things are: cities, départements, académies and regions, from `lieux.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.normalise import question_key
from knowledge.schema import Line

Scale = Literal["ville", "departement", "academie", "region"]


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    nom: Line
    aussi: tuple[Line, ...] = ()


class Region(_Named):
    """A region; `dans` is how one says that something is there, as for a département."""

    dans: Line


class Academie(_Named):
    """An académie of a region (None: none that anybody asks for)."""

    region: str | None = None


class Departement(_Named):
    """A département; its key is its number."""

    dans: Line
    academie: str


class City(_Named):
    """A city; its key is its folded name."""

    departement: str


class PlacesFile(BaseModel):
    """`lieux.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: dict[str, Region] = {}
    academies: dict[str, Academie] = {}
    departements: dict[str, Departement] = {}
    villes: tuple[City, ...] = ()


@dataclass(frozen=True)
class Place:
    """A city or an area; `said` is « à Marseille », « dans le Var »."""

    scale: Scale
    key: str
    name: str
    said: str


class Places:
    """The table of places, and what lies in what."""

    def __init__(self, file: PlacesFile) -> None:
        self._file = file
        self._cities = {question_key(city.nom): city for city in file.villes}
        self._keys = {city.nom: key for key, city in self._cities.items()}
        self._named = {(place.scale, place.key): place for _, place in self.names()}
        self._known_areas: dict[Place, Mapping[str, str]] = {}

    @property
    def city_names(self) -> tuple[str, ...]:
        """The cities, in the order of the file."""
        return tuple(city.nom for city in self._file.villes)

    def names(self) -> Iterator[tuple[str, Place]]:
        """Each way to name each place, with the place."""
        for city in self._file.villes:
            place = self.city(city.nom)
            yield from ((name, place) for name in (city.nom, *city.aussi))
        for number, area in self._file.departements.items():
            place = Place("departement", number, area.nom, area.dans)
            yield from ((name, place) for name in (number, area.nom, *area.aussi))
        for key, academie in self._file.academies.items():
            name = academie.nom
            said = f"l'académie d'{name}" if name[0] in "AEIOÎU" else f"l'académie de {name}"
            place = Place("academie", key, name, f"dans {said}")
            yield from ((way, place) for way in (said, f"académie {name}", *academie.aussi))
        for key, region in self._file.regions.items():
            place = Place("region", key, region.nom, region.dans)
            yield from ((name, place) for name in (region.nom, *region.aussi))

    def city(self, name: str) -> Place:
        """The city of that name; KeyError if the table does not have it."""
        city = self._cities[question_key(name)]
        return Place("ville", question_key(city.nom), city.nom, _at(city.nom))

    def around(self, place: Place) -> Place | None:
        """The next larger area that holds a place; None where there is none."""
        areas = self._areas(place)
        scales: tuple[Scale, ...] = ("ville", "departement", "academie", "region")
        for scale in scales[scales.index(place.scale) + 1 :]:
            if scale in areas:
                return self._named[scale, areas[scale]]
        return None

    def holds(self, place: Place, city: str) -> bool:
        """Whether a city lies in a place."""
        return self._areas(self._named["ville", self._keys[city]]).get(place.scale) == place.key

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Each (path in the file, unknown key) of a place that lies in a place that is not in the file."""
        for position, city in enumerate(self._file.villes):
            if city.departement not in self._file.departements:
                yield ("villes", position, "departement"), city.departement
        for number, area in self._file.departements.items():
            if area.academie not in self._file.academies:
                yield ("departements", number, "academie"), area.academie
        for key, academie in self._file.academies.items():
            if academie.region is not None and academie.region not in self._file.regions:
                yield ("academies", key, "region"), academie.region

    def _areas(self, place: Place) -> Mapping[str, str]:
        if place not in self._known_areas:
            self._known_areas[place] = self._find_areas(place)
        return self._known_areas[place]

    def _find_areas(self, place: Place) -> Mapping[str, str]:
        areas: dict[str, str] = {place.scale: place.key}
        if "ville" in areas:
            areas["departement"] = self._cities[areas["ville"]].departement
        if "departement" in areas:
            areas["academie"] = self._file.departements[areas["departement"]].academie
        if "academie" in areas and (region := self._file.academies[areas["academie"]].region) is not None:
            areas["region"] = region
        return areas


def _at(city: str) -> str:
    if city.startswith("Le "):
        return f"au {city[3:]}"
    return f"aux {city[4:]}" if city.startswith("Les ") else f"à {city}"
