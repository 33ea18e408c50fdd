from __future__ import annotations

import pytest

from knowledge.loader import load_content
from tests.answers.scale import scale_of, synthetic
from tests.knowledge.conftest import SAMPLES


def test_synthetic_entries_are_the_same_each_time_and_as_long_as_the_real_ones() -> None:
    real = list(load_content(SAMPLES).entries.values())
    made = list(synthetic(real, 10))
    assert made == list(synthetic(real, 10))
    assert len({entry.id for entry in made}) == 10
    for entry, model in zip(made, real, strict=False):
        assert [len(text.split()) for text in entry.questions] == [len(text.split()) for text in model.questions]
        assert entry.questions != model.questions


def test_ratio_is_that_of_the_whole_query() -> None:
    scale = scale_of([(20.0, 4.0)] * 3, [(20.0, 16.0)] * 3, 300, 20_000, 1.0)
    assert scale.ratio == pytest.approx(1.5)
    assert scale.encoding.p50 == 20
    assert scale.many_search.p95 == 16
