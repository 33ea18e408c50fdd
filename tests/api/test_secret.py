from __future__ import annotations

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.secret import service_token


def test_token_derives_from_the_key_given(tmp_path: Path) -> None:
    assert service_token(tmp_path, "k") == hmac.new(b"k", b"service", hashlib.sha256).hexdigest()
    assert not list(tmp_path.iterdir())


def test_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = service_token(tmp_path / "var", None)
    assert service_token(tmp_path / "var", "") == first
    (key,) = (tmp_path / "var").iterdir()
    assert key.name == "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        tokens = set(pool.map(lambda _: service_token(tmp_path, None), range(64)))
    assert len(tokens) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
