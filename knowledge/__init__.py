"""The knowledge base: curated entries, and the search that finds the right one or says that it does not know."""

from knowledge.directory import DirectoryAnswer
from knowledge.errors import CalibrationError, ContentErrors, Fault, KnowledgeError
from knowledge.schema import Axes, Entry, Source
from knowledge.search import Hit, Outcome, SearchResult
from knowledge.serving import BaseStatus, KnowledgeBase, open_base

__all__ = [
    "Axes",
    "BaseStatus",
    "CalibrationError",
    "ContentErrors",
    "DirectoryAnswer",
    "Entry",
    "Fault",
    "Hit",
    "KnowledgeBase",
    "KnowledgeError",
    "Outcome",
    "SearchResult",
    "Source",
    "open_base",
]
