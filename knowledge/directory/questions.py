"""Whether a text asks for a list, and with which criteria.

The rule: every word must be understood. A question with one word that the directories know nothing of is not theirs,
for a list that leaves a criterion out would be a wrong answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from knowledge.directory.facets import ALLOWED, Facets, Subject
from knowledge.directory.loader import Directory
from knowledge.directory.places import Place
from knowledge.directory.vocabulary import CUE, NEAR, PLURAL, Meaning, build_vocabulary, phrase_key
from knowledge.normalise import Lexicon

WORD_LIMIT = 40
"""A question of more words tells a story: it is not for the directories."""

_YES_OR_NO = ["est", "ce", "que"]
_PAIRS = ((Subject.EXAMS, Subject.SCHOOLS), (Subject.ESTABLISHMENTS, Subject.FORMATIONS))
"""Subjects of which the second only says what the first is about: « concours d'écoles d'ingénieurs »."""
_FACETS = ("track", "level", "family", "formation", "sector", "apprenticeship", "exam", "kind", "audience", "detail")


@dataclass(frozen=True)
class Reading:
    """The values found for each facet, and the words that nothing is known of."""

    values: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]

    def first(self, facet: str) -> str | None:
        """The only value of a facet; None if there is none."""
        found = self.values.get(facet, ())
        return found[0] if found else None

    def has(self, *facets: str) -> bool:
        """Whether any of the facets was found."""
        return any(facet in self.values for facet in facets)


class QuestionReader:
    """Reads questions with the words of one directory and one lexicon."""

    def __init__(self, directory: Directory, lexicon: Lexicon, spelled: Collection[str] = ()) -> None:
        """`spelled`: folded words that are right as they are, however near they come to one of the vocabulary."""
        self._spelled = frozenset(spelled)
        self._directory = directory
        self._lexicon = lexicon
        self._vocabulary = build_vocabulary(directory, lexicon)
        self._places = {f"{place.scale}:{place.key}": place for _, place in directory.places.names()}

    def facets(self, text: str) -> Facets | None:
        """What the text asks of the directories; None where it is no question for them."""
        reading = self.read(text)
        if reading is None:
            return None
        if reading.has("meaning"):
            acronyms = reading.values.get("acronym", ())
            only = len(acronyms) == 1 and set(reading.unknown) <= {acronyms[0]}
            return Facets(Subject.ACRONYMS, acronym=acronyms[0]) if only else None
        if reading.unknown:
            return None
        subject = self._subject(reading)
        if subject is None:
            return None
        facets = self.assemble(reading, subject)
        return facets if facets is not None and _asks_for_list(facets, reading) else None

    def read(self, text: str) -> Reading | None:
        """The text phrase by phrase, longest first; None where it is too long or asks for a yes or a no."""
        words = list(phrase_key(self._lexicon.spell_out(text.replace("&", ""))))
        if not 0 < len(words) <= WORD_LIMIT or words[:3] == _YES_OR_NO:
            return None
        words = [self._corrected(word) for word in words]
        values: dict[str, dict[str, None]] = defaultdict(dict)
        unknown = []
        position = 0
        while position < len(words):
            length, meaning = self._longest(words, position)
            if meaning is None or (meaning and all(facet == "acronym" for facet, _ in meaning)):
                unknown.append(words[position])
            for facet, value in meaning or ():
                values[facet][value] = None
            position += length
        return Reading({facet: tuple(found) for facet, found in values.items()}, tuple(unknown))

    def assemble(self, reading: Reading, subject: Subject) -> Facets | None:
        """The facets of a reading for one subject; None where they contradict each other or do not fit it."""
        found = {facet: reading.values[facet] for facet in _FACETS if facet in reading.values}
        if "formation" in found:
            row = self._directory.formations.rows[found["formation"][0]]
            if any(family != row.family for family in found.pop("family", ())):
                return None
        place = self._place(reading)
        chosen = {facet: values[0] for facet, values in found.items()}
        conflict = any(len(values) > 1 for values in found.values())
        unfit = {*chosen, *(("place",) if place else ())} - ALLOWED[subject]
        if subject is Subject.AIDS:
            unfit -= {"kind"}
            chosen.pop("kind", None)
        if conflict or unfit or (reading.has("place") and place is None):
            return None
        return Facets(subject, place=place, **chosen)

    def _subject(self, reading: Reading) -> Subject | None:
        named = reading.values.get("subject", ())
        if named:
            return _named(named, reading)
        if reading.has("formation") and reading.has("place", "kind", CUE):
            return Subject.ESTABLISHMENTS
        if reading.has("family") and reading.has("place"):
            return Subject.ESTABLISHMENTS
        if reading.has("kind") and reading.has("family"):
            return Subject.ESTABLISHMENTS
        if reading.has("family") and reading.has("track", CUE):
            return Subject.FORMATIONS
        return None

    def _place(self, reading: Reading) -> Place | None:
        """The smallest place named, if the others hold it; what is around it where « près de » is said."""
        named = [self._places[key] for key in reading.values.get("place", ())]
        smallest = next((place for place in named if all(self._within(place, other) for other in named)), None)
        if smallest is not None and reading.has(NEAR) and smallest.scale == "ville":
            return self._directory.places.around(smallest)
        return smallest

    def _within(self, place: Place, other: Place) -> bool:
        area: Place | None = place
        while area is not None and area != other:
            area = self._directory.places.around(area)
        return area is not None

    def _longest(self, words: Sequence[str], position: int) -> tuple[int, Meaning | None]:
        vocabulary = self._vocabulary
        for length in range(min(vocabulary.longest, len(words) - position), 0, -1):
            meaning = vocabulary.phrases.get(tuple(words[position : position + length]))
            if meaning is not None:
                return length, meaning
        return 1, None

    def _corrected(self, word: str) -> str:
        if word in self._vocabulary.words or word in self._spelled:
            return word
        near = self._vocabulary.speller.nearest(word)
        return near if near is not None and near[0] == word[0] else word


def _named(named: Sequence[str], reading: Reading) -> Subject | None:
    """The subject among those named; None where a second one would be left out."""
    subject = Subject(named[0])
    if len(named) > 1 and tuple(named) not in _PAIRS:
        return None
    if subject is Subject.FORMATIONS and reading.has("place", "kind"):
        return Subject.ESTABLISHMENTS
    return subject


def _asks_for_list(facets: Facets, reading: Reading) -> bool:
    """Whether the wording wants rows rather than an explanation: « quelles », « où », a plural, a place."""
    criteria = set(facets.criteria())
    asks = reading.has(CUE)
    match facets.subject:
        case Subject.SCHOOLS:
            return bool(criteria) and (asks or reading.has(PLURAL) or bool(criteria & {"place", "exam"}))
        case Subject.ESTABLISHMENTS:
            wanted = criteria & {"formation", "family", "track"}
            if facets.kind == "iut" and facets.family not in (None, "but"):
                return False
            return bool(wanted) and (asks or "place" in criteria) and criteria != {"kind", "track"}
        case Subject.FORMATIONS:
            return asks and bool(criteria)
        case Subject.EXAMS:
            return bool(criteria) or asks
        case Subject.AIDS:
            return asks
        case _:
            return True
