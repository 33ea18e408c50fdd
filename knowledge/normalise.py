"""Bringing what pupils type and what entries say to the same form."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import filterfalse
from pathlib import Path

import snowballstemmer
from bm25s.stopwords import STOPWORDS_FRENCH

from knowledge.errors import ContentErrors, Fault
from knowledge.yamlfile import read_text, read_yaml

SMS_FILE = "sms.yml"
ACRONYMS_FILE = "sigles.yml"
TEXT_LIMIT = 1000
"""Questions are cut here, in characters."""

_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"}
)
_WORD = re.compile(r"[^\W_]+'?", re.UNICODE)
_REPEATED = re.compile(r"([^\d\s.])\1{2,}")
_WORD_LIMIT = 100
_POLITE = ("bonjour", "bonsoir", "salut", "hello", "hey", "coucou", "merci", "svp", "stp", "cher", "chère")
_EMPTY = (
    *("ça", "cela", "ceci", "cet", "cette", "tout", "tous", "toute", "toutes", "plus", "si", "bien", "très", "aussi"),
    *("alors", "donc", "car", "ni", "quoi", "que", "quel", "quelle", "quels", "quelles", "comment", "être", "avoir"),
    *("faire", "fait", "faut", "peut", "peux", "veux", "veut", "voudrais", "voudrait", "aimerais", "sais", "sait"),
    *("savoir", "dois", "doit", "va", "vais", "aller", "même", "quelque", "chose", "genre", "truc", "euh", "bah"),
    *("ben", "hein", "ouais", "oui", "non", "ok", "a", "o"),
)


def fold(text: str) -> str:
    """Lower case without accents, ligatures opened, what is typed three times or more once, the rest untouched."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LIGATURES).casefold())
        text = "".join(filterfalse(unicodedata.combining, text))
    return _typed_once(text.casefold())


def _typed_once(text: str) -> str:
    """What is typed three times or more, once; but not BBB, a word of its own."""
    return _REPEATED.sub(lambda found: found[0] if _a_word(found) else found[1], text)


def _a_word(found: re.Match[str]) -> bool:
    before, after = found.string[max(found.start() - 1, 0) : found.start()], found.string[found.end() : found.end() + 1]
    return len(found[0]) == 3 and found[1].isalpha() and not (before.isalnum() or after.isalnum())


@lru_cache(maxsize=50_000)
def _folded_word(word: str) -> str:
    """`fold` for one word: the same few come again and again."""
    return fold(word)


def words(text: str) -> list[str]:
    """The folded words of a text; an elided word keeps its apostrophe (« j' », « qu' »)."""
    return _WORD.findall(fold(text))


def question_key(text: str) -> str:
    """Two questions with the same key are the same question typed differently."""
    return " ".join(word.rstrip("'") for word in words(text))


STOPWORDS = frozenset(fold(word) for word in (*STOPWORDS_FRENCH, *_POLITE, *_EMPTY))
_stemmer = snowballstemmer.stemmer("french")
_stemming = threading.Lock()  # the stemmer keeps the word that it works on


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word; figures and words of up to three letters stay as they are."""
    if len(word) <= 3 or any(character.isdigit() for character in word):
        return word
    with _stemming:
        return str(_stemmer.stemWord(word))


class Lexicon:
    """What abbreviations stand for: `sms` by folded word, `acronyms` by folded acronym."""

    def __init__(self, sms: Mapping[str, str], acronyms: Mapping[str, Sequence[str]]) -> None:
        self.sms = dict(sms)
        self.acronyms = {name: tuple(forms) for name, forms in acronyms.items()}
        in_full = {question_key(form): name for name, forms in self.acronyms.items() for form in forms}
        self._acronym_of = {key: name for key, name in in_full.items() if " " in key}
        longest_first = sorted(self._acronym_of, key=len, reverse=True)
        self._in_full = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})\b")

    def spell_out(self, text: str) -> str:
        """The text with its SMS words written in full, accents and capitals kept; cut at 1000 characters."""
        text = text[:TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        text = _typed_once(text if text.isascii() else text.translate(_LIGATURES))
        text = _WORD.sub(lambda found: self.sms.get(_folded_word(found[0]), found[0]), text)
        return " ".join(word[:_WORD_LIMIT] for word in text.split())

    def tokens(self, text: str) -> list[str]:
        """The informative stems of a text; an acronym's words in full become the acronym's own token."""
        return self.informative(question_key(self.spell_out(text)))

    def informative(self, key: str) -> list[str]:
        """The same, of the `question_key` of a text that is spelled out already."""
        key = self._in_full.sub(lambda found: self._acronym_of[found[0]], key)
        return [stem(word) for word in key.split() if word not in STOPWORDS]


def load_lexicon(content_dir: Path) -> Lexicon:
    """The lexicon in `content_dir`; ContentErrors with every malformed line."""
    faults: list[Fault] = []
    sms = _read_mapping(content_dir / SMS_FILE, faults)
    acronyms = _read_mapping(content_dir / ACRONYMS_FILE, faults)
    if faults:
        raise ContentErrors(faults)
    return Lexicon(
        {fold(word): " ".join(meaning) for word, meaning in sms.items()},
        {fold(name): meanings for name, meanings in acronyms.items()},
    )


def _read_mapping(path: Path, faults: list[Fault]) -> dict[str, list[str]]:
    text = read_text(path, path.name)
    document = text if isinstance(text, Fault) else read_yaml(text, path.name)
    if isinstance(document, Fault):
        faults.append(document)
        return {}
    if not isinstance(document.data, dict):
        faults.append(Fault(path.name, 1, "ce fichier n'est pas une liste « mot: sens »", "écris un mot par ligne"))
        return {}
    mapping: dict[str, list[str]] = {}
    for word, meaning in document.data.items():
        meanings = meaning if isinstance(meaning, list) else [meaning]
        if not all(isinstance(item, str) for item in meanings):
            line = document.line([word])
            faults.append(
                Fault(path.name, line, f"le sens de « {word} » n'est pas un texte", "mets-le entre guillemets")
            )
        else:
            mapping[word] = meanings
    return mapping
