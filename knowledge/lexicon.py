"""What must never wait for a model: words of danger, and words that ask for a person.

Every message passes here before anything else. Only `content/securite.yml` is needed; the search, Rasa and the network are not.
A lexicon holds nothing of the texts that it is asked about, and never raises on one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.phrases import Element, Phrase, PhraseError, PhraseSet, parse_family, parse_phrase
from knowledge.sounds import Ear, Words
from knowledge.yamlfile import Document, read_text, read_yaml

CARD_LIMIT = 600
"""The longest text of a card, in characters: it must be read at a glance on a phone."""

CARD_OPENING = "Tu n'es pas seul·e"
"""How the text of every card begins."""

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


@dataclass(frozen=True)
class _Group:
    phrases: PhraseSet
    alone: PhraseSet
    exceptions: PhraseSet

    def found(self, words: Words, spared: frozenset[int]) -> bool:
        """Whether the words say one of the phrases outside the places that an exception covers."""
        whole = (0, len(words))
        hits = set(self.phrases.spans(words)) | {span for span in self.alone.spans(words) if span == whole}
        if not hits:
            return False
        spared |= covered(self.exceptions, words)
        return any(spared.isdisjoint(range(*hit)) for hit in hits)


class Lexicon:
    """The phrases of `securite.yml`, ready to be asked. Safe to use from several threads."""

    def __init__(
        self, ear: Ear, categories: Iterable[tuple[SafetyMatch, _Group]], person: _Group, spared: PhraseSet
    ) -> None:
        self._ear = ear
        self._categories = tuple(categories)
        self._person = person
        self._spared = spared

    def safety(self, text: str) -> SafetyMatch | None:
        """The first category in the file's order (most serious first) that the text speaks of, or None."""
        words = self._ear.hear(text)
        spared = covered(self._spared, words)
        return next((match for match, group in self._categories if group.found(words, spared)), None)

    def asks_person(self, text: str) -> bool:
        """Whether the text asks to be put through to a person."""
        return self._person.found(self._ear.hear(text), frozenset())

    @property
    def categories(self) -> tuple[SafetyMatch, ...]:
        """Every category with its card, most serious first."""
        return tuple(match for match, _ in self._categories)


def covered(phrases: PhraseSet, words: Words) -> frozenset[int]:
    """The places of the words that one of the phrases covers."""
    return frozenset(place for span in phrases.spans(words) for place in range(*span))


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
        self.families = dict(self._families())

    def lexicon(self) -> Lexicon:
        """The lexicon; what could not be understood is missing from it and is in `faults`."""
        spared = self._phrases(self.content.exceptions, ("exceptions",))
        person = self._group(self.content.person, ("person",))
        categories = [self._category(place) for place in range(len(self.content.categories))]
        typos = self.content.typos
        self.ear.expect_slips(typos.words, typos.never, ())
        return Lexicon(self.ear, categories, person, PhraseSet(spared))

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

    def _category(self, place: int) -> tuple[SafetyMatch, _Group]:
        category, path = self.content.categories[place], ("categories", place)
        if category.id in {other.id for other in self.content.categories[:place]}:
            self._fault((*path, "id"), f"l'id « {category.id} » est déjà pris", "choisis-en un autre")
        if not category.card.text.startswith(CARD_OPENING):
            self._fault((*path, "card", "text"), "la carte commence autrement", f"commence par « {CARD_OPENING} »")
        return SafetyMatch(category.id, category.card), self._group(category, path)

    def _group(self, group: _Phrases, path: tuple[int | str, ...]) -> _Group:
        phrases = self._phrases(group.phrases, (*path, "phrases"))
        alone = self._phrases(group.alone, (*path, "alone"))
        exceptions = self._phrases(group.exceptions, (*path, "exceptions"))
        return _Group(PhraseSet(phrases), PhraseSet(alone), PhraseSet(exceptions))

    def _phrases(self, texts: Iterable[str], path: tuple[int | str, ...]) -> list[Phrase]:
        phrases: dict[Phrase, str] = {}
        for place, text in enumerate(texts):
            try:
                phrase = parse_phrase(text, self.families, self.ear.hear)
            except PhraseError as error:
                self._fault((*path, place), f"« {text} » : {error}")
                continue
            if phrase in phrases:
                self._fault((*path, place), f"« {text} » se lit comme « {phrases[phrase]} »", "retire cette ligne")
            phrases[phrase] = text
        return list(phrases)

    def _fault(self, path: tuple[int | str, ...], what: str, remedy: str = "corrige cette ligne") -> None:
        self.faults.append(Fault(self.file, self.document.line(path), what, remedy))
