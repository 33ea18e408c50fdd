"""HTML mode."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram.errors import BotApiError
from tests.telegram.markup import detect_entities, parse_html, utf16_length


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é<br/>", 'Unsupported start tag "br" at byte offset 2'),
        ("3 < 4", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_telegram_refuses(html: str, reason: str) -> None:
    with pytest.raises(BotApiError) as refusal:
        parse_html(html)
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("<b>a<i>b</i></b>", "ab", ["bold", "italic"]),
        ("<STRONG>a</STRONG><em>b</em>", "ab", ["bold", "italic"]),
        ("<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler>", "abc", ["underline", "strikethrough", "spoiler"]),
        ("<blockquote expandable>a</blockquote>", "a", ["expandable_blockquote"]),
        ('<pre><code class="language-python">x</code></pre>', "x", ["pre"]),
        ("<b></b>a", "a", []),
        ("  a  ", "a", []),
        ("&lt;b&gt; &amp;&quot; &#233;&#x1F600; &nbsp;", '<b> &" é😀 &nbsp;', []),
    ],
)
def test_what_telegram_takes(html: str, text: str, kinds: list[str]) -> None:
    plain, entities = parse_html(html)
    assert (plain, [e["type"] for e in entities]) == (text, kinds)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_escaped_text_arrives_as_typed(text: str) -> None:
    assert parse_html(escape(text, quote=False)) == (text.strip(), [])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1))
def test_entities_cover_what_the_tags_enclosed(text: str) -> None:
    plain, [bold] = parse_html(f"😀<b>{escape(text)}</b>!")
    units = plain.encode("utf-16-le")
    covered = units[2 * bold["offset"] : 2 * (bold["offset"] + bold["length"])].decode("utf-16-le")
    assert covered == text.replace("&#x27;", "'")
    assert bold["length"] == utf16_length(text)


def test_commands_and_addresses_are_found() -> None:
    found = detect_entities("/aide@essai_bot puis https://onisep.fr/fiche. et/ou rien")
    assert [(e["type"], e["offset"], e["length"]) for e in found] == [
        ("bot_command", 0, 15),
        ("url", 21, 23),
    ]
