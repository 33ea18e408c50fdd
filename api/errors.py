"""Every error that Passerelle raises on purpose.

PasserelleError                    the root; `status` is the HTTP status it becomes
├── NotFound                       404  no such thing
│   ├── EscalationUnknown
│   ├── ConversationUnknown
│   └── EntryUnknown
├── Conflict                       409  the thing is not in a state that allows this
│   ├── EscalationClosed           it is over: nobody can answer it any more
│   ├── EscalationAlreadyClaimed   another tutor has it
│   └── EscalationNotYours         only the tutor who claimed it may do this
├── Unauthenticated                401  no token, or one we do not know
├── Forbidden                      403  a token that does not allow this
├── InvalidRequest                 422  the request does not have the right form
└── ApiUnavailable                 503  the api cannot be reached (raised by the client only)

`api.app` maps them to problem documents (RFC 9457) and `api.client` raises the same classes again.
"""

from __future__ import annotations


class PasserelleError(Exception):
    """The root of the tree; `title` is stable, the message says what happened this time."""

    status = 500
    title = "Erreur interne"

    @property
    def code(self) -> str:
        """The name that travels in the problem document's `type`, e.g. `EscalationClosed`."""
        return type(self).__name__


class NotFound(PasserelleError):
    """No such thing."""

    status = 404
    title = "Introuvable"


class EscalationUnknown(NotFound):
    """No escalation has this identifier."""

    title = "Demande introuvable"


class ConversationUnknown(NotFound):
    """No conversation has this identifier (it may have been erased)."""

    title = "Conversation introuvable"


class EntryUnknown(NotFound):
    """The knowledge base has no entry of this identifier."""

    title = "Fiche introuvable"


class Conflict(PasserelleError):
    """The thing is not in a state that allows this."""

    status = 409
    title = "Action impossible maintenant"


class EscalationClosed(Conflict):
    """The escalation is over: nobody can answer it any more."""

    title = "Demande déjà close"


class EscalationAlreadyClaimed(Conflict):
    """Another tutor has it."""

    title = "Demande déjà prise en charge"


class EscalationNotYours(Conflict):
    """Only the tutor who claimed it may do this."""

    title = "Demande suivie par une autre personne"


class Unauthenticated(PasserelleError):
    """No token, or one that we do not know."""

    status = 401
    title = "Jeton absent ou inconnu"


class Forbidden(PasserelleError):
    """The token does not allow this."""

    status = 403
    title = "Accès refusé"


class InvalidRequest(PasserelleError):
    """The request does not have the right form."""

    status = 422
    title = "Requête invalide"


class ApiUnavailable(PasserelleError):
    """The api cannot be reached, or answered with an error that says nothing about the request."""

    status = 503
    title = "Service momentanément indisponible"


def error_named(code: str) -> type[PasserelleError] | None:
    """The class of the tree that has this name, for the client to raise again."""
    pending: list[type[PasserelleError]] = [PasserelleError]
    while pending:
        candidate = pending.pop()
        if candidate.__name__ == code:
            return candidate
        pending.extend(candidate.__subclasses__())
    return None
