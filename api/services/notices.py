"""What a student is told about a hand-over to a person."""

from __future__ import annotations

from api.schemas import Act, Button, Reply, ReplyKind, payload
from api.store.models import Escalation


def transmitted(escalation: Escalation) -> Reply:
    """« Transmis »: the question waits for a person."""
    if escalation.urgent:
        text = (
            "C'est transmis en priorité à l'équipe de tutorat. Une personne te répondra ici dès que possible. "
            "Si c'est urgent, n'attends pas : appelle un des numéros ci-dessus."
        )
    else:
        text = (
            "C'est transmis à l'équipe de tutorat ! Une personne te répondra ici dès que possible. "
            "En attendant, tu peux continuer à me poser des questions."
        )
    return _notice(text, _cancel_button(escalation))


def still_waiting(escalation: Escalation) -> Reply:
    """The question was handed over before and nobody has taken it yet."""
    return _notice(
        "Ta demande est déjà transmise : une personne de l'équipe de tutorat va te répondre ici.",
        _cancel_button(escalation),
    )


def claimed(name: str) -> Reply:
    """« X te répond »: from now on the bot is silent."""
    return _notice(f"{name} te répond. Tout ce que tu écris ici lui parvient directement.")


def released(escalation: Escalation) -> Reply:
    """The tutor had to hand the question back; the bot answers again meanwhile."""
    return _notice(
        "Ta demande est de retour dans la file : une autre personne de l'équipe va la reprendre. "
        "Tu n'as rien à refaire, et je réponds à nouveau à tes questions en attendant.",
        _cancel_button(escalation),
    )


def tutor_message(name: str, text: str) -> Reply:
    """What a tutor wrote, as they wrote it."""
    return Reply(kind=ReplyKind.TUTOR, text=text, author=name)


def resolved(escalation: Escalation, name: str) -> Reply:
    """« Conversation terminée »: the bot answers again."""
    return _notice(
        f"Conversation terminée avec {name}. C'est de nouveau moi, l'assistant automatique, qui te réponds.",
        Button(title="Rouvrir la conversation", payload=payload(Act.REOPEN, escalation.id)),
    )


def reopened(escalation: Escalation) -> Reply:
    """It waits for a person again."""
    return _notice(
        "C'est rouvert : une personne de l'équipe de tutorat va te répondre ici.", _cancel_button(escalation)
    )


def cancelled(escalation: Escalation) -> Reply:
    """The student no longer needs a person."""
    return _notice(
        "C'est annulé : ta demande ne sera pas suivie. Tu peux me poser tes questions.",
        Button(title="Rouvrir la demande", payload=payload(Act.REOPEN, escalation.id)),
    )


def timed_out(*, answered: bool) -> Reply:
    """Nobody came, or the conversation has gone quiet; what can be done now."""
    if answered:
        text = (
            "Cette conversation n'a plus bougé depuis un moment, alors je la referme. "
            "Si tu as encore une question, je suis là, et tu peux redemander une personne."
        )
    else:
        text = (
            "Désolé : personne n'a pu te répondre à temps. Tu peux redemander une personne ici, ou poser ta "
            "question à ton ou ta prof principal·e, ou au CIO le plus proche."
        )
    return _notice(text, Button(title="Parler à un tuteur", payload=payload(Act.TUTOR)))


def _cancel_button(escalation: Escalation) -> Button:
    return Button(title="Annuler ma demande", payload=payload(Act.CANCEL, escalation.id))


def _notice(text: str, *buttons: Button) -> Reply:
    return Reply(kind=ReplyKind.NOTICE, text=text, buttons=[[button] for button in buttons])
