"""What the api itself says to a student, apart from the sentences of a hand-over (`api.services.notices`)."""

from __future__ import annotations

from datetime import date

from api.schemas import Act, Button, Reply, ReplyKind, payload

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


FURTHER = "Pour aller plus loin :"
"""Stands between an entry's answer and its details."""


def french_date(day: date) -> str:
    """A day as one says it: « 1er mars 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def tutor_button() -> Button:
    """« Parler à un tuteur »."""
    return Button(title="Parler à un tuteur", payload=payload(Act.TUTOR))


def cancel_button() -> Button:
    """« Annuler », while there is no escalation yet: it ends the waiting for a question."""
    return Button(title="Annuler", payload=payload(Act.CANCEL, 0))


def welcome() -> Reply:
    """The first-contact line."""
    return Reply(
        kind=ReplyKind.WELCOME,
        text="Salut ! Je suis Passerelle, un assistant automatique. Je garde tes messages juste pour te répondre "
        "(/confidentialite), et tu peux parler à une vraie personne quand tu veux (/tuteur).",
    )


def question_wanted() -> Reply:
    """The student asks for a person, and we do not know about what."""
    return Reply(
        kind=ReplyKind.NOTICE,
        text="D'accord, je te mets en contact avec un tuteur. Écris ta question en un seul message : je la transmets "
        "telle quelle.",
        buttons=[[cancel_button()]],
    )


def already_claimed(tutor: str) -> Reply:
    """The student asks for a person while one is there."""
    return Reply(kind=ReplyKind.NOTICE, text=f"{tutor} te répond déjà ici : écris simplement, ton message lui arrive.")


def nothing_to_cancel() -> Reply:
    """The student cancels, and no person had been asked yet."""
    return Reply(
        kind=ReplyKind.NOTICE,
        text="D'accord, je ne transmets rien. Pose-moi une autre question quand tu veux.",
        buttons=[[tutor_button()]],
    )


def could_not_answer() -> Reply:
    """The bot failed for good on a message."""
    return Reply(
        text="Aïe, je n'ai pas réussi à répondre à ton dernier message. Tu peux me le renvoyer, ou demander à un "
        "tuteur.",
        buttons=[[tutor_button()]],
    )


def expired(since: date) -> str:
    """The warning under an entry whose facts have passed their date."""
    return f"Attention : cette information était valable jusqu'au {french_date(since)} et peut avoir changé."


def unknown() -> Reply:
    """The base does not know."""
    return Reply(
        kind=ReplyKind.UNKNOWN,
        text="Je ne sais pas répondre à ça, et je préfère ne rien inventer. Je peux transmettre ta question à un "
        "tuteur.\n\nMoi, je connais surtout : Parcoursup, les BTS, BUT, prépas et écoles d'ingénieurs après STI2D ou "
        "STL, les bourses, le logement et les stages.",
        buttons=[[tutor_button()]],
    )
