"""What travels between the rooms: the bodies of every request and answer of the api.

Text is always plain text. Times are aware UTC datetimes. Lengths are in characters unless said otherwise.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

TEXT_LIMIT = 4096
"""The longest text that a person may send in one message, as on Telegram."""

PAYLOAD_LIMIT_BYTES = 64
"""The longest button payload, in UTF-8 bytes: Telegram's limit for callback data."""


def _short_payload(value: str) -> str:
    if not 1 <= len(value.encode()) <= PAYLOAD_LIMIT_BYTES:
        raise ValueError(f"a payload has 1 to {PAYLOAD_LIMIT_BYTES} bytes in UTF-8")
    return value


class Schema(BaseModel):
    """Unknown keys are refused, so that a misspelt one is an error and not a silence."""

    model_config = ConfigDict(extra="forbid")


class Channel(StrEnum):
    """Where a chat lives."""

    TELEGRAM = "telegram"
    WEB = "web"


class Act(StrEnum):
    """What a button does; its payload is `act` or `act:argument` (see `payload`)."""

    HELPFUL = "helpful"  # helpful:<entry id>
    UNHELPFUL = "unhelpful"  # unhelpful:<entry id>
    TUTOR = "tutor"  # ask for a person
    ASK = "ask"  # ask:<entry id>, the choice after « vouliez-vous dire »
    CANCEL = "cancel"  # cancel:<escalation id>, the student no longer needs a person
    REOPEN = "reopen"  # reopen:<escalation id>
    ERASE = "erase"  # erase:yes | erase:no


def payload(act: Act, argument: object = None) -> str:
    """The payload of a button, e.g. `payload(Act.ASK, "cpge-tsi")` is `ask:cpge-tsi`."""
    return act.value if argument is None else f"{act.value}:{argument}"


def parse_payload(text: str) -> tuple[Act, str] | None:
    """The act and its argument (empty if none), or None where the payload is not one of ours."""
    name, _, argument = text.partition(":")
    try:
        return Act(name), argument
    except ValueError:
        return None


class Button(Schema):
    """A button under a message."""

    title: str = Field(min_length=1, max_length=60)
    payload: Annotated[str, AfterValidator(_short_payload)]


class Source(Schema):
    """Where a fact comes from, and when somebody last looked."""

    title: str
    url: str
    checked_on: date


class ReplyKind(StrEnum):
    """What a message to a student is, so that each front can show it fittingly."""

    WELCOME = "welcome"  # the first-contact line
    ANSWER = "answer"  # an entry of the base
    CLARIFY = "clarify"  # « vouliez-vous dire »
    UNKNOWN = "unknown"
    TEXT = "text"  # anything else that the bot says
    NOTICE = "notice"  # the state of a hand-over: « transmis », « X te répond », …
    TUTOR = "tutor"  # a person wrote this
    SAFETY = "safety"  # the card with the help lines


class Reply(Schema):
    """A message to a student, as data: every front (Telegram, chat page) renders it its own way."""

    kind: ReplyKind = ReplyKind.TEXT
    text: str = Field(min_length=1)
    title: str | None = None
    warning: str | None = None
    """A sentence shown before the sources, e.g. that the fact has passed its date."""
    sources: list[Source] = []
    buttons: list[list[Button]] = []
    """Rows of buttons."""
    entry_id: str | None = None
    author: str | None = None
    """The tutor's name where a person wrote it."""


# --- Intake -----------------------------------------------------------------------------------------------------


class MessageKind(StrEnum):
    """What arrived."""

    TEXT = "text"
    COMMAND = "command"  # text holds the name without slash, argument what follows
    BUTTON = "button"  # payload holds what the button carries
    FILE = "file"  # photo, voice, document, video…: file_type and file_id say which
    OTHER = "other"  # contact, location, dice, poll…: their content is not kept
    BLOCKED = "blocked"  # the person blocked the bot
    UNBLOCKED = "unblocked"  # … and came back


class IncomingMessage(Schema):
    """One update of a channel, reduced to what Passerelle keeps."""

    channel: Channel
    update_id: int
    """Unique within the channel; the same id twice is the same message delivered twice."""
    chat: str
    """The channel's own identifier of the chat."""
    kind: MessageKind
    text: str | None = Field(default=None, max_length=TEXT_LIMIT)
    """A person's words, a command's name, or a file's caption."""
    argument: str | None = Field(default=None, max_length=TEXT_LIMIT)
    payload: str | None = Field(default=None, max_length=PAYLOAD_LIMIT_BYTES)
    file_type: str | None = None
    file_id: str | None = None
    edited: bool = False
    sent_at: datetime


class Route(StrEnum):
    """Who has the floor for a message that was just recorded."""

    BOT = "bot"  # waits in the inbox for the bot
    TUTOR = "tutor"  # went to the tutor's thread; the bot stays silent
    SAFETY = "safety"  # the help card went out and an urgent case was opened
    NONE = "none"  # nothing to answer (blocked, unblocked)


class Recorded(Schema):
    """What became of one incoming message."""

    update_id: int
    route: Route
    duplicate: bool = False


class Updates(Schema):
    """A batch for `POST /v1/updates`: stored whole, or not at all."""

    messages: list[IncomingMessage] = Field(min_length=1, max_length=100)


class RecordedUpdates(Schema):
    """One `Recorded` for each message, in the order given."""

    recorded: list[Recorded]


# --- Work: the inbox and the outbox -------------------------------------------------------------------------------


class LeaseRequest(Schema):
    """Ask for work. Waits up to `wait_seconds` for some to come."""

    worker: str = Field(min_length=1, max_length=80)
    channels: list[Channel] = [Channel.TELEGRAM, Channel.WEB]
    limit: int = Field(default=16, ge=1, le=100)
    wait_seconds: float = Field(default=0, ge=0, le=30)


class WorkerStart(Schema):
    """A worker of this name has just started: what an earlier one had taken is free again."""

    worker: str = Field(min_length=1, max_length=80)


class InboxItem(Schema):
    """A message that waits for the bot's answer; at most one per chat is out at a time."""

    id: int
    channel: Channel
    chat: str | None = None
    """The channel's own identifier of the chat: for « … écrit » and for what is said after an erasure."""
    conversation_id: str
    """Opaque; what Rasa knows the chat by. A new one begins with each session."""
    kind: MessageKind
    text: str | None = None
    argument: str | None = None
    payload: str | None = None
    file_type: str | None = None
    edited: bool = False
    profile: dict[str, str] = {}
    """What the student said of themself (`filiere`, `niveau`, …), to carry into the conversation."""
    asks_person: bool = False
    """The words ask for a person, by the lexicon: used where Rasa cannot be asked."""
    attempts: int = 0


class InboxLease(Schema):
    """The work handed out."""

    items: list[InboxItem]


class InboxDone(Schema):
    """The replies to one message: stored together with its end, or not at all. A second call changes nothing."""

    worker: str
    replies: list[Reply]


class InboxFailed(Schema):
    """The message could not be answered this time: it is tried again, in the end it becomes a dead letter."""

    worker: str
    error: str = Field(max_length=500)
    """The cause, without anything that a person wrote."""


class OutboxItem(Schema):
    """A message to send; at most one per chat is out at a time, in order."""

    id: int
    channel: Channel
    chat: str
    reply: Reply
    attempts: int = 0


class OutboxLease(Schema):
    """The work handed out."""

    items: list[OutboxItem]


class Delivery(StrEnum):
    """How a send ended."""

    SENT = "sent"
    RETRY = "retry"  # it surely did not arrive (429, connection refused): again after retry_after_seconds
    UNCERTAIN = "uncertain"  # it may have arrived: recorded, not repeated
    UNREACHABLE = "unreachable"  # the person blocked the bot or is gone
    FAILED = "failed"  # it will never be accepted: a dead letter


class OutboxResult(Schema):
    """What became of one outbox item. A second call changes nothing."""

    worker: str
    status: Delivery
    message_ids: list[int] = []
    retry_after_seconds: float = Field(default=0, ge=0)
    error: str | None = Field(default=None, max_length=500)


# --- Conversations --------------------------------------------------------------------------------------------------


class Profile(Schema):
    """What the student said of themself; None leaves a value as it is, an empty text forgets it."""

    filiere: str | None = Field(default=None, max_length=80)
    niveau: str | None = Field(default=None, max_length=80)
    formation: str | None = Field(default=None, max_length=80)
    ville: str | None = Field(default=None, max_length=80)


class TutorRequest(Schema):
    """The student asks for a person. Without a question the last one that they asked is taken, if any."""

    question: str | None = Field(default=None, max_length=TEXT_LIMIT)


class TutorRequestOutcome(StrEnum):
    """What came of asking for a person."""

    OPENED = "opened"
    ALREADY_OPEN = "already_open"
    QUESTION_NEEDED = "question_needed"  # the next text message will be the question


class TutorRequested(Schema):
    """The outcome, and the sentence for the student: the caller shows it."""

    outcome: TutorRequestOutcome
    escalation_id: str | None = None
    reply: Reply


class EscalationChoice(Schema):
    """The escalation that a button speaks of; `0` where there is none yet."""

    escalation_id: str = Field(min_length=1, max_length=36)


class Feedback(Schema):
    """« Ça m'aide » or « Pas vraiment » under an answer."""

    entry_id: str = Field(max_length=80)
    helpful: bool


class Erasure(Schema):
    """The conversations that Rasa still has to forget, and the chat that was told so."""

    conversation_ids: list[str]


# --- Answers --------------------------------------------------------------------------------------------------------


class AnswerOutcome(StrEnum):
    """The three bands of the search."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"


class AnswerEntry(Schema):
    """An entry found; `score` is the calibrated probability (0 to 1) that it answers the question."""

    id: str
    title: str
    text: str
    score: float
    sources: list[Source]


class Answers(Schema):
    """What the base says to a question, best first, and the message that shows it to a student."""

    outcome: AnswerOutcome
    entries: list[AnswerEntry]
    reply: Reply
    question: str | None = None
    """The whole question, where a follow-up was answered as one."""


# --- Escalations ------------------------------------------------------------------------------------------------------


class EscalationStatus(StrEnum):
    """Where an escalation is in its life."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"  # by the student
    TIMED_OUT = "timed_out"  # nobody came


class TranscriptAuthor(StrEnum):
    """Who wrote a line."""

    STUDENT = "student"
    BOT = "bot"
    TUTOR = "tutor"


class TranscriptLine(Schema):
    """One message of the conversation, as plain text."""

    author: TranscriptAuthor
    name: str | None = None
    text: str
    file_type: str | None = None
    at: datetime
    delivery: Literal["pending", "sent", "uncertain", "failed"] | None = None
    """For what was sent to the student: whether it arrived."""


class EscalationEventOut(Schema):
    """One step of the escalation's life."""

    kind: str
    actor: str | None = None
    at: datetime


class EscalationSummary(Schema):
    """A line of the list."""

    id: str
    status: EscalationStatus
    urgent: bool
    question: str
    profile: dict[str, str] = {}
    tutor: str | None = None
    opened_at: datetime
    updated_at: datetime


class EscalationDetail(EscalationSummary):
    """One escalation with the transcript that led to it and all that was said since, oldest first."""

    events: list[EscalationEventOut]
    transcript: list[TranscriptLine]


class EscalationPage(Schema):
    """A page of the list, oldest first, urgent ones before all; `next` is the cursor of the following page."""

    items: list[EscalationSummary]
    next: str | None = None


class TutorMessage(Schema):
    """What a tutor writes to the student."""

    text: str = Field(min_length=1, max_length=TEXT_LIMIT)


# --- State ------------------------------------------------------------------------------------------------------------


class PartHealth(Schema):
    """The state of one part."""

    ok: bool
    detail: str
    """A plain French phrase."""


class Health(Schema):
    """`ok` only when every part is."""

    ok: bool
    version: str
    parts: dict[str, PartHealth]


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None


class DeadLetter(Schema):
    """Something that could not be processed or sent, kept for a person to look at."""

    id: int
    box: Literal["inbox", "outbox"]
    error: str
    attempts: int
    at: datetime
