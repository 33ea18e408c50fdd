from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.__main__ import cli


@pytest.fixture(autouse=True)
def data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PASSERELLE_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def test_adding_a_tutor_prints_the_token_once_and_stores_it_nowhere(data_dir: Path) -> None:
    added = run("tutors", "add", "camille@example.org", "--name", "Camille")
    assert added.exit_code == 0
    (token,) = re.findall(r"^token: (\S+)$", added.stdout, flags=re.MULTILINE)
    assert len(token) >= 32
    assert all(token.encode() not in file.read_bytes() for file in data_dir.iterdir())
    listed = run("tutors", "list").stdout
    assert "Camille" in listed
    assert token not in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Camille@Example.org", "--name", "Autre"), "existe déjà"),
        (("add", "pas une adresse", "--name", "X"), "pas une adresse e-mail"),
        (("add", "x@example.org", "--name", "  "), "nom"),
        (("renew", "inconnue@example.org"), "Personne"),
        (("revoke", "inconnue@example.org"), "Personne"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(words: tuple[str, ...], said: str) -> None:
    run("tutors", "add", "camille@example.org", "--name", "Camille")
    refused = run("tutors", *words)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "token:" not in refused.output
    assert len(refused.stderr.strip().splitlines()) == 1


def test_renewing_brings_back_who_was_revoked() -> None:
    first = run("tutors", "add", "camille@example.org", "--name", "Camille", "--coordinator").stdout
    assert run("tutors", "revoke", "camille@example.org").exit_code == 0
    assert "retiré" in run("tutors", "list").stdout
    second = run("tutors", "renew", "camille@example.org").stdout
    assert second.splitlines()[-1] not in first
    listed = run("tutors", "list").stdout
    assert "retiré" not in listed
    assert "coordination" in listed


def test_a_wrong_setting_ends_with_code_2_and_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "huit mille")
    refused = run("migrate")
    assert refused.exit_code == 2
    assert "API_PORT" in refused.stderr


def test_an_unreachable_database_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hunter2@127.0.0.1:1/none")
    refused = run("migrate")
    assert refused.exit_code == 1
    assert "ne répond pas" in refused.stderr
    assert "hunter2" not in refused.output


def test_migrating_twice_is_fine() -> None:
    assert run("migrate").exit_code == run("migrate").exit_code == 0
