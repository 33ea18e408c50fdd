"""The installation's secret, and the service token that our own processes derive from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

_FILE_NAME = "secret.key"


def service_token(data_dir: Path, secret_key: str | None) -> str:
    """The token, in hexadecimal, with which bot and actions reach the api.

    It derives from `secret_key`, or where that is empty from `<data_dir>/secret.key`, which is made at first
    use (mode 0600). Processes that start together agree on one key. OSError if the file cannot be made or read.
    """
    key = secret_key or _stored_key(data_dir)
    return hmac.new(key.encode(), b"service", hashlib.sha256).hexdigest()


def _stored_key(data_dir: Path) -> str:
    path = data_dir / _FILE_NAME
    with suppress(FileNotFoundError):
        return path.read_text("ascii").strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{_FILE_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()
