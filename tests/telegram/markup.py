"""Telegram's HTML mode: text in, plain text and entities out, with the refusals of the real server.

The rules and the wording follow the description of HTML style at core.telegram.org/bots/api#html-style and the
answers of the real server. Offsets and lengths of entities are in UTF-16 code units, as Telegram counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.errors import BotApiError, bad_request

Entity = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_TAG_NAME = re.compile(r"[^\s>/=]*")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)\s*(?:(?P<equal>=)\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+)|(?P<unclosed>["'].*)))?""",
    re.VERBOSE | re.DOTALL,
)
_COMMAND = re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@\w+)?(?!\w)")
_URL = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)]")


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, Telegram's measure."""
    return len(text.encode("utf-16-le")) // 2


@dataclass
class _Open:
    """A tag that waits for its end; `start` counts characters of the plain text."""

    name: str
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities; 400 "can't parse entities: …" where Telegram would refuse."""
    return _HtmlReader(source).read()


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._position = 0
        self._text = ""
        self._open: list[_Open] = []
        self._found: list[tuple[int, int, Entity]] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self._position < len(self._source):
            character = self._source[self._position]
            if character == "&":
                self._character_reference()
            elif character != "<":
                self._text += character
                self._position += 1
            elif self._source.startswith("</", self._position):
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        return _trimmed(self._text, self._found)

    def _byte_offset(self) -> int:
        return len(self._source[: self._position].encode())

    def _character_reference(self) -> None:
        match = _CHARACTER.match(self._source, self._position)
        decoded = _decoded(match) if match else None
        if match and decoded:
            self._text += decoded
            self._position = match.end()
        else:
            self._text += "&"
            self._position += 1

    def _start_tag(self) -> None:
        offset = self._byte_offset()
        match = _TAG_NAME.match(self._source, self._position + 1)
        name = match.group().lower() if match else ""
        cursor = self._position + 1 + len(name)
        if cursor >= len(self._source):
            raise _refusal(f"Unclosed start tag at byte offset {offset}")
        if name not in _KINDS:
            raise _refusal(f'Unsupported start tag "{name}" at byte offset {offset}')
        attributes, self._position = self._attributes(name, cursor, offset)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _refusal(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self._open.append(_Open(name, len(self._text), attributes))

    def _attributes(self, name: str, cursor: int, offset: int) -> tuple[dict[str, str], int]:
        attributes: dict[str, str] = {}
        while True:
            while cursor < len(self._source) and self._source[cursor].isspace():
                cursor += 1
            if cursor >= len(self._source):
                raise _refusal(f"Unclosed start tag at byte offset {offset}")
            if self._source[cursor] == ">":
                return attributes, cursor + 1
            match = _ATTRIBUTE.match(self._source, cursor)
            if match is None:
                raise _refusal(f'Empty attribute name in the tag "{name}" at byte offset {offset}')
            if match["unclosed"]:
                raise _refusal(f"Unclosed start tag at byte offset {offset}")
            value = match["double"] or match["single"] or match["bare"] or ""
            flag_allowed = name == "blockquote" and match["name"].lower() == "expandable"
            if not match["equal"] and not flag_allowed:
                raise _refusal(
                    f'Expected equal sign in declaration of an attribute of the tag "{name}" at byte offset {offset}'
                )
            attributes[match["name"].lower()] = _CHARACTER.sub(lambda m: _decoded(m) or m.group(), value)
            cursor = match.end()

    def _end_tag(self) -> None:
        offset = self._byte_offset()
        closing = self._source.find(">", self._position)
        if not self._open:
            raise _refusal(f"Unexpected end tag at byte offset {offset}")
        if closing < 0:
            raise _refusal(f"Unclosed end tag at byte offset {offset}")
        name = self._source[self._position + 2 : closing].strip().lower()
        opened = self._open.pop()
        if name not in ("", opened.name):
            raise _refusal(f'Unmatched end tag at byte offset {offset}, expected "</{opened.name}>", found "</{name}>"')
        self._position = closing + 1
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        content = self._text[opened.start :]
        kind = _KINDS[opened.name]
        entity: Entity = {"type": kind}
        if kind == "text_link":
            url = opened.attributes.get("href") or content
            if not re.match(r"(https?|tg|mailto|tel):|[\w-]+(\.[\w-]+)+", url):
                return
            entity["url"] = url if ":" in url else f"http://{url}/"
        if kind == "custom_emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        if kind == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        language = opened.attributes.get("class", "").removeprefix("language-")
        if kind == "code" and language and self._open and self._open[-1].name == "pre":
            self._open[-1].attributes["language"] = language
            return
        if kind == "pre" and "language" in opened.attributes:
            entity["language"] = opened.attributes["language"]
        self._found.append((opened.start, len(self._text), entity))


def detect_entities(text: str) -> list[Entity]:
    """The entities that Telegram finds by itself: commands and addresses (the ones that matter here)."""
    found = [(m.start(), m.end(), {"type": "bot_command"}) for m in _COMMAND.finditer(text)]
    found += [(m.start(), m.end(), {"type": "url"}) for m in _URL.finditer(text)]
    return _placed(text, found)


def message_text(text: str, parse_mode: str | None, given: list[Entity] | None) -> tuple[str, list[Entity]]:
    """What a bot's message becomes: plain text of 1 to 4096 UTF-16 units and its entities; 400 otherwise."""
    if parse_mode and parse_mode.lower() != "html":
        known = parse_mode.lower() in ("markdown", "markdownv2")
        raise bad_request("the stand-in reads HTML only" if known else "unsupported parse_mode")
    if parse_mode:
        plain, entities = parse_html(text)
    else:
        plain, entities = text.strip(), given or []
    if not plain:
        raise bad_request("message text is empty")
    if utf16_length(plain) > 4096:
        raise bad_request("message is too long")
    if any(e["offset"] < 0 or e["offset"] + e["length"] > utf16_length(plain) for e in entities):
        raise bad_request("entity is out of the text")
    linked = {position for e in entities for position in range(e["offset"], e["offset"] + e["length"])}
    detected = [e for e in detect_entities(plain) if e["offset"] not in linked]
    return plain, sorted(entities + detected, key=lambda e: (e["offset"], -e["length"]))


def _refusal(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")


def _decoded(match: re.Match[str]) -> str | None:
    """What a character reference stands for; None where Telegram leaves it as typed."""
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else None


def _trimmed(text: str, found: list[tuple[int, int, Entity]]) -> tuple[str, list[Entity]]:
    """Telegram cuts blanks at both ends of a message; entities that only covered them vanish."""
    cut = len(text) - len(text.lstrip())
    plain = text.strip()
    moved = [
        (max(0, start - cut), min(len(plain), end - cut), entity)
        for start, end, entity in found
        if max(0, start - cut) < min(len(plain), end - cut)
    ]
    return plain, _placed(plain, moved)


def _placed(text: str, found: list[tuple[int, int, Entity]]) -> list[Entity]:
    """Entities with their offsets in UTF-16 units, in Telegram's order."""
    entities = [
        {
            "offset": utf16_length(text[:start]),
            "length": utf16_length(text[start:end]),
            **entity,
        }
        for start, end, entity in found
    ]
    return sorted(entities, key=lambda e: (e["offset"], -e["length"]))
