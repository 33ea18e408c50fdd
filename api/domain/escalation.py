"""The life of an escalation: events, the state that follows from them, and what may happen next.

    open ──claim──▶ claimed ──resolve──▶ resolved
     ▲  ◀──release──┘  │ ↺ reply             │
     └──reopen── cancelled, timed_out, resolved

Each function below answers one wish with the next event, with None where the wish is fulfilled already, or with an
error of `api.errors`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from api.errors import EscalationAlreadyClaimed, EscalationClosed, EscalationNotYours


class Status(StrEnum):
    """Where an escalation is in its life."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


ACTIVE = frozenset({Status.OPEN, Status.CLAIMED})


class Kind(StrEnum):
    """What happened."""

    OPENED = "opened"
    CLAIMED = "claimed"
    REPLIED = "replied"
    RELEASED = "released"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    MARKED_URGENT = "marked_urgent"
    STUDENT_UNREACHABLE = "student_unreachable"
    ERASED = "erased"


@dataclass(frozen=True)
class Event:
    """One step. `tutor_id` is the tutor who took it, None for the student and for the system."""

    kind: Kind
    at: datetime
    tutor_id: int | None = None


@dataclass(frozen=True)
class EscalationState:
    """What the events so far amount to."""

    status: Status
    since: datetime
    """When it last moved: came into this status, or was replied to."""
    tutor_id: int | None = None
    """Who has it, or had it when it was closed."""
    answered: bool = False
    """Whether the tutor who has it has written since taking it."""
    urgent: bool = False
    unreachable: bool = False
    """Whether the last thing known of the student is that they cannot be reached."""
    erased: bool = False
    version: int = 1
    """How many events there are."""

    @property
    def active(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in ACTIVE


def replay(events: Iterable[Event]) -> EscalationState:
    """The state after these events, oldest first. ValueError unless they begin with `opened`."""
    steps = iter(events)
    first = next(steps, None)
    if first is None or first.kind is not Kind.OPENED:
        raise ValueError("an escalation begins with its opening")
    state = EscalationState(Status.OPEN, since=first.at)
    for event in steps:
        state = after(state, event)
    return state


def after(state: EscalationState, event: Event) -> EscalationState:
    """The state after one more event. ValueError for a second opening."""
    at, state = event.at, replace(state, version=state.version + 1)
    match event.kind:
        case Kind.OPENED:
            raise ValueError("an escalation is opened once")
        case Kind.CLAIMED:
            return replace(state, status=Status.CLAIMED, since=at, tutor_id=event.tutor_id, answered=False)
        case Kind.REPLIED:
            return replace(state, since=at, answered=True, unreachable=False)
        case Kind.RELEASED:
            return replace(state, status=Status.OPEN, since=at, tutor_id=None, answered=False)
        case Kind.REOPENED:
            fresh = EscalationState(Status.OPEN, since=at, urgent=state.urgent)
            return replace(fresh, version=state.version)
        case Kind.RESOLVED | Kind.CANCELLED | Kind.TIMED_OUT:
            return replace(state, status=Status(event.kind), since=at)
        case Kind.MARKED_URGENT:
            return replace(state, urgent=True)
        case Kind.STUDENT_UNREACHABLE:
            return replace(state, unreachable=True)
        case Kind.ERASED:
            return replace(state, erased=True)


def claim(state: EscalationState, tutor_id: int, now: datetime) -> Event | None:
    """A tutor takes it. EscalationClosed, EscalationAlreadyClaimed."""
    _refuse_closed(state)
    if state.status is Status.CLAIMED:
        if state.tutor_id == tutor_id:
            return None
        raise EscalationAlreadyClaimed("Une autre personne s'en occupe déjà.")
    return Event(Kind.CLAIMED, now, tutor_id)


def reply(state: EscalationState, tutor_id: int, now: datetime) -> Event:
    """The tutor who has it writes to the student. EscalationClosed, EscalationNotYours."""
    _require_claim_of(state, tutor_id)
    return Event(Kind.REPLIED, now, tutor_id)


def release(state: EscalationState, tutor_id: int, now: datetime, *, coordinator: bool = False) -> Event:
    """The tutor who has it, or a coordinator, puts it back. EscalationClosed, EscalationNotYours."""
    _require_claim_of(state, tutor_id, coordinator=coordinator)
    return Event(Kind.RELEASED, now, tutor_id)


def resolve(state: EscalationState, tutor_id: int, now: datetime, *, coordinator: bool = False) -> Event:
    """The tutor who has it, or a coordinator, ends it. EscalationClosed, EscalationNotYours."""
    _require_claim_of(state, tutor_id, coordinator=coordinator)
    return Event(Kind.RESOLVED, now, tutor_id)


def reopen(state: EscalationState, tutor_id: int | None, now: datetime) -> Event | None:
    """A tutor, or the student (None), takes it up again. EscalationClosed once it was erased."""
    if state.erased:
        raise EscalationClosed("L'élève a tout effacé : cette demande ne peut plus être rouverte.")
    return None if state.active else Event(Kind.REOPENED, now, tutor_id)


def cancel(state: EscalationState, now: datetime) -> Event | None:
    """The student no longer needs a person."""
    return Event(Kind.CANCELLED, now) if state.active else None


def mark_urgent(state: EscalationState, now: datetime) -> Event | None:
    """It goes to the top of the list. EscalationClosed."""
    _refuse_closed(state)
    return None if state.urgent else Event(Kind.MARKED_URGENT, now)


def note_unreachable(state: EscalationState, now: datetime) -> Event | None:
    """The student blocked the bot or is gone: the tutor should know."""
    return Event(Kind.STUDENT_UNREACHABLE, now) if state.active and not state.unreachable else None


def erase(state: EscalationState, now: datetime) -> list[Event]:
    """The student erases everything: an active one is cancelled first."""
    if state.erased:
        return []
    cancelled = cancel(state, now)
    return [*([cancelled] if cancelled else []), Event(Kind.ERASED, now)]


def take_back(state: EscalationState, now: datetime) -> Event | None:
    """The system puts it back, because the tutor who has it is not there."""
    return Event(Kind.RELEASED, now) if state.status is Status.CLAIMED else None


def time_out(state: EscalationState, now: datetime) -> Event | None:
    """Nobody came."""
    return Event(Kind.TIMED_OUT, now) if state.active else None


def _refuse_closed(state: EscalationState) -> None:
    if not state.active:
        raise EscalationClosed("Cette demande est close : il faut d'abord la rouvrir.")


def _require_claim_of(state: EscalationState, tutor_id: int, *, coordinator: bool = False) -> None:
    _refuse_closed(state)
    if state.status is Status.OPEN:
        raise EscalationNotYours("Il faut d'abord prendre cette demande en charge.")
    if state.tutor_id != tutor_id and not coordinator:
        raise EscalationNotYours("Une autre personne s'en occupe.")
