from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.vectors import VectorCache
from tests.knowledge.conftest import TrigramEncoder


def stored_file(folder: Path) -> Path:
    (path,) = folder.glob("vectors-*.npz")
    return path


def test_rows_outlive_the_process(tmp_path: Path, encoder: TrigramEncoder) -> None:
    first = VectorCache(tmp_path, encoder)
    rows = first.encode_queries(["un", "deux", "un"])
    first.save()
    assert encoder.encoded == ["un", "deux"]
    again = VectorCache(tmp_path, encoder).encode_queries(["deux", "un"])
    assert encoder.encoded == ["un", "deux"]
    assert np.array_equal(again, rows[[1, 0]])


def test_only_new_texts_are_encoded(tmp_path: Path, encoder: TrigramEncoder) -> None:
    cache = VectorCache(tmp_path, encoder)
    cache.encode_queries(["un"])
    cache.encode_queries(["un", "trois"])
    assert encoder.encoded == ["un", "trois"]


def test_question_and_answer_of_the_same_words_are_kept_apart(tmp_path: Path, encoder: TrigramEncoder) -> None:
    cache = VectorCache(tmp_path, encoder)
    cache.encode_queries(["un"])
    cache.encode_passages(["un"])
    assert encoder.encoded == ["un", "un"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", b"\x93NUMPY"])
def test_damaged_cache_is_computed_again(tmp_path: Path, encoder: TrigramEncoder, damage: bytes) -> None:
    cache = VectorCache(tmp_path, encoder)
    rows = cache.encode_queries(["un"])
    cache.save()
    stored_file(tmp_path).write_bytes(damage)
    again = VectorCache(tmp_path, encoder)
    assert np.array_equal(again.encode_queries(["un"]), rows)
    again.save()
    VectorCache(tmp_path, encoder).encode_queries(["un"])
    assert encoder.encoded == ["un", "un"]


def test_another_model_never_gets_these_rows(tmp_path: Path, encoder: TrigramEncoder) -> None:
    cache = VectorCache(tmp_path, encoder)
    cache.encode_queries(["un"])
    cache.save()
    newer = TrigramEncoder()
    newer.version = "trigrams-2"
    VectorCache(tmp_path, newer).encode_queries(["un"])
    assert newer.encoded == ["un"]


def test_forgotten_texts_leave_the_file(tmp_path: Path, encoder: TrigramEncoder) -> None:
    first = VectorCache(tmp_path, encoder)
    first.encode_queries(["un", "deux"])
    first.save()
    second = VectorCache(tmp_path, encoder)
    second.encode_queries(["deux"])
    second.save()
    with np.load(stored_file(tmp_path)) as stored:
        assert len(stored["keys"]) == 1


def test_unwritable_folder_does_not_stop_the_search(tmp_path: Path, encoder: TrigramEncoder) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    cache = VectorCache(blocked / "cache", encoder)
    assert len(cache.encode_queries(["un"])) == 1
    cache.save()


def test_texts_that_come_with_the_code_are_not_encoded(tmp_path: Path, encoder: TrigramEncoder) -> None:
    first = VectorCache(tmp_path / "one", encoder)
    rows = first.encode_queries(["un", "deux"])
    file = tmp_path / "shipped.npz"
    file.write_bytes(first.pack())
    second = VectorCache(tmp_path / "two", TrigramEncoder(), shipped_file=file)
    again = second.encode_queries(["deux", "un"])
    assert np.abs(again @ rows[[1, 0]].T - rows[[1, 0]] @ rows[[1, 0]].T).max() < 0.005
    second.save()
    assert not (tmp_path / "two").exists(), "what is shipped needs no copy"


def test_shipped_rows_of_another_model_and_damaged_ones_are_as_good_as_none(
    tmp_path: Path, encoder: TrigramEncoder
) -> None:
    first = VectorCache(tmp_path, encoder)
    first.encode_queries(["un"])
    file = tmp_path / "shipped.npz"
    for content, version in ((first.pack(), "trigrams-2"), (first.pack()[:40], encoder.version)):
        file.write_bytes(content)
        newer = TrigramEncoder()
        newer.version = version
        VectorCache(tmp_path / "none", newer, shipped_file=file).encode_queries(["un"])
        assert newer.encoded == ["un"]
