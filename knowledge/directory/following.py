"""Follow-ups: « et à Toulon ? » swaps one criterion of the question before and keeps the others."""

from __future__ import annotations

from dataclasses import fields, replace

from knowledge.directory.facets import Facets
from knowledge.directory.loader import Directory
from knowledge.directory.questions import QuestionReader
from knowledge.directory.wording import question_of


def follow_up(directory: Directory, reader: QuestionReader, previous: str, text: str) -> str | None:
    """The question that `text` makes of the directory question `previous`; None where it makes none."""
    before = reader.facets(previous)
    if before is None:
        return None
    if reader.facets(text) is not None:
        return text
    reading = reader.read(text)
    if reading is None or reading.unknown or reading.has("subject", "meaning"):
        return None
    said = reader.assemble(reading, before.subject)
    if said is None or (not said.criteria() and said.detail is None):
        return None
    question = question_of(directory, _swapped(before, said))
    return question if reader.facets(question) is not None else None


def _swapped(before: Facets, said: Facets) -> Facets:
    changes = {one.name: getattr(said, one.name) for one in fields(said) if getattr(said, one.name) is not None}
    if "formation" in changes:
        changes["family"] = None
    elif "family" in changes:
        changes["formation"] = None
    return replace(before, **(changes | {"subject": before.subject}))
