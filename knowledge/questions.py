"""Questions kept apart from the entries' own phrasings, to tune the search and to measure it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.normalise import question_key
from knowledge.schema import Entry
from knowledge.yamlfile import read_text, read_yaml

Split = Literal["tuning", "held-out"]


class Question(BaseModel):
    """A question and the entries that answer it: any of `expect`; none if it is out of scope."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    expect: tuple[str, ...] = ()
    split: Split


class _QuestionFile(BaseModel):
    """`answered` by entry id, `out_of_scope` by subject; a file belongs to one split."""

    model_config = ConfigDict(extra="forbid")

    split: Split
    answered: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    out_of_scope: dict[str, Annotated[list[str], Field(min_length=1)]] = {}


def load_questions(folder: Path, entries: Mapping[str, Entry]) -> list[Question]:
    """Every question of a folder; ContentErrors lists every fault, unknown entries included.

    A question that is already an entry's own phrasing would measure nothing: it is a fault.
    A key of `answered` names the entries that answer, with « | » between several.
    """
    faults: list[Fault] = []
    questions: list[Question] = []
    own = {question_key(question) for entry in entries.values() for question in entry.questions}
    for path in sorted(folder.glob("*.yml")):
        text = read_text(path, path.name)
        document = text if isinstance(text, Fault) else read_yaml(text, path.name)
        if isinstance(document, Fault):
            faults.append(document)
            continue
        try:
            file = _QuestionFile.model_validate(document.data)
        except ValidationError as error:
            faults.extend(fault_of(detail, path.name, document) for detail in error.errors())
            continue
        for key, texts_of_key in file.answered.items():
            expect = tuple(part.strip() for part in key.split("|"))
            for name in set(expect) - set(entries):
                line = document.line(["answered", key])
                faults.append(Fault(path.name, line, f"aucune fiche « {name} »", "corrige l'id"))
            for position, text in enumerate(texts_of_key):
                if question_key(text) in own:
                    line = document.line(["answered", key, position])
                    faults.append(Fault(path.name, line, f"« {text} » est la question d'une fiche", "reformule-la"))
                questions.append(Question(text=text, expect=expect, split=file.split))
        questions += [Question(text=t, split=file.split) for texts in file.out_of_scope.values() for t in texts]
    if faults:
        raise ContentErrors(faults)
    return questions
