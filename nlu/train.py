"""Trains Rasa's model if anything that it is made of has changed; otherwise says so and ends at once.

Run with nlu/.venv's Python. The model lies at <PASSERELLE_DATA_DIR>/models/<hash>.tar.gz, the hash being that of the
configuration, the domain, the data, the components and the lock file. `--path` prints where it is and trains nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import os
import sys
import tempfile
import time
from pathlib import Path

import quiet_logs
import surroundings
from surroundings import HERE

INGREDIENTS = ("config.yml", "uv.lock", "domain/*.yml", "data/**/*.yml", "components/*.py")
"""What a model is made of."""


def fingerprint() -> str:
    """The hash of everything that the model is made of: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for pattern in INGREDIENTS:
        for path in sorted(HERE.glob(pattern)):
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path() -> Path:
    """Where the model of the present ingredients lies, or will lie."""
    return surroundings.data_dir() / "models" / f"{fingerprint()}.tar.gz"


def train(target: Path) -> None:
    """Train beside the target, then put the model in its place in one step."""
    surroundings.prepare(threads=os.cpu_count() or 1)
    from rasa.model_training import train as train_model

    quiet_logs.install()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".training-") as workshop:
        # Progress bars of steps that take milliseconds; errors come as exceptions or through the log.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            result = train_model(
                domain="domain", config="config.yml", training_files="data", output=workshop, fixed_model_name="model"
            )
        if result.code or not result.model:
            raise RuntimeError(f"code {result.code}")
        Path(result.model).replace(target)


def drop_old(target: Path, kept: int = 3) -> None:
    """Keep the latest models only: a model weighs a few megabytes."""
    models = sorted(target.parent.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models[kept:]:
        path.unlink(missing_ok=True)


def main() -> None:
    """Train if needed; exit with 1 and a sentence if it fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", action="store_true", help="print where the model is, train nothing")
    options = parser.parse_args()
    target = model_path()
    if options.path:
        print(target)
        return
    if target.exists():
        print(f"Modèle de Rasa à jour ({target.name}).", flush=True)
        return
    print("Les données d'entraînement ont changé : entraînement du modèle de Rasa (moins d'une minute)…", flush=True)
    started = time.monotonic()
    try:
        train(target)
    except Exception as error:
        sys.exit(f"L'entraînement de Rasa a échoué : {type(error).__name__}: {error}")
    drop_old(target)
    print(f"Modèle de Rasa entraîné en {time.monotonic() - started:.0f} s ({target.name}).", flush=True)


if __name__ == "__main__":
    main()
