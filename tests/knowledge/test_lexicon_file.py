"""A file of the lexicon that coordinators broke: every fault is told with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import ContentErrors
from knowledge.lexicon import load_lexicon

GOOD = """\
ignored: [vraiment, ne]
spellings: {{jveu: je veux}}
typos: {{words: [mourir], never: [nourrir]}}
families:
  parent: [père, mère]
exceptions: [mort de rire]
categories:
  - id: suicide
    name: Idées suicidaires
    phrases:
      - je veux mourir
{extra}
    together: ["mon {{parent}} + frappe"]
    card:
      title: Parler
      text: Tu n'es pas seul·e.
      sources:
        - {{title: Site, url: "https://exemple.fr", checked_on: 2026-11-22}}
person:
  phrases: [un tuteur]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "securite.yml"
    path.write_text(text, encoding="utf-8")
    return path


def with_phrases(tmp_path: Path, *phrases: str) -> Path:
    return written(tmp_path, GOOD.format(extra="\n".join(f'      - "{phrase}"' for phrase in phrases)))


def test_a_new_phrase_counts_at_once(tmp_path: Path) -> None:
    lexicon = load_lexicon(with_phrases(tmp_path, "je veux m'effacer"))
    match = lexicon.safety("JVEU m'effacerrr")
    assert match is not None and match.card.title == "Parler"


def test_slips_are_mended_except_towards_other_words(tmp_path: Path) -> None:
    lexicon = load_lexicon(with_phrases(tmp_path, "envie de mourir"))
    assert lexicon.safety("je veux mouirir") is not None
    assert lexicon.safety("je veux nourrir") is None


def test_a_gap_stands_for_up_to_three_words(tmp_path: Path) -> None:
    lexicon = load_lexicon(with_phrases(tmp_path, "prendre ... cachets"))
    assert lexicon.safety("prendre un deux trois cachets") is not None
    assert lexicon.safety("prendre cachets") is not None
    assert lexicon.safety("prendre un deux trois quatre cachets") is None


def test_two_expressions_count_together_in_either_order_when_near(tmp_path: Path) -> None:
    lexicon = load_lexicon(with_phrases(tmp_path, "adieu"))
    assert lexicon.safety("mon père rentre tard et il frappe") is not None
    assert lexicon.safety("il frappe, mon père") is not None
    assert lexicon.safety("mon père " + "et puis " * 10 + "il frappe") is None
    assert lexicon.safety("mon père") is None


def test_a_phrase_may_begin_a_family_of_words(tmp_path: Path) -> None:
    lexicon = load_lexicon(with_phrases(tmp_path, "suicid*"))
    assert lexicon.safety("pensées suicidaires") is not None


def test_every_fault_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = with_phrases(
        tmp_path, "{inconnue} me frappe", "vraiment", "... mal", "m* x", "je veux mourrir", "pas vraiment bien"
    )
    with pytest.raises(ContentErrors) as raised:
        load_lexicon(path)
    assert [fault.line for fault in raised.value.faults] == [12, 13, 14, 15, 16, 17]
    assert all(fault.file == "securite.yml" and fault.remedy for fault in raised.value.faults)
    assert "{inconnue}" in str(raised.value)


def test_a_card_must_be_short_and_begin_as_all_do(tmp_path: Path) -> None:
    text = GOOD.format(extra="")
    with pytest.raises(ContentErrors, match="commence par"):
        load_lexicon(written(tmp_path, text.replace("Tu n'es pas seul·e.", "Bonjour.")))
    with pytest.raises(ContentErrors, match="trop long"):
        load_lexicon(written(tmp_path, text.replace("seul·e.", "seul·e. " + "a" * 600)))


def test_unknown_keys_and_missing_parts_are_told(tmp_path: Path) -> None:
    text = GOOD.format(extra="").replace("    name: Idées suicidaires", "    nom: Idées")
    with pytest.raises(ContentErrors) as raised:
        load_lexicon(written(tmp_path, text))
    assert {"nom", "name"} <= set(str(raised.value).replace("»", " ").replace("«", " ").replace(".", " ").split())


def test_a_pair_needs_its_plus(tmp_path: Path) -> None:
    text = GOOD.format(extra="").replace("mon {parent} + frappe", "mon {parent} frappe")
    with pytest.raises(ContentErrors, match=r"« \+ »"):
        load_lexicon(written(tmp_path, text))


def test_a_category_is_told_once(tmp_path: Path) -> None:
    text = GOOD.format(extra="")
    block = text[text.index("  - id: suicide") : text.index("person:")]
    with pytest.raises(ContentErrors, match="déjà pris"):
        load_lexicon(written(tmp_path, text.replace("person:", block + "person:")))


def test_unreadable_yaml_and_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors, match=r"securite.yml:\d+"):
        load_lexicon(written(tmp_path, "ignored: [a\ncategories: :"))
    with pytest.raises(ContentErrors, match="illisible"):
        load_lexicon(tmp_path / "absent.yml")
