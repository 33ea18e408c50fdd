from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import escalation as domain
from api.domain.escalation import EscalationState, Event, Kind, Status
from api.errors import EscalationAlreadyClaimed, EscalationClosed, EscalationNotYours, PasserelleError
from api.schemas import EscalationStatus

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPENED = Event(Kind.OPENED, START)

Wish = Callable[[EscalationState, int, bool, datetime], Event | list[Event] | None]
WISHES: dict[str, Wish] = {
    "claim": lambda s, who, _, now: domain.claim(s, who, now),
    "reply": lambda s, who, _, now: domain.reply(s, who, now),
    "release": lambda s, who, boss, now: domain.release(s, who, now, coordinator=boss),
    "resolve": lambda s, who, boss, now: domain.resolve(s, who, now, coordinator=boss),
    "reopen": lambda s, who, _, now: domain.reopen(s, who, now),
    "cancel": lambda s, _who, _, now: domain.cancel(s, now),
    "urgent": lambda s, _who, _, now: domain.mark_urgent(s, now),
    "unreachable": lambda s, _who, _, now: domain.note_unreachable(s, now),
    "erase": lambda s, _who, _, now: domain.erase(s, now),
    "take_back": lambda s, _who, _, now: domain.take_back(s, now),
    "time_out": lambda s, _who, _, now: domain.time_out(s, now),
}
wishes = st.lists(st.tuples(st.sampled_from(sorted(WISHES)), st.integers(1, 3), st.booleans()), max_size=40)


def granted(state: EscalationState, name: str, who: int, boss: bool, now: datetime) -> list[Event]:
    try:
        outcome = WISHES[name](state, who, boss, now)
    except PasserelleError:
        return []
    return outcome if isinstance(outcome, list) else [outcome] if outcome else []


@given(wishes)
def test_any_life_stays_consistent(life: list[tuple[str, int, bool]]) -> None:
    events = [OPENED]
    for step, (name, who, boss) in enumerate(life, 1):
        before = domain.replay(events)
        new = granted(before, name, who, boss, START + timedelta(minutes=step))
        events += new
        state = domain.replay(events)
        assert state.version == len(events)
        assert (state.status is Status.CLAIMED) <= (state.tutor_id is not None)
        assert (state.status is Status.OPEN) <= (state.tutor_id is None)
        assert before.urgent <= state.urgent
        assert before.erased <= state.erased
        assert not (state.erased and state.active)
        if before.status is Status.CLAIMED and state.status is Status.CLAIMED:
            assert state.tutor_id == before.tutor_id, "a claim passes to nobody else"
        if not before.active:
            assert {event.kind for event in new} <= {Kind.REOPENED, Kind.ERASED}, "a closed one only reopens"
        if any(event.kind is Kind.REPLIED for event in new):
            assert (before.status, before.tutor_id) == (Status.CLAIMED, who)


@given(wishes, st.sampled_from(sorted(WISHES)), st.integers(1, 3))
def test_a_wish_granted_twice_changes_nothing_more_or_is_refused(
    life: list[tuple[str, int, bool]], name: str, who: int
) -> None:
    events = [OPENED]
    for other, tutor, boss in life:
        events += granted(domain.replay(events), other, tutor, boss, START)
    once = [*events, *granted(domain.replay(events), name, who, False, START)]
    again = granted(domain.replay(once), name, who, False, START)
    assert not again or name == "reply"


def lived(*kinds: tuple[Kind, int | None]) -> EscalationState:
    return domain.replay([OPENED, *(Event(kind, START, tutor) for kind, tutor in kinds)])


CLAIMED = (Kind.CLAIMED, 1)
CLOSED = [lived(CLAIMED, (Kind.RESOLVED, 1)), lived((Kind.CANCELLED, None)), lived((Kind.TIMED_OUT, None))]


@pytest.mark.parametrize("state", CLOSED)
def test_closed_escalation_refuses_claim_reply_release_and_resolve(state: EscalationState) -> None:
    for wish in (domain.claim, domain.reply, domain.release, domain.resolve):
        with pytest.raises(EscalationClosed):
            wish(state, 1, START)


@pytest.mark.parametrize("state", CLOSED)
def test_closed_escalation_reopens_into_the_queue(state: EscalationState) -> None:
    event = domain.reopen(state, None, START)
    assert event is not None
    assert domain.after(state, event).status is Status.OPEN
    assert domain.after(state, event).tutor_id is None


def test_second_tutor_is_refused_and_the_first_may_ask_again() -> None:
    assert domain.claim(lived(CLAIMED), 1, START) is None
    with pytest.raises(EscalationAlreadyClaimed):
        domain.claim(lived(CLAIMED), 2, START)


def test_nobody_resolves_replies_to_or_releases_what_nobody_claimed() -> None:
    for wish in (domain.reply, domain.release, domain.resolve):
        with pytest.raises(EscalationNotYours):
            wish(lived(), 1, START)
    with pytest.raises(EscalationNotYours):
        domain.resolve(lived(), 1, START, coordinator=True)


def test_coordinator_releases_and_resolves_for_others_but_does_not_write_in_their_place() -> None:
    assert domain.release(lived(CLAIMED), 9, START, coordinator=True).tutor_id == 9
    assert domain.resolve(lived(CLAIMED), 9, START, coordinator=True).tutor_id == 9
    with pytest.raises(EscalationNotYours):
        domain.reply(lived(CLAIMED), 9, START)
    with pytest.raises(EscalationNotYours):
        domain.release(lived(CLAIMED), 9, START)


def test_erasing_cancels_what_is_active_and_ends_reopening() -> None:
    events = domain.erase(lived(CLAIMED), START)
    assert [event.kind for event in events] == [Kind.CANCELLED, Kind.ERASED]
    with pytest.raises(EscalationClosed):
        domain.reopen(lived((Kind.CANCELLED, None), (Kind.ERASED, None)), None, START)


def test_a_claim_counts_as_answered_only_by_its_own_replies() -> None:
    assert lived(CLAIMED, (Kind.REPLIED, 1)).answered
    assert not lived(CLAIMED, (Kind.REPLIED, 1), (Kind.RELEASED, 1), (Kind.CLAIMED, 2)).answered


def test_a_life_begins_with_its_only_opening() -> None:
    for events in ([], [Event(Kind.CLAIMED, START, 1)], [OPENED, OPENED]):
        with pytest.raises(ValueError, match="open"):
            domain.replay(events)


def test_the_wire_knows_the_same_statuses() -> None:
    assert {status.value for status in Status} == {status.value for status in EscalationStatus}
