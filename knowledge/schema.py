"""The form of an entry. Unknown keys are refused; lengths are in characters."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_LIMIT = 48
"""The longest id, so that `unhelpful:<id>` fits in a Telegram button."""

QUESTIONS_NEEDED = 6

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
EntryId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LIMIT)]


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("ce texte doit tenir sur une seule ligne")
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(_Strict):
    """Where a fact comes from, and the day on which somebody last read it there."""

    title: Line
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500)]
    checked_on: date


class Axes(_Strict):
    """Whom and what an entry is about; empty means everybody. The values are those of `axes.yml`."""

    public: tuple[str, ...] = ()
    filiere: tuple[str, ...] = ()
    niveau: tuple[str, ...] = ()
    formation: tuple[str, ...] = ()
    academie: tuple[str, ...] = ()


class Entry(_Strict):
    """One answer of the base, with the ways to ask for it. `theme` is the name of its folder."""

    id: EntryId
    theme: str
    title: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_one_line)]
    answer: Annotated[str, Field(min_length=1, max_length=700)]
    details: Annotated[str, Field(min_length=1, max_length=1500)] | None = None
    questions: Annotated[tuple[Line, ...], Field(min_length=QUESTIONS_NEEDED)]
    not_for: tuple[Line, ...] = ()
    axes: Axes = Axes()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    valid_until: date | None = None
    review_by: date
    owner: Line
    see_also: tuple[EntryId, ...] = ()

    def expired(self, on: date) -> bool:
        """Whether the facts have passed their last day of validity on that day."""
        return self.valid_until is not None and self.valid_until < on

    def stale(self, on: date) -> bool:
        """Whether somebody should have read the entry again by that day."""
        return self.review_by < on
