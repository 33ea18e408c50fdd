"""The way to the api for the other processes, over HTTP."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from api.errors import ApiUnavailable, PasserelleError, error_named
from api.schemas import (
    Answers,
    Channel,
    DeadLetter,
    Erasure,
    EscalationChoice,
    EscalationDetail,
    EscalationPage,
    EscalationStatus,
    Feedback,
    Health,
    InboxDone,
    InboxFailed,
    InboxItem,
    InboxLease,
    IncomingMessage,
    LeaseRequest,
    OutboxItem,
    OutboxLease,
    OutboxResult,
    Profile,
    Recorded,
    RecordedUpdates,
    Reply,
    TranscriptLine,
    TutorMessage,
    TutorRequest,
    TutorRequested,
    Updates,
    WorkerStart,
)

_Answer = TypeVar("_Answer", bound=BaseModel)

_UNAVAILABLE = frozenset({502, 503, 504})


class ApiClient:
    """Calls the api with one bearer token and gives back its schemas.

    Every method raises the class of `api.errors` that the api answered with; `ApiUnavailable` where the api cannot
    be reached, takes longer than `timeout_seconds` (beyond the wait of a long poll), or answers 502, 503 or 504.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout_seconds: float = 10,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the network, e.g. `httpx.ASGITransport(app)`."""
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=100, keepalive_expiry=30),
            transport=transport,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    # --- Intake and work ------------------------------------------------------------------------------------

    async def record(self, messages: list[IncomingMessage]) -> list[Recorded]:
        """Store 1 to 100 updates, all or none; once this returns they may be acknowledged. In the order given."""
        body = Updates(messages=messages)
        return (await self._read("POST", "/v1/updates", RecordedUpdates, body)).recorded

    async def start_work(self, worker: str) -> None:
        """Say that this worker has just started: what an earlier one of that name had taken is free again."""
        await self._send("POST", "/v1/work/start", WorkerStart(worker=worker))

    async def lease_inbox(
        self,
        worker: str,
        *,
        limit: int = 16,
        wait_seconds: float = 0,
        channels: list[Channel] | None = None,
    ) -> list[InboxItem]:
        """Messages to answer, at most one per chat; waits up to `wait_seconds` (≤ 30) for some. May be empty."""
        body = _lease_request(worker, limit, wait_seconds, channels)
        return (await self._read("POST", "/v1/inbox/lease", InboxLease, body, wait_seconds)).items

    async def finish(self, inbox_id: int, worker: str, replies: list[Reply]) -> None:
        """End an inbox item and store its replies for sending. A second call changes nothing."""
        await self._send("POST", f"/v1/inbox/{inbox_id}/done", InboxDone(worker=worker, replies=replies))

    async def fail(self, inbox_id: int, worker: str, error: str) -> None:
        """Give an inbox item back to be tried again; `error` (cut at 500 characters) holds no person's words."""
        body = InboxFailed(worker=worker, error=error[:500])
        await self._send("POST", f"/v1/inbox/{inbox_id}/failed", body)

    async def lease_outbox(
        self,
        worker: str,
        *,
        limit: int = 16,
        wait_seconds: float = 0,
        channels: list[Channel] | None = None,
    ) -> list[OutboxItem]:
        """Messages to send, at most one per chat; waits up to `wait_seconds` (≤ 30) for some. May be empty."""
        body = _lease_request(worker, limit, wait_seconds, channels)
        return (await self._read("POST", "/v1/outbox/lease", OutboxLease, body, wait_seconds)).items

    async def report(self, outbox_id: int, result: OutboxResult) -> None:
        """Say what became of an outbox item. A second call changes nothing."""
        await self._send("POST", f"/v1/outbox/{outbox_id}/result", result)

    # --- Conversations --------------------------------------------------------------------------------------

    async def update_profile(self, conversation_id: str, profile: Profile) -> dict[str, str]:
        """Change what the student said of themself; the whole profile comes back."""
        path = f"{_conversation(conversation_id)}/profile"
        response = await self._send("PATCH", path, profile)
        whole: dict[str, str] = _json(response)
        return whole

    async def request_tutor(self, conversation_id: str, question: str | None = None) -> TutorRequested:
        """Ask for a person; without a question the student's last one is taken. Show its `reply`."""
        path = f"{_conversation(conversation_id)}/tutor-request"
        return await self._read("POST", path, TutorRequested, TutorRequest(question=question))

    async def cancel(self, conversation_id: str, escalation_id: str | None = None) -> Reply:
        """The student needs no person any more: ends waiting for the question, and the escalation of the button
        (`cancel:<id>`; without an id the one that is open). Show the reply."""
        body = None if escalation_id is None else EscalationChoice(escalation_id=escalation_id)
        return await self._read("POST", f"{_conversation(conversation_id)}/cancel", Reply, body)

    async def reopen(self, conversation_id: str, escalation_id: str) -> Reply:
        """The student wants to go on with a closed escalation. Show the reply."""
        path = f"{_conversation(conversation_id)}/reopen"
        return await self._read("POST", path, Reply, EscalationChoice(escalation_id=escalation_id))

    async def give_feedback(self, conversation_id: str, entry_id: str, *, helpful: bool) -> None:
        """Keep the student's last word on an entry."""
        body = Feedback(entry_id=entry_id, helpful=helpful)
        await self._send("POST", f"{_conversation(conversation_id)}/feedback", body)

    async def erase(self, conversation_id: str) -> Erasure:
        """Erase everything about the chat that owns the conversation; Rasa still has to forget what comes back."""
        return await self._read("DELETE", _conversation(conversation_id), Erasure)

    async def pending_erasures(self) -> Erasure:
        """Every conversation that Rasa still has to forget."""
        return await self._read("GET", "/v1/erasures", Erasure)

    async def confirm_erasure(self, conversation_id: str) -> None:
        """Rasa has forgotten this conversation. A second call changes nothing."""
        await self._send("DELETE", f"/v1/erasures/{quote(conversation_id, safe='')}")

    # --- Answers --------------------------------------------------------------------------------------------

    async def answers(self, question: str, previous: str | None = None) -> Answers:
        """What the base says to a question, of which at most 1,000 characters are used.

        `previous` is the question before it: a follow-up may change one criterion of its list.
        """
        params = {"q": question[:1000]} | ({"previous": previous[:1000]} if previous else {})
        return await self._read("GET", "/v1/answers", Answers, params=params)

    async def entry(self, entry_id: str) -> Reply:
        """The message that shows one entry. Raises EntryUnknown."""
        return await self._read("GET", f"/v1/entries/{quote(entry_id, safe='')}", Reply)

    # --- Tutors ---------------------------------------------------------------------------------------------

    async def list_escalations(
        self, status: EscalationStatus | None = None, *, limit: int | None = None, cursor: str | None = None
    ) -> EscalationPage:
        """A page of escalations, urgent first, then oldest first; its `next` is the following page's cursor."""
        asked = {"status": status, "limit": limit, "cursor": cursor}
        params = {name: value for name, value in asked.items() if value is not None}
        return await self._read("GET", "/v1/escalations", EscalationPage, params=params)

    async def escalation(self, escalation_id: str) -> EscalationDetail:
        """One escalation with its transcript. Raises EscalationUnknown."""
        return await self._read("GET", _escalation(escalation_id), EscalationDetail)

    async def claim(self, escalation_id: str) -> EscalationDetail:
        """Take it. Raises EscalationAlreadyClaimed or EscalationClosed."""
        return await self._read("POST", f"{_escalation(escalation_id)}/claim", EscalationDetail)

    async def release(self, escalation_id: str) -> EscalationDetail:
        """Put it back into the queue. Raises EscalationNotYours or EscalationClosed."""
        return await self._read("POST", f"{_escalation(escalation_id)}/release", EscalationDetail)

    async def resolve(self, escalation_id: str) -> EscalationDetail:
        """End it: the bot has the floor again. Raises EscalationNotYours or EscalationClosed."""
        return await self._read("POST", f"{_escalation(escalation_id)}/resolve", EscalationDetail)

    async def reopen_escalation(self, escalation_id: str) -> EscalationDetail:
        """Put a closed one back into the queue, as a tutor. Raises Conflict where it is not closed."""
        return await self._read("POST", f"{_escalation(escalation_id)}/reopen", EscalationDetail)

    async def write_to_student(self, escalation_id: str, text: str) -> TranscriptLine:
        """Send the student a tutor's plain text. Raises EscalationNotYours or EscalationClosed."""
        path = f"{_escalation(escalation_id)}/messages"
        return await self._read("POST", path, TranscriptLine, TutorMessage(text=text))

    async def dead_letters(self) -> list[DeadLetter]:
        """What could not be answered or sent."""
        found = _json(await self._send("GET", "/v1/dead-letters"))
        return [DeadLetter.model_validate(item) for item in found["items"]]

    async def health(self) -> Health:
        """The state of every part, also where some part is not well."""
        response = await self._request("GET", "/health", None, None, 0)
        return _parsed(response, Health)

    # --- The wire -------------------------------------------------------------------------------------------

    async def _read(
        self,
        method: str,
        path: str,
        schema: type[_Answer],
        body: BaseModel | None = None,
        wait_seconds: float = 0,
        params: dict[str, Any] | None = None,
    ) -> _Answer:
        return _parsed(await self._send(method, path, body, wait_seconds, params), schema)

    async def _send(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        wait_seconds: float = 0,
        params: dict[str, Any] | None = None,
    ) -> httpx.Response:
        response = await self._request(method, path, body, params, wait_seconds)
        if response.is_success:
            return response
        raise _problem(response)

    async def _request(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        params: dict[str, Any] | None,
        wait_seconds: float,
    ) -> httpx.Response:
        json = None if body is None else body.model_dump(mode="json")
        timeout = httpx.Timeout(self._timeout_seconds, read=self._timeout_seconds + wait_seconds)
        try:
            return await self._http.request(method, path, json=json, params=params, timeout=timeout)
        except httpx.TransportError as error:
            raise ApiUnavailable(f"{method} {path}: {type(error).__name__}") from error


def _lease_request(worker: str, limit: int, wait_seconds: float, channels: list[Channel] | None) -> LeaseRequest:
    asked = LeaseRequest(worker=worker, limit=limit, wait_seconds=wait_seconds)
    return asked if channels is None else asked.model_copy(update={"channels": channels})


def _conversation(conversation_id: str) -> str:
    return f"/v1/conversations/{quote(conversation_id, safe='')}"


def _escalation(escalation_id: str) -> str:
    return f"/v1/escalations/{quote(escalation_id, safe='')}"


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise ApiUnavailable("the answer is not JSON") from error


def _parsed(response: httpx.Response, schema: type[_Answer]) -> _Answer:
    try:
        return schema.model_validate_json(response.content)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        raise ApiUnavailable(f"the answer is not a {schema.__name__}: {wrong['loc']} {wrong['msg']}") from None


def _problem(response: httpx.Response) -> PasserelleError:
    """The error of our tree that a problem document names; the nearest by status where it names none."""
    if response.status_code in _UNAVAILABLE:
        return ApiUnavailable(f"HTTP {response.status_code}")
    try:
        problem = response.json()
        name, detail = str(problem.get("type", "")), str(problem.get("detail", ""))
    except (ValueError, AttributeError):
        name, detail = "", ""
    named = error_named(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].rsplit("#", 1)[-1])
    if named is not None and named is not PasserelleError:
        return named(detail)
    for kind in PasserelleError.__subclasses__():
        if kind.status == response.status_code:
            return kind(detail or f"HTTP {response.status_code}")
    return PasserelleError(detail or f"HTTP {response.status_code}")
