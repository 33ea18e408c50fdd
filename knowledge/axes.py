"""The closed lists of the axes: what an entry may be about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from knowledge.errors import ContentErrors, Fault
from knowledge.schema import Axes
from knowledge.yamlfile import read_text, read_yaml

AXES_FILE = "axes.yml"
AXES = ("theme", *Axes.model_fields)


@dataclass(frozen=True)
class AxisCatalogue:
    """For each axis its values with the French name that is shown for each."""

    labels: Mapping[str, Mapping[str, str]]

    def values(self, axis: str) -> tuple[str, ...]:
        """The values of an axis, in the order of the file."""
        return tuple(self.labels[axis])

    def unknown(self, axes: Axes) -> Iterator[tuple[str, int, str]]:
        """Each (axis, position, value) of an entry that the lists do not hold."""
        for axis in Axes.model_fields:
            for position, value in enumerate(getattr(axes, axis)):
                if value not in self.labels[axis]:
                    yield axis, position, value

    def remedy(self, axis: str, value: str) -> str:
        """What to write instead of an unknown value."""
        near = get_close_matches(value, self.values(axis), n=1)
        if near:
            return f"écris peut-être « {near[0]} »"
        return f"choisis parmi : {', '.join(self.values(axis))}"


def load_axes(content_dir: Path) -> AxisCatalogue:
    """The catalogue in `content_dir`; ContentErrors where it is missing or malformed."""
    text = read_text(content_dir / AXES_FILE, AXES_FILE)
    document = text if isinstance(text, Fault) else read_yaml(text, AXES_FILE)
    if isinstance(document, Fault):
        raise ContentErrors([document])
    data = document.data if isinstance(document.data, dict) else {}
    faults = [
        Fault(AXES_FILE, document.line([axis]), f"la liste « {axis} » manque ou est vide", "écris « valeur: nom »")
        for axis in AXES
        if not isinstance(data.get(axis), dict) or not data[axis]
    ]
    faults += [
        Fault(AXES_FILE, document.line([axis]), f"axe inconnu « {axis} »", f"axes connus : {', '.join(AXES)}")
        for axis in data
        if axis not in AXES
    ]
    if faults:
        raise ContentErrors(faults)
    return AxisCatalogue({axis: {value: str(name) for value, name in data[axis].items()} for axis in AXES})
