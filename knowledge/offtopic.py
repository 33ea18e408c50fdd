"""Phrasings of what Passerelle does not answer: they hold back answers to questions that resemble them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from knowledge.errors import ContentErrors, Fault
from knowledge.yamlfile import read_text, read_yaml

OFF_TOPIC_FILE = "hors_sujet.yml"


def load_off_topic(content_dir: Path) -> tuple[str, ...]:
    """Every phrasing of the file (none if there is no file); ContentErrors where it is malformed."""
    path = content_dir / OFF_TOPIC_FILE
    if not path.exists():
        return ()
    text = read_text(path, path.name)
    document = text if isinstance(text, Fault) else read_yaml(text, path.name)
    if isinstance(document, Fault):
        raise ContentErrors([document])
    subjects: dict[str, Any] = document.data if isinstance(document.data, dict) else {"": None}
    faults = [
        Fault(
            path.name, document.line([subject]), f"« {subject} » n'est pas une liste de phrases", "écris « - phrase »"
        )
        for subject, phrases in subjects.items()
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in phrases)
    ]
    if faults:
        raise ContentErrors(faults)
    return tuple(phrase for phrases in subjects.values() for phrase in phrases)
