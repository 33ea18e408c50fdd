"""Prepares a start (settings, folders, ports, model, tables), then becomes the process manager.

Run by `make run` with the main environment's Python. Everything that is written lies under PASSERELLE_DATA_DIR.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from dotenv import load_dotenv

ROOT = Path(__file__).resolve().parent.parent
SUPERVISOR_CONFIG = ROOT / "ops" / "supervisord.conf"
SOCKET_PATH_LIMIT = 100
"""A UNIX socket's path has at most 107 bytes, and the process manager adds its own pid while it makes one."""

DEFAULT_PORTS = {"API_PORT": "8000", "RASA_PORT": "5005", "ACTIONS_PORT": "5055"}


def read_settings() -> Path:
    """Complete the environment from .env and the defaults; the data folder, made absolute for every process."""
    load_dotenv(ROOT / ".env", override=False)
    for name, port in DEFAULT_PORTS.items():
        if not os.environ.get(name):
            os.environ[name] = port
        elif not os.environ[name].isdigit() or not 0 < int(os.environ[name]) < 65536:
            sys.exit(f"{name}={os.environ[name]} n'est pas un port : il faut un nombre entre 1 et 65535.")
    data_dir = Path(os.environ.get("PASSERELLE_DATA_DIR") or "var")
    data_dir = (ROOT / data_dir).resolve()
    os.environ["PASSERELLE_DATA_DIR"] = str(data_dir)
    os.environ["PASSERELLE_ROOT"] = str(ROOT)
    os.environ["PASSERELLE_SOCKET"] = str(socket_path(data_dir))
    os.environ["PYTHONUNBUFFERED"] = "1"
    return data_dir


def socket_path(data_dir: Path) -> Path:
    """Where the process manager listens: in the data folder, or in the temporary one if that path is too long."""
    path = data_dir / "run" / "supervisor.sock"
    if len(str(path).encode()) <= SOCKET_PATH_LIMIT:
        return path
    return Path(tempfile.gettempdir()) / f"passerelle-{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.sock"


def make_folders(data_dir: Path) -> None:
    """Create the data folder, closed to other users: it holds what pupils wrote."""
    try:
        for folder in (data_dir, data_dir / "log", data_dir / "run"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"Impossible de créer le dossier de données {data_dir} : {error.strerror}.")


def check_ports() -> None:
    """Refuse to start where another program listens already, naming the setting to change."""
    host = os.environ.get("API_HOST") or "127.0.0.1"
    for name, address in (("API_PORT", host), ("RASA_PORT", "127.0.0.1"), ("ACTIONS_PORT", "127.0.0.1")):
        port = int(os.environ[name])
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                sys.exit(
                    f"Impossible d'écouter sur {address}:{port} ({error.strerror}).\n"
                    f"Passerelle tourne peut-être déjà (« make status »), ou un autre programme occupe ce port : "
                    f"arrête-le, ou choisis un autre {name} dans .env."
                )


def run_step(*command: str) -> None:
    """Run one step to its end; a signal stops it at once, a failure ends the start with its code."""
    with subprocess.Popen(command, cwd=ROOT) as child:

        def stop(number: int, _frame: object) -> None:
            child.terminate()
            child.wait()
            sys.exit(128 + number)

        previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        code = child.wait()
        for number, handler in previous.items():
            signal.signal(number, handler)
    if code:
        sys.exit(code)


def train() -> None:
    """Train Rasa's model if its training data changed."""
    run_step(str(ROOT / "nlu" / ".venv" / "bin" / "python"), str(ROOT / "nlu" / "train.py"))


def main() -> None:
    """Prepare, then become the process manager (this call does not return)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train-only", action="store_true", help="train the model if needed, start nothing")
    parser.add_argument("--status", action="store_true", help="show the state of what runs")
    options = parser.parse_args()
    data_dir = read_settings()
    supervisor = ROOT / ".venv" / "bin"
    if options.status:
        os.execv(supervisor / "supervisorctl", ["supervisorctl", "-c", str(SUPERVISOR_CONFIG), "status"])
    make_folders(data_dir)
    if options.train_only:
        train()
        return
    check_ports()
    train()
    run_step(str(supervisor / "python"), "-m", "api", "migrate")
    os.execv(supervisor / "supervisord", ["supervisord", "-n", "-c", str(SUPERVISOR_CONFIG)])


if __name__ == "__main__":
    main()
