from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from api.errors import EntryUnknown
from api.schemas import AnswerOutcome, ReplyKind
from api.services import answers
from knowledge import DirectoryAnswer, Entry, Hit, Outcome, SearchResult, Source
from knowledge.directory import Facets, Subject

TODAY = date(2026, 11, 22)


def entry(name: str = "cpge-tsi", **changes: Any) -> Entry:
    return Entry.model_validate(
        {
            "id": name,
            "theme": "apres-bac",
            "title": "La prépa TSI",
            "answer": "Une prépa réservée aux bacs STI2D et STL.",
            "questions": [f"q{n}" for n in range(6)],
            "sources": [{"title": "Onisep", "url": "https://onisep.fr", "checked_on": date(2026, 11, 1)}],
            "review_by": date(2027, 6, 1),
            "owner": "coordination",
            **changes,
        }
    )


class FakeBase:
    def __init__(self, outcome: Outcome, *found: Entry) -> None:
        self.result = SearchResult(outcome, tuple(Hit(one, 0.9 - n / 10) for n, one in enumerate(found)))
        self.asked: list[tuple[str, int]] = []
        self.lists: dict[str, DirectoryAnswer] = {}
        self.follow_ups: dict[tuple[str, str], str] = {}

    def directory(self, text: str) -> DirectoryAnswer | None:
        return self.lists.get(text)

    def follow_up(self, previous: str, text: str) -> str | None:
        return self.follow_ups.get((previous, text))

    def search(self, text: str, limit: int = 5) -> SearchResult:
        self.asked.append((text, limit))
        return self.result

    def entry(self, entry_id: str) -> Entry:
        return {hit.entry.id: hit.entry for hit in self.result.hits}[entry_id]


async def ask(outcome: Outcome, *found: Entry) -> Any:
    return await answers.answer(FakeBase(outcome, *found), "c koi la tsi", TODAY)  # type: ignore[arg-type]


def payloads(reply: Any) -> list[list[str]]:
    return [[button.payload for button in row] for row in reply.buttons]


async def test_an_answer_shows_the_entry_its_source_and_three_buttons() -> None:
    found = await ask(Outcome.ANSWER, entry(), entry("autre"))
    assert found.outcome is AnswerOutcome.ANSWER
    assert (found.reply.kind, found.reply.title, found.reply.entry_id) == (ReplyKind.ANSWER, "La prépa TSI", "cpge-tsi")
    assert [(one.title, one.checked_on) for one in found.reply.sources] == [("Onisep", date(2026, 11, 1))]
    assert payloads(found.reply) == [["helpful:cpge-tsi", "unhelpful:cpge-tsi"], ["tutor"]]
    assert [(one.id, one.score) for one in found.entries] == [("cpge-tsi", 0.9), ("autre", 0.8)]


async def test_the_answer_comes_first_and_the_details_follow_however_long() -> None:
    short, long = entry(), entry(details="x" * 1500)
    assert (await ask(Outcome.ANSWER, short)).reply.text == short.answer
    assert (await ask(Outcome.ANSWER, long)).reply.text == f"{long.answer}\n\nPour aller plus loin :\n{'x' * 1500}"


@pytest.mark.parametrize(("until", "warned"), [(date(2026, 11, 21), True), (TODAY, False), (None, False)])
async def test_only_a_fact_past_its_date_carries_a_warning(until: date | None, warned: bool) -> None:
    warning = (await ask(Outcome.ANSWER, entry(valid_until=until))).reply.warning
    assert (warning is not None) is warned
    assert warning is None or "21 novembre 2026" in warning


async def test_a_choice_offers_four_entries_at_most_and_a_tutor() -> None:
    reply = (await ask(Outcome.CLARIFY, *(entry(f"e{n}") for n in range(5)))).reply
    assert payloads(reply) == [["ask:e0"], ["ask:e1"], ["ask:e2"], ["ask:e3"], ["tutor"]]


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.ANSWER, Outcome.CLARIFY])
async def test_finding_nothing_is_said_honestly_with_the_offer_of_a_tutor(outcome: Outcome) -> None:
    found = await ask(outcome)
    assert (found.outcome, found.reply.kind) == (AnswerOutcome.UNKNOWN, ReplyKind.UNKNOWN)
    assert "Je ne sais pas" in found.reply.text
    assert payloads(found.reply) == [["tutor"]]


async def test_only_the_beginning_of_a_long_question_is_searched() -> None:
    base = FakeBase(Outcome.UNKNOWN)
    await answers.answer(base, "é" * 5000, TODAY)  # type: ignore[arg-type]
    assert base.asked == [("é" * 1000, 5)]


def test_the_longest_id_and_title_fit_in_a_button() -> None:
    base: Any = FakeBase(Outcome.CLARIFY, entry("x" * 48, title="é" * 60))
    assert payloads(answers.show(base, "x" * 48, TODAY))[0][1] == "unhelpful:" + "x" * 48


def test_an_unknown_entry_is_said_so() -> None:
    base: Any = SimpleNamespace(entry={}.__getitem__)
    with pytest.raises(EntryUnknown):
        answers.show(base, "x", TODAY)


def listed(**changes: Any) -> DirectoryAnswer:
    known: dict[str, Any] = {
        "id": "annuaire-ecoles",
        "question": "écoles d'ingénieurs à Aix",
        "title": "Écoles d'ingénieurs à Aix",
        "lines": ("• ESAIP — Aix-en-Provence, privée",),
        "found": 2,
        "notes": ("À vérifier.",),
        "sources": (Source(title="Parcoursup", url="https://parcoursup.gouv.fr", checked_on=date(2026, 11, 1)),),
        "facets": Facets(Subject.SCHOOLS),
        **changes,
    }
    return DirectoryAnswer(**known)


async def ask_list(found: DirectoryAnswer, previous: str | None = None) -> Any:
    base = FakeBase(Outcome.UNKNOWN)
    base.lists["écoles à Aix"] = found
    base.follow_ups["écoles à Gap", "et à Aix ?"] = "écoles à Aix"
    question = "et à Aix ?" if previous else "écoles à Aix"
    result = await answers.answer(base, question, TODAY, previous)  # type: ignore[arg-type]
    assert base.asked == []
    return result


async def test_a_list_is_an_answer_with_its_source_and_the_same_buttons() -> None:
    found = await ask_list(listed())
    assert (found.outcome, found.question) == (AnswerOutcome.ANSWER, None)
    assert found.reply.text == "• ESAIP — Aix-en-Provence, privée\n… et 1 autre\n\nÀ vérifier."
    assert (found.reply.kind, found.reply.title) == (ReplyKind.ANSWER, "Écoles d'ingénieurs à Aix")
    assert payloads(found.reply) == [["helpful:annuaire-ecoles", "unhelpful:annuaire-ecoles"], ["tutor"]]
    assert [(one.id, one.sources[0].title) for one in found.entries] == [("annuaire-ecoles", "Parcoursup")]


async def test_a_list_with_an_old_fact_carries_a_warning() -> None:
    assert "1er mars 2026" in (await ask_list(listed(valid_until=date(2026, 3, 1)))).reply.warning


async def test_an_empty_list_is_no_answer_and_offers_a_tutor() -> None:
    found = await ask_list(listed(lines=(), found=0, notes=("Je ne connais rien.",)))
    assert (found.outcome, found.entries) == (AnswerOutcome.UNKNOWN, [])
    assert (found.reply.kind, found.reply.text) == (ReplyKind.UNKNOWN, "Je ne connais rien.")
    assert payloads(found.reply) == [["tutor"]]


async def test_a_follow_up_is_answered_as_the_whole_question() -> None:
    assert (await ask_list(listed(), previous="écoles à Gap")).question == "écoles à Aix"
