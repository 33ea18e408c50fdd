from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

from knowledge.groups import Groups, Rows, spans
from knowledge.letters import LetterIndex

KEYS = [["la prepa tsi", "c est quoi la tsi"], ["le bts ciel", "bts informatique et reseaux", "ciel"], []]
ALL = np.arange(3)


@pytest.mark.parametrize("question", ["prepa tsi", "bts", "c est quoi le bts ciel", "zzz qqq", "a"])
def test_cosines_are_those_of_tfidf_over_runs_of_characters(question: str) -> None:
    peer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    flat = [key for own in KEYS for key in own]
    rows = peer.fit_transform(flat)
    question_row = peer.transform([question])
    expected = (rows @ question_row.T).toarray().ravel()
    best, _ = LetterIndex(KEYS).best(question, ALL)
    # The peer forgets runs that it never met; here they count against the likeness.
    assert (best[:2] <= [expected[:2].max() + 1e-5, expected[2:].max() + 1e-5]).all()
    if all(word in " ".join(flat).split() for word in question.split()):
        assert best[:2] == pytest.approx([expected[:2].max(), expected[2:].max()], abs=1e-5)


def test_typing_errors_hardly_matter() -> None:
    best, _ = LetterIndex(KEYS).best("bts infromatique et reso", ALL)
    assert best[1] > 0.5 > 3 * best[0]


def test_entry_without_phrasings_is_like_nothing() -> None:
    best, mean = LetterIndex(KEYS).best("bts ciel", ALL)
    assert best[2] == mean[2] == 0


def test_some_entries_get_the_same_values_as_all() -> None:
    index = LetterIndex(KEYS)
    best, mean = index.best("prepa ciel", ALL)
    some, some_mean = index.best("prepa ciel", np.array([1]))
    assert some[0] == pytest.approx(best[1])
    assert some_mean[0] == pytest.approx(mean[1])


@pytest.mark.parametrize("some", [ALL, np.array([1]), np.array([0, 2])])
def test_a_large_base_gets_the_same_values(monkeypatch: pytest.MonkeyPatch, some: Rows) -> None:
    small = LetterIndex(KEYS).best("prepa ciel", some)
    monkeypatch.setattr("knowledge.letters._INVERTED", 0)
    large = LetterIndex(KEYS).best("prepa ciel", some)
    assert np.allclose(small, large)
    assert np.any(small[0] > 0.1)


@pytest.mark.parametrize("keys", [[], [[]], [[""]]])
def test_nothing_to_compare_with(keys: list[list[str]]) -> None:
    best, mean = LetterIndex(keys).best("bts", np.arange(len(keys)))
    assert not best.any()
    assert not mean.any()


def test_mean_of_the_best_three_counts_fewer_where_there_are_fewer() -> None:
    groups = Groups([4, 1, 0])
    best, mean = groups.best(np.array([0.1, 0.4, 0.3, 0.2, 0.9], np.float32), ALL, nothing=-1.0)
    assert best == pytest.approx([0.4, 0.9, -1])
    assert mean == pytest.approx([0.3, 0.9, -1])


def test_spans_follow_each_other() -> None:
    assert spans(np.array([5, 0]), np.array([2, 3])).tolist() == [5, 6, 0, 1, 2]
