"""What the actions themselves say. Everything else comes from the api or from Rasa's domain."""

from __future__ import annotations

from api.schemas import Act, Button, Reply, ReplyKind, payload

_TUTOR = [[Button(title="Parler à un tuteur", payload=payload(Act.TUTOR))]]


def unavailable() -> Reply:
    """The api does not answer."""
    return Reply(
        text="Oups, je n'arrive pas à chercher la réponse pour l'instant. Réessaie dans quelques minutes, "
        "ou demande à parler à une vraie personne.",
        buttons=_TUTOR,
    )


def entry_gone() -> Reply:
    """The button of an entry that is no longer in the base."""
    return Reply(
        text="Cette fiche n'existe plus : elle a dû être remplacée. "
        "Pose-moi ta question avec tes mots, ou passe par un tuteur.",
        buttons=_TUTOR,
    )


def nothing_more_precise() -> Reply:
    """A follow-up to which the base has only what was just said."""
    return Reply(
        kind=ReplyKind.UNKNOWN,
        text="Là-dessus, je n'ai rien de plus précis que ce que je viens de te dire. "
        "Tu veux que je transmette ta question à un tuteur ?",
        buttons=_TUTOR,
    )


def choose_by_button() -> Reply:
    """« Oui » where several entries were offered."""
    return Reply(text="Laquelle des propositions ? Touche son bouton, ou écris « la première », « la deuxième »…")


def ready() -> Reply:
    """« Oui » where nothing was asked."""
    return Reply(text="D'accord ! Dis-moi ce que tu veux savoir, je t'écoute.")


def no_tutor_then() -> Reply:
    """« Non » to the offer of a person."""
    return Reply(
        text="Pas de souci. Tu peux poser ta question autrement, et un tuteur reste joignable quand tu veux.",
        buttons=_TUTOR,
    )


def fine() -> Reply:
    """« Non » where nothing was offered."""
    return Reply(text="Ça marche. Si tu as une autre question, écris-moi quand tu veux.")


def noted(values: list[str], *, question_follows: bool) -> Reply:
    """What the student said of themself, repeated so that a mistake shows."""
    text = f"C'est noté : {', '.join(values)}."
    if not question_follows:
        text += " Quelle est ta question ?"
    return Reply(text=text)
