"""Phrases written by coordinators, looked for in heard words. No backtracking without bound: long texts stay cheap.

A phrase is plain French. `mot*` is any word that begins so, `a/b` one word or the other, `{famille}` any expression of a
family, `...` up to three words that do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.sounds import Words

GAP_WORDS = 3
"""How many words `...` may stand for, at most."""

SHORTEST_BEGINNING = 3
"""How many sounded letters `mot*` needs before its star."""

Hear = Callable[[str], Words]


class PhraseError(ValueError):
    """A phrase that cannot be used; the message is French and says what to do."""


@dataclass(frozen=True)
class Element:
    """One place of a phrase: any of its expressions, each a sequence of words (a trailing `*`: any ending)."""

    expressions: frozenset[Words]

    def ends(self, words: Words, start: int) -> Iterator[int]:
        """Where the element can end when it begins at `start`."""
        for expression in self.expressions:
            end = start + len(expression)
            if end <= len(words) and all(map(_fits, expression, words[start:end])):
                yield end


GAP = Element(frozenset())


@dataclass(frozen=True)
class Phrase:
    """A sequence of elements."""

    elements: tuple[Element, ...]

    def ends(self, words: Words, start: int, element: int = 0) -> Iterator[int]:
        """Where the phrase can end when it begins at `start`; may name an end more than once."""
        if element == len(self.elements):
            yield start
        elif self.elements[element] is GAP:
            for after in range(start, min(start + GAP_WORDS, len(words)) + 1):
                yield from self.ends(words, after, element + 1)
        else:
            for after in self.elements[element].ends(words, start):
                yield from self.ends(words, after, element + 1)


class PhraseSet:
    """Many phrases, found by their first word."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_word: dict[str, list[Phrase]] = {}
        self._by_beginning: dict[str, list[Phrase]] = {}
        for phrase in dict.fromkeys(phrases):
            for first in {expression[0] for expression in phrase.elements[0].expressions}:
                index = self._by_beginning if first.endswith("*") else self._by_word
                index.setdefault(first.rstrip("*"), []).append(phrase)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def spans(self, words: Words) -> Iterator[tuple[int, int]]:
        """Every (start, end) in `words` that one of the phrases covers."""
        for start, word in enumerate(words):
            for phrase in self._beginning_with(word):
                for end in phrase.ends(words, start):
                    yield start, end

    def _beginning_with(self, word: str) -> Iterator[Phrase]:
        yield from self._by_word.get(word, ())
        for length in self._lengths:
            if length > len(word):
                break
            yield from self._by_beginning.get(word[:length], ())


def parse_phrase(text: str, families: Mapping[str, Element], hear: Hear) -> Phrase:
    """The phrase that `text` says, its words heard by `hear`. Raises PhraseError."""
    elements: list[Element] = []
    plain: list[str] = []

    def flush() -> None:
        elements.extend(Element(frozenset({(word,)})) for word in hear(" ".join(plain)))
        plain.clear()

    for part in text.replace("…", " ... ").split():
        if any(mark in part for mark in "{}*/."):
            flush()
            elements.append(_element(part, families, hear))
        else:
            plain.append(part)
    flush()
    if not elements or all(element is GAP for element in elements):
        raise PhraseError("il n'y reste aucun mot : écris au moins un mot qui compte")
    if elements[0] is GAP or elements[-1] is GAP:
        raise PhraseError("« ... » se met entre deux mots, ni au début ni à la fin")
    return Phrase(tuple(elements))


def parse_family(texts: Iterable[str], hear: Hear) -> Element:
    """A family of expressions, each one or several words. Raises PhraseError."""
    return Element(frozenset(_expression(text, hear) for text in texts))


def _element(part: str, families: Mapping[str, Element], hear: Hear) -> Element:
    if part == "...":
        return GAP
    expressions: set[Words] = set()
    for choice in part.split("/"):
        if choice.startswith("{") and choice.endswith("}"):
            family = families.get(choice[1:-1])
            if family is None:
                raise PhraseError(
                    f"la famille « {choice} » n'existe pas : corrige son nom ou ajoute-la dans « families »"
                )
            expressions |= family.expressions
        else:
            expressions.add(_expression(choice, hear))
    return Element(frozenset(expressions))


def _expression(text: str, hear: Hear) -> Words:
    if any(mark in text for mark in "{}/.") or "*" in text[:-1]:
        raise PhraseError(f"« {text} » : les signes {{ }} / * ... sont mal placés")
    beginning = text.endswith("*")
    words = hear(
        text[:-1] + "er" if beginning else text
    )  # as a verb: « menac* » sounds like « menacer », not « menak »
    if not words:
        raise PhraseError(f"« {text} » ne contient aucun mot qui compte")
    if beginning and len(words[-1]) < SHORTEST_BEGINNING:
        raise PhraseError(f"« {text} » est trop court et prendrait des mots sans rapport : écris le mot entier")
    return (*words[:-1], words[-1] + "*") if beginning else words


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
