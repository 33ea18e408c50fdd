"""French as pupils type it, reduced to words as they sound: « jveu », « j'veux » and « JE VEUUUX » become the same.

Nothing here is remembered from one text to the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

Words = tuple[str, ...]

SLIP_LETTERS = 5

_LEET = str.maketrans("013457@$", "oieastas")
_LEET_INSIDE = re.compile(r"(?<=[a-z])[013457@$]+(?=[a-z])")
_MASK_INSIDE = re.compile(r"(?<=[a-z])[*_\u00b7]+(?=[a-z])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1+")
_SPELLED_OUT = re.compile(r"\b[a-z](?: [a-z]){3,}\b")
_MUTE_ENDING = re.compile(r"(?<=[a-z]{3})(?:e(?:nt|r|t)?s?|ez|ts?|[sxz])\b")
_GLUED_JE = re.compile(r"\bj(?=[bcdfgklmnprstvz][a-z])")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"),
        ("qu?", "k"),
        ("eau|au", "o"),
        ("a[iy]|ei", "e"),
        ("y", "i"),
        ("c(?=[eiy])|(?<=[a-z])z(?=[a-z])", "s"),
        (r"c(?!h)(?=[a-z])|(?<=[a-z])c\b", "k"),
        (r"(?<![cs])h(?=[a-z])", ""),
        ("n(?=[bp])", "m"),
    )
)


def sound(text: str) -> Words:
    """The words of a text as they sound: small letters, no accents, no doubled letters, no mute endings."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if unicodedata.category(c) not in {"Mn", "Me", "Cf"}).casefold()
    text = text.replace("œ", "oe").replace("æ", "ae")
    text = _LEET_INSIDE.sub(lambda found: found[0].translate(_LEET), _MASK_INSIDE.sub("", text))
    text = _REPEATED.sub(r"\1", _SEPARATORS.sub(" ", text).strip())
    text = _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), text)
    for pattern, replacement in _SOUNDS:
        text = pattern.sub(replacement, text)
    text = _GLUED_JE.sub("j ", _REPEATED.sub(r"\1", text))
    return tuple(_MUTE_ENDING.sub("", text).split())


class Ear:
    """Hears the same words in many spellings: abbreviations written out, idle words left out, slips mended."""

    def __init__(self, spellings: Mapping[str, str], ignored: Iterable[str]) -> None:
        self._spellings = {sound(short): sound(full) for short, full in spellings.items()}
        self._longest = max(map(len, self._spellings), default=1)
        self._spellings = {short: tuple(self._written_out(full)) for short, full in self._spellings.items()}
        self._ignored = {word for text in ignored for word in sound(text)}
        self._slips: dict[str, str] = {}

    def expect_slips(self, words: Iterable[str], never: Iterable[str], known: Iterable[str]) -> None:
        """Hear `words` also with one letter wrong (not the first), except where that is one of `never` or `known`.

        Words that sound shorter than five letters are left alone: too many others are near them.
        """
        wanted = {word for text in words for word in sound(text) if len(word) >= SLIP_LETTERS}
        kept = wanted | set(known) | {word for text in never for word in sound(text)}
        for word in sorted(wanted):
            self._slips.update((slip, word) for slip in _one_letter_off(word) if slip not in kept)

    def hear(self, text: str) -> Words:
        """The words of a text, ready to be compared with the words of a phrase heard the same way."""
        words = (self._slips.get(word, word) for word in self._written_out(sound(text)))
        return tuple(word for word in words if word not in self._ignored)

    def _written_out(self, words: Words) -> Iterable[str]:
        at = 0
        while at < len(words):
            for length in range(self._longest, 0, -1):
                full = self._spellings.get(words[at : at + length])
                if full is not None:
                    yield from full
                    at += length
                    break
            else:
                yield words[at]
                at += 1


def _one_letter_off(word: str) -> set[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    missing = {a + b[1:] for a, b in cuts if b}
    wrong = {a + c + b[1:] for a, b in cuts if b for c in letters}
    added = {a + c + b for a, b in cuts for c in letters}
    return swapped | missing | wrong | added
