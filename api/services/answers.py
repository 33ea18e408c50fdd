"""From what the base says to a question, to the message that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from anyio import to_thread

from api.errors import EntryUnknown
from api.schemas import (
    Act,
    AnswerEntry,
    AnswerOutcome,
    Answers,
    Button,
    Reply,
    ReplyKind,
    Source,
    payload,
)
from api.services import phrases
from knowledge import Entry, Hit, KnowledgeBase

QUESTION_LIMIT = 1000
"""Of a longer question only the beginning is searched, in characters."""

SHOWN_LIMIT = 900
"""The details are shown too where answer and details together stay below this, in characters."""

HITS = 5
CHOICES = 4


async def answer(base: KnowledgeBase, question: str, today: date) -> Answers:
    """What the base says to a question. The search runs in a thread, the event loop stays free."""
    found = await to_thread.run_sync(base.search, question[:QUESTION_LIMIT], HITS)
    outcome = AnswerOutcome(found.outcome) if found.hits else AnswerOutcome.UNKNOWN
    return Answers(
        outcome=outcome,
        entries=[_found(hit) for hit in found.hits],
        reply=_reply(outcome, found.hits, today),
    )


def show(base: KnowledgeBase, entry_id: str, today: date) -> Reply:
    """The message that shows one entry. EntryUnknown."""
    try:
        entry = base.entry(entry_id)
    except KeyError:
        raise EntryUnknown("Cette fiche n'existe pas, ou plus.") from None
    return shown(entry, today)


def shown(entry: Entry, today: date) -> Reply:
    """An entry as a student reads it on that day: a warning if its facts have passed their date."""
    has_expired = entry.valid_until is not None and entry.valid_until < today
    return Reply(
        kind=ReplyKind.ANSWER,
        title=entry.title,
        text=_text(entry),
        warning=phrases.expired(entry.valid_until) if has_expired and entry.valid_until else None,
        sources=_sources(entry),
        buttons=[
            [
                Button(title="Ça m'aide", payload=payload(Act.HELPFUL, entry.id)),
                Button(title="Pas vraiment", payload=payload(Act.UNHELPFUL, entry.id)),
            ],
            [phrases.tutor_button()],
        ],
        entry_id=entry.id,
    )


def _reply(outcome: AnswerOutcome, hits: Sequence[Hit], today: date) -> Reply:
    if outcome is AnswerOutcome.ANSWER:
        return shown(hits[0].entry, today)
    if outcome is AnswerOutcome.CLARIFY:
        return _choice([hit.entry for hit in hits[:CHOICES]])
    return phrases.unknown()


def _choice(entries: Sequence[Entry]) -> Reply:
    rows = [[Button(title=_short(entry.title), payload=payload(Act.ASK, entry.id))] for entry in entries]
    return Reply(
        kind=ReplyKind.CLARIFY,
        text="Tu veux parler de…" if len(entries) > 1 else "Tu veux parler de ça ?",
        buttons=[*rows, [phrases.tutor_button()]],
    )


def _text(entry: Entry) -> str:
    whole = f"{entry.answer}\n\n{entry.details}" if entry.details else entry.answer
    return whole if len(whole) <= SHOWN_LIMIT else entry.answer


def _found(hit: Hit) -> AnswerEntry:
    return AnswerEntry(
        id=hit.entry.id,
        title=hit.entry.title,
        text=hit.entry.answer,
        score=hit.score,
        sources=_sources(hit.entry),
    )


def _sources(entry: Entry) -> list[Source]:
    return [Source(title=one.title, url=one.url, checked_on=one.checked_on) for one in entry.sources]


def _short(title: str, limit: int = 60) -> str:
    return title if len(title) <= limit else title[: limit - 1].rstrip() + "…"
