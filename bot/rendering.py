"""A reply as Telegram messages: HTML with a plain version, each within Telegram's limits.

A text is laid out first (what stands where, what is bold or a link), then cut, and only then turned into HTML:
so a cut never falls inside an entity, and the length counted is the one that Telegram counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from api.schemas import Button, Reply, ReplyKind, Source

PART_LIMIT_UNITS = 4096
"""The longest message after its entities are parsed, in UTF-16 units."""

_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Part:
    """One Telegram message; the buttons stand under the last part only."""

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True)
class _Run:
    """A stretch of text in one style; `url` makes it a link."""

    text: str
    bold: bool = False
    url: str | None = None


def render(reply: Reply) -> list[Part]:
    """The messages that show a reply, in order; at least one."""
    pieces = [piece for piece in _cut(_lay_out(reply)) if _words(piece)] or [[_Run("…")]]
    parts = [Part(_html(piece), _plain(piece)) for piece in pieces]
    buttons = tuple(tuple(row) for row in reply.buttons if row)
    parts[-1] = Part(parts[-1].html, parts[-1].plain, buttons)
    return parts


def french_date(day: date) -> str:
    """E.g. « 12 novembre 2026 », « 1er mai 2026 »."""
    return f"{day.day}{'er' if day.day == 1 else ''} {_MONTHS[day.month - 1]} {day.year}"


def units(text: str) -> int:
    """The length of a text in UTF-16 units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def _lay_out(reply: Reply) -> list[_Run]:
    blocks: list[list[_Run]] = []
    if reply.kind is ReplyKind.TUTOR:
        blocks.append([_Run(f"🧑‍🏫 {reply.author or 'Ton tuteur ou ta tutrice'} :")])
    title = f"🆘 {reply.title or 'Tu n’es pas seul·e'}" if reply.kind is ReplyKind.SAFETY else reply.title
    if title:
        blocks.append([_Run(title, bold=True)])
    blocks.append([_Run(reply.text)])
    if reply.warning:
        blocks.append([_Run(f"⚠️ {reply.warning}")])
    if reply.sources:
        blocks.append(_source_line(reply.sources))
    runs: list[_Run] = []
    for number, block in enumerate(blocks):
        separator = "\n" if number == 1 and reply.kind is ReplyKind.TUTOR else "\n\n"
        runs += [_Run(separator), *block] if number else block
    return [_Run(_storable(run.text), run.bold, run.url) for run in runs]


def _source_line(sources: list[Source]) -> list[_Run]:
    """« Source : » with titles and links; the date once at the end where it is the same for all."""
    one_day = len({source.checked_on for source in sources}) == 1
    runs = [_Run("Source : ")]
    for number, source in enumerate(sources):
        is_link = source.url.startswith(("https://", "http://"))
        runs += [*([_Run(" · ")] if number else []), _Run(source.title, url=source.url if is_link else None)]
        if not one_day:
            runs.append(_Run(f" (vérifié le {french_date(source.checked_on)})"))
    return [*runs, _Run(f" (vérifié le {french_date(sources[0].checked_on)})")] if one_day else runs


def _cut(runs: list[_Run]) -> list[list[_Run]]:
    """Split so that every piece is within the limit: on a paragraph, a line, a space, or where it must be."""
    pieces: list[list[_Run]] = [[]]
    room = PART_LIMIT_UNITS
    for run in runs:
        rest = run
        while units(rest.text) > room:
            whole = rest.bold or rest.url is not None
            if whole and units(rest.text) <= PART_LIMIT_UNITS:
                pieces.append([])
                room = PART_LIMIT_UNITS
                break
            end = _break_before(rest.text, room, may_wait=bool(pieces[-1]))
            pieces[-1].append(_Run(rest.text[:end], rest.bold, rest.url))
            rest = _Run(rest.text[end:], rest.bold, rest.url)
            pieces.append([])
            room = PART_LIMIT_UNITS
        pieces[-1].append(rest)
        room -= units(rest.text)
    return pieces


def _break_before(text: str, room: int, *, may_wait: bool) -> int:
    """Where to cut a text so that its head has at most `room` units; 0 if it had better start a new message."""
    end, used = 0, 0
    for character in text:
        used += units(character)
        if used > room:
            break
        end += 1
    for separator in ("\n\n", "\n", " "):
        position = text.rfind(separator, 0, end + 1)
        if position > end // 2:
            return position
    position = max((text.rfind(separator, 0, end + 1) for separator in ("\n", " ")), default=-1)
    if position > 0:
        return position
    return 0 if may_wait else max(end, 1)


def _html(runs: list[_Run]) -> str:
    return "".join(_tagged(run) for run in runs).strip()


def _tagged(run: _Run) -> str:
    text = escape(run.text, quote=False)
    if not text.strip():
        return text
    if run.url is not None:
        text = f'<a href="{escape(_storable(run.url))}">{text}</a>'
    return f"<b>{text}</b>" if run.bold else text


def _plain(runs: list[_Run]) -> str:
    """Without any markup; addresses are written out where there is room."""
    written_out = "".join(run.text + (f" : {run.url}" if run.url else "") for run in runs).strip()
    return written_out if units(written_out) <= PART_LIMIT_UNITS else _words(runs)


def _words(runs: list[_Run]) -> str:
    return "".join(run.text for run in runs).strip()


def _storable(text: str) -> str:
    """A text that can be sent: no NUL, no half surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
