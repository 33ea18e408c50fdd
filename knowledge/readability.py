"""Notes for whoever writes: what a sixteen-year-old on a phone would stumble over."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from knowledge.schema import Entry

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,6}\b")
LONGEST_SENTENCE = 30
"""In words."""
LONGEST_FIRST_LINE = 250
"""In characters: what a phone shows before one has to scroll."""


def notes(entry: Entry, acronyms: Collection[str]) -> Iterator[str]:
    """French sentences, each naming one thing to make simpler; `acronyms` are folded."""
    first = entry.answer.split("\n", 1)[0]
    if len(first) > LONGEST_FIRST_LINE:
        yield f"la première ligne fait {len(first)} caractères : donne la réponse en moins de {LONGEST_FIRST_LINE}"
    for sentence in _SENTENCE_END.split(entry.answer):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            yield f"phrase de {count} mots, à couper : « {sentence[:60]}… »"
    for acronym in sorted(set(_ACRONYM.findall(entry.answer))):
        if acronym.lower() not in acronyms:
            yield f"le sigle {acronym} n'est pas dans sigles.yml : ajoute-le, ou écris-le en toutes lettres"
