"""Phrases written by coordinators, and an index that finds thousands of them in one walk over the words of a text.

A phrase is plain French. `mot*` is any word that begins so, `a/b` one word or the other, `{famille}` any expression
of a family, `...` up to three words that do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from knowledge.sounds import Words

GAP_WORDS = 3
"""How many words `...` may stand for, at most."""

SHORTEST_BEGINNING = 4
"""How many characters `mot*` needs before its star."""

Hear = Callable[[str], Words]
Label = TypeVar("Label")


class PhraseError(ValueError):
    """A phrase that cannot be used; the message is French and says what to do."""


@dataclass(frozen=True)
class Element:
    """One place of a phrase: any of its expressions, each a sequence of words (a trailing `*`: any ending)."""

    expressions: frozenset[Words]


Phrase = tuple[Element, ...]

GAP = Element(frozenset())


class PhraseIndex(Generic[Label]):
    """Phrases with labels. Phrases that begin alike share the work, so the time grows with the text alone."""

    def __init__(self, phrases: Iterable[tuple[Phrase, Label]]) -> None:
        self._root: _Node[Label] = _Node()
        for phrase, label in phrases:
            node = self._root
            for element in phrase:
                node = node.after(element)
            node.labels.append(label)
        self._root.settle()

    def spans(self, words: Words) -> Iterator[tuple[int, int, Label]]:
        """Every (start, end, label) such that a phrase of that label covers `words[start:end]`; some more than once."""
        for start in range(len(words)):
            states = [self._root]
            for at in range(start, len(words)):
                states = _step(states, words[at])
                if not states:
                    break
                yield from ((start, at + 1, label) for state in states for label in state.labels)


class _Node(Generic[Label]):
    """A state of the walk: what may follow, and the labels of the phrases that end here."""

    def __init__(self) -> None:
        self.labels: list[Label] = []
        self.by_word: dict[str, list[_Node[Label]]] = {}
        self.by_beginning: dict[str, list[_Node[Label]]] = {}
        self.by_any_word: list[_Node[Label]] = []
        self.lengths: list[int] = []
        self.settled = False
        self._children: dict[Element, _Node[Label]] = {}
        self._beside: list[_Node[Label]] = []  # reached together with this one

    def after(self, element: Element) -> _Node[Label]:
        """The node that `element` leads to from here."""
        child = self._children.get(element)
        if child is None:
            child = self._children[element] = _Node()
            if element is GAP:
                self._skip_to(child, GAP_WORDS)
            for expression in element.expressions:
                self._lead(expression, child)
        return child

    def settle(self) -> None:
        """Make ready for walks: from now on each word leads straight to every node that it reaches."""
        if self.settled:
            return
        self.settled = True
        for reached in (*self.by_word.values(), *self.by_beginning.values(), self.by_any_word):
            reached[:] = [node for target in reached for node in (target, *target._beside)]
            for node in reached:
                node.settle()
        self.lengths = sorted({len(beginning) for beginning in self.by_beginning})

    def _lead(self, expression: Words, target: _Node[Label]) -> None:
        first, rest = expression[0], expression[1:]
        step: _Node[Label] = target if not rest else _Node()
        index = self.by_beginning if first.endswith("*") else self.by_word
        index.setdefault(first.rstrip("*"), []).append(step)
        if rest:
            step._lead(rest, target)

    def _skip_to(self, target: _Node[Label], words: int) -> None:
        self._beside.append(target)
        if words:
            skipped: _Node[Label] = _Node()
            self.by_any_word.append(skipped)
            skipped._skip_to(target, words - 1)


def _step(states: Iterable[_Node[Label]], word: str) -> list[_Node[Label]]:
    reached: dict[_Node[Label], None] = {}
    for state in states:
        if word in state.by_word:
            reached.update(dict.fromkeys(state.by_word[word]))
        for length in state.lengths:
            reached.update(dict.fromkeys(state.by_beginning.get(word[:length], ())))
        if state.by_any_word:
            reached.update(dict.fromkeys(state.by_any_word))
    return list(reached)


def parse_phrase(text: str, families: Mapping[str, Element], hear: Hear) -> Phrase:
    """The phrase that `text` says, its words heard by `hear`. Raises PhraseError."""
    elements: list[Element] = []
    plain: list[str] = []
    for part in [*text.replace("…", " ... ").split(), ""]:
        if part and not any(mark in part for mark in "{}*/."):
            plain.append(part)
            continue
        elements.extend(Element(frozenset({(word,)})) for word in hear(" ".join(plain)))
        plain.clear()
        if part:
            elements.append(_element(part, families, hear))
    if all(element is GAP for element in elements):
        raise PhraseError("il n'y reste aucun mot : écris au moins un mot qui compte")
    if elements[0] is GAP or elements[-1] is GAP:
        raise PhraseError("« ... » se met entre deux mots, ni au début ni à la fin")
    return tuple(elements)


def parse_family(texts: Iterable[str], hear: Hear) -> Element:
    """A family of expressions, each one or several words. Raises PhraseError."""
    return Element(frozenset(_expression(text, hear) for text in texts))


def _element(part: str, families: Mapping[str, Element], hear: Hear) -> Element:
    if part == "...":
        return GAP
    expressions: set[Words] = set()
    for choice in part.split("/"):
        if choice.startswith("{") and choice.endswith("}"):
            if choice[1:-1] not in families:
                raise PhraseError(
                    f"la famille « {choice} » n'existe pas : corrige son nom ou crée-la dans « families »"
                )
            expressions |= families[choice[1:-1]].expressions
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
        raise PhraseError(f"« {text} » ne contient que des mots de « ignored » : retire-le")
    if beginning and len(text) <= SHORTEST_BEGINNING:
        raise PhraseError(f"« {text} » est trop court et prendrait des mots sans rapport : écris le mot entier")
    return (*words[:-1], words[-1] + "*") if beginning else words
