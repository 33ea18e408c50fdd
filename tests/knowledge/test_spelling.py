from __future__ import annotations

import pytest

from knowledge.spelling import Speller

SPELLER = Speller({"ingenieur": 9, "bourse": 5, "course": 1, "tsi": 3, "parcoursup": 7})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ingeneur", "ingenieur"),
        ("ingenniieur", None),
        ("parcousrup", "parcoursup"),
        ("parcoursupp", "parcoursup"),
        ("boursd", "bourse"),
        ("tsj", None),
        ("bours2", None),
        ("chocolat", None),
    ],
)
def test_one_slip_is_forgiven_and_no_more(typed: str, meant: str | None) -> None:
    assert SPELLER.nearest(typed) == meant


def test_the_more_frequent_of_two_neighbours_is_meant() -> None:
    assert SPELLER.nearest("fourse") == "bourse"
