from __future__ import annotations

from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schemas import Button, Reply, ReplyKind, Source
from bot.rendering import PART_LIMIT_UNITS, french_date, render, units


class _Reader(HTMLParser):
    """Reads HTML as Telegram does: text, and whether the tags are balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"a", "b"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, "every entity ends in the message in which it begins"
    return reader.text


def source(title: str = "Onisep", url: str = "https://onisep.fr/a?b=1&c=2") -> Source:
    return Source(title=title, url=url, checked_on=date(2026, 11, 12))


def test_tags_typed_by_a_person_arrive_as_typed() -> None:
    (part,) = render(Reply(text="<b>gras</b> & co", kind=ReplyKind.TUTOR, author="Camille"))
    assert shown(part.html) == "🧑‍🏫 Camille :\n<b>gras</b> & co"
    assert "&lt;b&gt;" in part.html


def test_answer_ends_with_its_source_and_date() -> None:
    (part,) = render(Reply(kind=ReplyKind.ANSWER, title="La prépa TSI", text="Deux ans.", sources=[source()]))
    assert part.html.startswith("<b>La prépa TSI</b>\n\nDeux ans.")
    assert part.html.endswith(
        'Source : <a href="https://onisep.fr/a?b=1&amp;c=2">Onisep</a> (vérifié le 12 novembre 2026)'
    )
    assert part.plain.endswith("Source : Onisep : https://onisep.fr/a?b=1&c=2 (vérifié le 12 novembre 2026)")


def test_several_sources_share_one_line_after_the_warning() -> None:
    reply = Reply(text="x", warning="Cette date est passée.", sources=[source("A"), source("B")])
    assert shown(render(reply)[0].html).splitlines()[-3:] == [
        "⚠️ Cette date est passée.",
        "",
        "Source : A · B (vérifié le 12 novembre 2026)",
    ]


def test_sources_of_two_days_each_have_their_date() -> None:
    older = source("B").model_copy(update={"checked_on": date(2026, 10, 1)})
    assert shown(render(Reply(text="x", sources=[source("A"), older]))[0].html).splitlines()[-1] == (
        "Source : A (vérifié le 12 novembre 2026) · B (vérifié le 1er octobre 2026)"
    )


def test_address_that_is_none_becomes_no_link() -> None:
    assert "<a" not in render(Reply(text="x", sources=[source(url="javascript:alert(1)")]))[0].html


@pytest.mark.parametrize(("day", "text"), [(date(2026, 5, 1), "1er mai 2026"), (date(2026, 8, 12), "12 août 2026")])
def test_dates_are_written_in_french(day: date, text: str) -> None:
    assert french_date(day) == text


def test_buttons_stand_under_the_last_part() -> None:
    row = [Button(title="Parler à un tuteur", payload="tutor")]
    parts = render(Reply(text="mot " * 3000, buttons=[row]))
    assert [bool(part.buttons) for part in parts] == [False, False, True]


def test_long_text_is_cut_between_paragraphs() -> None:
    first, second = "a" * 3000, "b" * 3000
    assert [part.html for part in render(Reply(text=f"{first}\n\n{second}"))] == [first, second]


def test_source_link_is_never_cut() -> None:
    title = "Fiche très longue " * 10
    parts = render(Reply(text="x" * 4090, sources=[source(title)]))
    assert sum(part.html.count("<a ") for part in parts) == 1


def test_text_of_white_space_still_makes_a_message() -> None:
    assert [part.html for part in render(Reply(text=" \n "))] == ["…"]


texts = st.text(min_size=1, max_size=200) | st.sampled_from(["<b>", "&amp;", "é 👩‍👩‍👧 ", "mot ", "\n\n"])


@given(
    pieces=st.lists(texts, min_size=1, max_size=8),
    times=st.integers(1, 120),
    title=st.none() | texts,
    kind=st.sampled_from(ReplyKind),
    sources=st.lists(st.builds(source, texts, st.just("https://x.fr") | texts), max_size=3),
)
def test_any_reply_fits_and_keeps_its_words(
    pieces: list[str], times: int, title: str | None, kind: ReplyKind, sources: list[Source]
) -> None:
    reply = Reply(text="".join(pieces) * times, title=title, kind=kind, sources=sources)
    parts = render(reply)
    seen = [shown(part.html) for part in parts]
    for part, text in zip(parts, seen, strict=True):
        assert 1 <= units(text) <= PART_LIMIT_UNITS
        assert 1 <= units(part.plain) <= PART_LIMIT_UNITS
    everything = _squeezed("".join(seen))
    for written in (reply.text, reply.title or "", *(one.title for one in sources)):
        assert _squeezed(written) in everything


def _squeezed(text: str) -> str:
    """Without white space, and as a reader of HTML sees a text."""
    return "".join(unescape(text.replace("&", "&amp;").replace("\x00", "").replace("\r", "")).split())
