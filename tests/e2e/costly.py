"""What takes minutes and is the same for every system: Rasa's model and the vectors of the knowledge base.

Both are made once in the checkout's own `var/`, where `make run` looks for them too, and copied from there. Both are
keyed by the hash of what they were made from.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_OPEN_THE_BASE = """
import os, sys
from pathlib import Path
from knowledge import open_base
open_base(Path(os.environ.get("KNOWLEDGE_DIR") or "knowledge/content"), Path(sys.argv[1]))
"""


def copy_what_is_costly(data_dir: Path) -> None:
    """Put the model and the vectors into a data folder; where something changed they are made first."""
    model = _train()
    (data_dir / "models").mkdir(exist_ok=True)
    shutil.copy2(model, data_dir / "models")
    vectors = ROOT / "var" / "cache" / "knowledge"
    _run(sys.executable, "-c", _OPEN_THE_BASE, str(vectors))
    if not (data_dir / "cache").exists():
        shutil.copytree(vectors, data_dir / "cache" / "knowledge")


def _train() -> Path:
    train = str(ROOT / "nlu" / ".venv" / "bin" / "python"), str(ROOT / "nlu" / "train.py")
    _run(*train)
    return Path(_run(*train, "--path").strip())


def _run(*command: str) -> str:
    settings = {**os.environ, "PASSERELLE_DATA_DIR": str(ROOT / "var")}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
