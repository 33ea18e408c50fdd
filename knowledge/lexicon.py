"""What must never wait for a model: words of danger, and words that ask for a person.

Every message passes here before anything else. Only `content/securite.yml` is needed: no model, no network.
A lexicon holds nothing of the texts that it is asked about, and never raises on one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.phrases import Element, Phrase, PhraseError, PhraseIndex, parse_family, parse_phrase
from knowledge.sounds import Ear, Words
from knowledge.yamlfile import Document, read_text, read_yaml

CARD_LIMIT = 600
"""The longest text of a card, in characters: it must be read at a glance on a phone."""

TOGETHER_WORDS = 12
"""How many words may stand between two expressions that count together, at most."""

CARD_OPENING = "Tu n'es pas seul·e"
"""How the text of every card begins."""

_Path = tuple[int | str, ...]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Strict):
    """Where a number and its hours come from, and the day on which somebody last read it there."""

    title: _Line
    url: _Url
    checked_on: Annotated[date, Field(strict=False)]


class Card(_Strict):
    """What a pupil in trouble reads: plain text, at most 600 characters."""

    title: _Line
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CARD_LIMIT)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1, strict=False)]


class _Phrases(_Strict):
    phrases: Annotated[tuple[_Line, ...], Field(min_length=1, strict=False)]
    together: Annotated[tuple[_Line, ...], Field(strict=False)] = ()
    alone: Annotated[tuple[_Line, ...], Field(strict=False)] = ()
    exceptions: Annotated[tuple[_Line, ...], Field(strict=False)] = ()


class _Category(_Phrases):
    id: _Slug
    name: _Line
    card: Card


class _Typos(_Strict):
    words: Annotated[tuple[_Line, ...], Field(strict=False)] = ()
    never: Annotated[tuple[_Line, ...], Field(strict=False)] = ()


class _File(_Strict):
    ignored: Annotated[tuple[_Line, ...], Field(strict=False)] = ()
    spellings: dict[str, _Line] = {}
    typos: _Typos = _Typos()
    families: dict[str, Annotated[tuple[_Line, ...], Field(min_length=1, strict=False)]] = {}
    exceptions: Annotated[tuple[_Line, ...], Field(strict=False)] = ()
    categories: Annotated[tuple[_Category, ...], Field(min_length=1, strict=False)]
    person: _Phrases


@dataclass(frozen=True)
class SafetyMatch:
    """The most serious category that a text speaks of, and the card to send at once."""

    category: str
    card: Card


class _Use(Enum):
    """What a phrase is there for."""

    ANYWHERE = auto()
    ALONE = auto()
    EXCEPTION = auto()
    TOGETHER = auto()


class _Label(NamedTuple):
    group: str
    use: _Use
    rule: int = 0
    part: int = 0


_Span = tuple[int, int]
_PERSON = "person"
_EVERYWHERE = ""
"""The group of the exceptions that count for every category."""


class _Findings:
    """What an index found in the words of one text."""

    def __init__(self, index: PhraseIndex[_Label], words: Words) -> None:
        self._spans: dict[_Label, set[_Span]] = {}
        self._labels: dict[str, set[_Label]] = {}
        for start, end, label in index.spans(words):
            if label.use is not _Use.ALONE or (start, end) == (0, len(words)):
                self._spans.setdefault(label, set()).add((start, end))
                self._labels.setdefault(label.group, set()).add(label)

    def say(self, group: str) -> bool:
        """Whether a phrase of the group is there, outside the words that an exception covers."""
        exceptions = (_Label(group, _Use.EXCEPTION), _Label(_EVERYWHERE, _Use.EXCEPTION))
        spared = {place for label in exceptions for span in self._spans.get(label, ()) for place in range(*span)}
        return any(self._counts(label, spared) for label in self._labels.get(group, ()))

    def _counts(self, label: _Label, spared: set[int]) -> bool:
        if label.use is _Use.EXCEPTION:
            return False
        spans = self._unspared(label, spared)
        if label.use is not _Use.TOGETHER:
            return bool(spans)
        others = self._unspared(label._replace(part=1 - label.part), spared)
        return any(_near(span, other) for span in spans for other in others)

    def _unspared(self, label: _Label, spared: set[int]) -> list[_Span]:
        return [span for span in self._spans.get(label, ()) if spared.isdisjoint(range(*span))]


def _near(one: _Span, other: _Span) -> bool:
    return max(one[0], other[0]) - min(one[1], other[1]) in range(TOGETHER_WORDS + 1)


class Lexicon:
    """The phrases of `securite.yml`, ready to be asked. Safe to use from several threads."""

    def __init__(
        self,
        ear: Ear,
        matches: Iterable[SafetyMatch],
        safety: Iterable[tuple[Phrase, _Label]],
        person: Iterable[tuple[Phrase, _Label]],
    ) -> None:
        self._ear = ear
        self.matches = tuple(matches)
        """Every category with its card, most serious first."""
        self._safety = PhraseIndex(safety)
        self._person = PhraseIndex(person)

    def safety(self, text: str) -> SafetyMatch | None:
        """The first category in the file's order (most serious first) that the text speaks of, or None."""
        findings = _Findings(self._safety, self._ear.hear(text))
        return next((match for match in self.matches if findings.say(match.category)), None)

    def asks_person(self, text: str) -> bool:
        """Whether the text asks to be put through to a person."""
        return _Findings(self._person, self._ear.hear(text)).say(_PERSON)


def load_lexicon(path: Path) -> Lexicon:
    """The lexicon of a file. Raises ContentErrors, which lists every fault with its line and what to do."""
    text = read_text(path, path.name)
    document = text if isinstance(text, Fault) else read_yaml(text, path.name)
    if isinstance(document, Fault):
        raise ContentErrors([document])
    try:
        content = _File.model_validate(document.data)
    except ValidationError as error:
        raise ContentErrors([fault_of(detail, path.name, document) for detail in error.errors()]) from None
    builder = _Builder(content, path.name, document)
    lexicon = builder.lexicon()
    if builder.faults:
        raise ContentErrors(builder.faults)
    return lexicon


class _Builder:
    """Turns the file into phrases, and notes every fault on the way instead of stopping at the first."""

    def __init__(self, content: _File, file: str, document: Document) -> None:
        self.content, self.file, self.document = content, file, document
        self.faults: list[Fault] = []
        self.ear = Ear(content.spellings, content.ignored)
        self.unheard = [re.escape(word) for word in content.ignored if len(word) > 3]
        self.families = dict(self._families())

    def lexicon(self) -> Lexicon:
        """The lexicon; what could not be understood is missing from it and is in `faults`."""
        safety = [
            (phrase, _Label(_EVERYWHERE, _Use.EXCEPTION))
            for phrase in self._phrases(self.content.exceptions, ("exceptions",))
        ]
        matches: list[SafetyMatch] = []
        for place, category in enumerate(self.content.categories):
            self._check(category, ("categories", place), {match.category for match in matches})
            matches.append(SafetyMatch(category.id, category.card))
            safety.extend(self._group(category.id, category, ("categories", place)))
        person = list(self._group(_PERSON, self.content.person, (_PERSON,)))
        self._expect_slips(phrase for phrase, _ in (*safety, *person))
        return Lexicon(self.ear, matches, safety, person)

    def _families(self) -> Iterator[tuple[str, Element]]:
        for name, texts in self.content.families.items():
            expressions: list[str] = []
            for place, text in enumerate(texts):
                try:
                    parse_family([text], self.ear.hear)
                    expressions.append(text)
                except PhraseError as error:
                    self._fault(("families", name, place), str(error))
            yield name, parse_family(expressions, self.ear.hear)

    def _check(self, category: _Category, path: _Path, taken: set[str]) -> None:
        if category.id in taken:
            self._fault((*path, "id"), f"l'id « {category.id} » est déjà pris", "choisis-en un autre")
        if not category.card.text.startswith(CARD_OPENING):
            self._fault((*path, "card", "text"), "la carte commence autrement", f"commence par « {CARD_OPENING} »")

    def _group(self, name: str, group: _Phrases, path: _Path) -> Iterator[tuple[Phrase, _Label]]:
        uses = {"phrases": _Use.ANYWHERE, "alone": _Use.ALONE, "exceptions": _Use.EXCEPTION}
        for key, use in uses.items():
            for phrase in self._phrases(getattr(group, key), (*path, key)):
                yield phrase, _Label(name, use)
        for rule, parts in enumerate(self._pairs(group.together, (*path, "together"))):
            for part, phrase in enumerate(parts):
                yield phrase, _Label(name, _Use.TOGETHER, rule, part)

    def _pairs(self, texts: Iterable[str], path: _Path) -> Iterator[tuple[Phrase, Phrase]]:
        for place, text in enumerate(texts):
            one, plus, other = text.partition(" + ")
            try:
                if not plus:
                    raise PhraseError("il manque « + » entre les deux expressions")
                yield self._phrase(one), self._phrase(other)
            except PhraseError as error:
                self._fault((*path, place), f"« {text} » : {error}")

    def _phrase(self, text: str) -> Phrase:
        unheard = next((word for word in self.unheard if re.search(rf"\b{word}\b", text)), None)
        if unheard:
            raise PhraseError(f"« {unheard} » est dans « ignored » et ne s'entend pas : écris la phrase sans lui")
        return parse_phrase(text, self.families, self.ear.hear)

    def _phrases(self, texts: Iterable[str], path: _Path) -> list[Phrase]:
        phrases: dict[Phrase, str] = {}
        for place, text in enumerate(texts):
            try:
                phrase = self._phrase(text)
            except PhraseError as error:
                self._fault((*path, place), f"« {text} » : {error}")
                continue
            if phrase in phrases:
                self._fault((*path, place), f"« {text} » se lit comme « {phrases[phrase]} »", "retire cette ligne")
            phrases[phrase] = text
        return list(phrases)

    def _expect_slips(self, phrases: Iterable[Phrase]) -> None:
        expressions = (words for phrase in phrases for element in phrase for words in element.expressions)
        known = {word for words in expressions for word in words if not word.endswith("*")}
        self.ear.expect_slips(self.content.typos.words, self.content.typos.never, known)

    def _fault(self, path: _Path, what: str, remedy: str = "corrige cette ligne") -> None:
        self.faults.append(Fault(self.file, self.document.line(path), what, remedy))
