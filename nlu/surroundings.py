"""What Rasa must find around it, in training as in serving: folders, switches, and no TensorFlow."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import without_tensorflow

HERE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Where everything that is written at run time lies: PASSERELLE_DATA_DIR, from the project's root if relative."""
    return (HERE.parent / (os.environ.get("PASSERELLE_DATA_DIR") or "var")).resolve()


def prepare(threads: int = 1) -> None:
    """To be called before the first import of Rasa. Afterwards the current folder is that of the Rasa project.

    `threads` is for the sentence vectors: one while serving (they wait for each other by spinning, which costs more
    than it gains on a busy machine), every core while training.
    """
    cache = data_dir() / "cache"
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_CACHE_DIRECTORY=str(cache / "rasa"),
        RASA_MAX_CACHE_SIZE="0",
        MPLCONFIGDIR=str(cache / "matplotlib"),
        OMP_NUM_THREADS=str(threads),
        OMP_WAIT_POLICY="passive",
    )
    os.environ.setdefault("ACTIONS_PORT", "5055")
    # Compiling Rasa's modules takes half of a start: keep what was compiled, in the environment that is ours.
    sys.dont_write_bytecode = False
    # Rasa's libraries are old and say so at every start; filters alone do not last, they set their own.
    warnings.showwarning = _say_nothing
    os.chdir(HERE)
    without_tensorflow.install()


def _say_nothing(*_args: Any, **_kwargs: Any) -> None:
    """In the place of `warnings.showwarning`."""
