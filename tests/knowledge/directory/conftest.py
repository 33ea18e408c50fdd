"""The directories of the project, read once; and a small folder that a test may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.directory import Directory, Finder, load_directory
from knowledge.normalise import Lexicon, load_lexicon

CONTENT = Path("knowledge/content")


@pytest.fixture(scope="session")
def directory() -> Directory:
    return load_directory(CONTENT)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(CONTENT)


@pytest.fixture(scope="session")
def finder(directory: Directory, lexicon: Lexicon) -> Finder:
    return Finder(directory, lexicon, {"moyenne", "cours", "prime"})


SOURCES = """sources:
  page:
    title: Une page
    url: https://example.org
    checked_on: 2026-11-22
lignes:
"""
_FILES = {
    "lieux": """regions:
  paca: {nom: PACA, dans: en PACA}
academies:
  aix-marseille: {nom: Aix-Marseille, region: paca}
departements:
  "13": {nom: Bouches-du-Rhône, dans: dans les Bouches-du-Rhône, academie: aix-marseille}
villes:
  - {nom: Marseille, departement: "13"}
""",
    "formations": "  - {id: bts-ciel, nom: cyber, sigle: CIEL, genre: bts, filieres: [sti2d], duree: 2",
    "ecoles": "  - {id: polytech, nom: Polytech, ville: Marseille, statut: public, concours: [geipi]",
    "concours": "  - {id: geipi, nom: Geipi, niveau: bac, pour: tous, ecoles: [polytech]",
    "etablissements": "  - {id: jp, nom: JP, type: lycee, ville: Marseille, statut: public, formations: [bts-ciel]",
    "aides": "  - {id: bourse, nom: Bourse, public: [lyceen], montant: 100 €, pour: tous, ou: Crous",
    "dates": "  - {id: voeux, nom: Vœux, quand: en mars 2026, valid_until: 2026-12-01",
    "evenements": "  - {id: visite, nom: Visite, exemple: true, type: visite, pour: tous, lieu: ici",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with one row in each directory."""
    annuaires = tmp_path / "annuaires"
    annuaires.mkdir()
    for name, text in _FILES.items():
        whole = text if name == "lieux" else f"{SOURCES}{text}, sources: [page], annee: 2026}}\n"
        (annuaires / f"{name}.yml").write_text(whole, encoding="utf-8")
    return tmp_path
