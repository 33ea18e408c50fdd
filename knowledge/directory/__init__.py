"""Directories: validated rows that are filtered and listed, and the questions that ask for them."""

from knowledge.directory.answers import DirectoryAnswer
from knowledge.directory.facets import Facets, Subject
from knowledge.directory.finder import Finder
from knowledge.directory.loader import Directory, load_directory

__all__ = ["Directory", "DirectoryAnswer", "Facets", "Finder", "Subject", "load_directory"]
