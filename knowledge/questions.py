"""Questions kept apart from the entries' own phrasings, to tune the search and to measure it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.errors import ContentErrors, Fault
from knowledge.faults import fault_of
from knowledge.normalise import question_key
from knowledge.schema import Entry, EntryId
from knowledge.yamlfile import Document, read_text, read_yaml

Split = Literal["tuning", "held-out"]


class Question(BaseModel):
    """A question and the entries that answer it: any of `expect`.

    With no `expect` it must not be answered: it is out of scope, or, if `unanswered`, in scope but no entry
    answers it yet (« I do not know » and « did you mean » are both right).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    expect: tuple[str, ...] = ()
    split: Split
    unanswered: bool = False

    @property
    def in_scope(self) -> bool:
        """Whether it is about what Passerelle is for, answered or not."""
        return bool(self.expect) or self.unanswered


class _Collected(BaseModel):
    """A wording found in public pages; `source` is a key of the file's `sources`.

    Either in scope, with a `need` and the `entries` that answer (none yet: an empty list), or `out_of_scope` with its
    subject.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    need: str = ""
    source: str | None = None
    entries: tuple[EntryId, ...] = ()
    out_of_scope: str | None = None

    @model_validator(mode="after")
    def _either(self) -> _Collected:
        if bool(self.need) == bool(self.out_of_scope) or (self.out_of_scope and self.entries):
            raise ValueError("il faut un besoin (« need ») et des fiches, ou un sujet hors sujet (« out_of_scope »)")
        return self


def _web_address(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("ce n'est pas une adresse web")
    return text


class _QuestionFile(BaseModel):
    """`answered` by entry id, `out_of_scope` by subject, `collected` one by one; a file belongs to one split."""

    model_config = ConfigDict(extra="forbid")

    split: Split
    sources: dict[str, Annotated[str, AfterValidator(_web_address)]] = {}
    answered: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    out_of_scope: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    collected: list[_Collected] = []


def load_questions(folder: Path, entries: Mapping[str, Entry]) -> list[Question]:
    """Every question of a folder; ContentErrors lists every fault, unknown entries included.

    A question that is already an entry's own phrasing would measure nothing: it is a fault. A collected one is left
    out instead: its wording is not ours to change. A key of `answered` names the entries, with « | » between several.
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
        faults.extend(_faults(file, path.name, document, entries, own))
        questions.extend(_questions(file, own))
    if faults:
        raise ContentErrors(faults)
    return questions


def _faults(
    file: _QuestionFile, name: str, document: Document, entries: Mapping[str, Entry], own: set[str]
) -> Iterator[Fault]:
    for key, texts in file.answered.items():
        line = document.line(["answered", key])
        yield from (_unknown(name, line, missing) for missing in sorted(set(_ids(key)) - set(entries)))
        for position, text in enumerate(texts):
            if question_key(text) in own:
                line = document.line(["answered", key, position])
                yield Fault(name, line, f"« {text} » est la question d'une fiche", "reformule-la")
    for position, item in enumerate(file.collected):
        line = document.line(["collected", position])
        yield from (_unknown(name, line, missing) for missing in sorted(set(item.entries) - set(entries)))
        if item.source is not None and item.source not in file.sources:
            yield Fault(name, line, f"aucune source « {item.source} »", "ajoute son adresse à « sources »")


def _unknown(name: str, line: int, entry: str) -> Fault:
    return Fault(name, line, f"aucune fiche « {entry} »", "corrige l'id")


def _questions(file: _QuestionFile, own: set[str]) -> Iterator[Question]:
    def question(text: str, expect: Iterable[str] = (), unanswered: bool = False) -> Question:
        return Question(text=text, expect=tuple(expect), split=file.split, unanswered=unanswered)

    yield from (question(text, _ids(key)) for key, texts in file.answered.items() for text in texts)
    yield from (question(text) for texts in file.out_of_scope.values() for text in texts)
    for item in file.collected:
        if question_key(item.text) not in own:
            yield question(item.text, item.entries, unanswered=not item.entries and item.out_of_scope is None)


def _ids(key: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in key.split("|"))
