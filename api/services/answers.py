"""From what the base says to a question, to the message that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from knowledge import DirectoryAnswer, Entry, Hit, KnowledgeBase
from knowledge import Source as KnownSource

QUESTION_LIMIT = 1000
"""Of a longer question only the beginning is searched, in characters."""

HITS = 5
CHOICES = 4


async def answer(base: KnowledgeBase, question: str, today: date, previous: str | None = None) -> Answers:
    """What the base says to a question: a list if it asks for one, else entries.

    `previous` is the question before: a follow-up (« et à Toulon ? ») that changes one criterion of its list is
    answered as the whole question, which is then in the answer's `question`. The search runs in a thread, the event
    loop stays free.
    """
    text = question[:QUESTION_LIMIT]
    whole = base.follow_up(previous[:QUESTION_LIMIT], text) if previous else None
    listed = base.directory(whole or text)
    if listed is not None:
        return _listed(listed, whole, today)
    found = await to_thread.run_sync(base.search, text, HITS)
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
    return Reply(
        kind=ReplyKind.ANSWER,
        title=entry.title,
        text=_text(entry),
        warning=_warning(entry.valid_until, today),
        sources=_sources(entry),
        buttons=_feedback(entry.id),
        entry_id=entry.id,
    )


def _listed(found: DirectoryAnswer, whole: str | None, today: date) -> Answers:
    """A list as an answer; without any row it says so, and what is known without one of the criteria."""
    if not found.found:
        reply = Reply(kind=ReplyKind.UNKNOWN, title=found.title, text=found.text, buttons=[[phrases.tutor_button()]])
        return Answers(outcome=AnswerOutcome.UNKNOWN, entries=[], reply=reply, question=whole)
    sources = _shown_sources(found.sources)
    reply = Reply(
        kind=ReplyKind.ANSWER,
        title=found.title,
        text=found.text,
        warning=_warning(found.valid_until, today),
        sources=sources,
        buttons=_feedback(found.id),
        entry_id=found.id,
    )
    entry = AnswerEntry(id=found.id, title=found.title, text=found.text, score=1.0, sources=sources)
    return Answers(outcome=AnswerOutcome.ANSWER, entries=[entry], reply=reply, question=whole)


def _feedback(entry_id: str) -> list[list[Button]]:
    return [
        [
            Button(title="Ça m'aide", payload=payload(Act.HELPFUL, entry_id)),
            Button(title="Pas vraiment", payload=payload(Act.UNHELPFUL, entry_id)),
        ],
        [phrases.tutor_button()],
    ]


def _warning(valid_until: date | None, today: date) -> str | None:
    return phrases.expired(valid_until) if valid_until is not None and valid_until < today else None


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
    return f"{entry.answer}\n\n{phrases.FURTHER}\n{entry.details}" if entry.details else entry.answer


def _found(hit: Hit) -> AnswerEntry:
    return AnswerEntry(
        id=hit.entry.id,
        title=hit.entry.title,
        text=hit.entry.answer,
        score=hit.score,
        sources=_sources(hit.entry),
    )


def _sources(entry: Entry) -> list[Source]:
    return _shown_sources(entry.sources)


def _shown_sources(sources: Iterable[KnownSource]) -> list[Source]:
    return [Source(title=one.title, url=one.url, checked_on=one.checked_on) for one in sources]


def _short(title: str, limit: int = 60) -> str:
    return title if len(title) <= limit else title[: limit - 1].rstrip() + "…"
