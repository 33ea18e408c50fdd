"""One directory with its reader: what a question asks of it, and its answer."""

from __future__ import annotations

from collections.abc import Collection

from knowledge.directory.answers import DirectoryAnswer, answer
from knowledge.directory.facets import Facets
from knowledge.directory.following import follow_up
from knowledge.directory.loader import Directory
from knowledge.directory.questions import QuestionReader
from knowledge.normalise import Lexicon


class Finder:
    """Answers directory questions. It never raises on a text and may be used by many threads."""

    def __init__(self, directory: Directory, lexicon: Lexicon, spelled: Collection[str] = ()) -> None:
        """`spelled`: folded words that must not be taken for typos of the directories' own."""
        self._directory = directory
        self._lexicon = lexicon
        self._reader = QuestionReader(directory, lexicon, spelled)

    def find(self, text: str) -> DirectoryAnswer | None:
        """The list that the text asks for; None where it asks for none."""
        facets = self._reader.facets(text)
        return None if facets is None else answer(self._directory, self._lexicon, facets)

    def facets(self, text: str) -> Facets | None:
        """The criteria understood; None where the text is no directory question."""
        return self._reader.facets(text)

    def follow_up(self, previous: str, text: str) -> str | None:
        """The whole question that a follow-up stands for; None where `previous` or it is none of ours."""
        return follow_up(self._directory, self._reader, previous, text)
