"""What is left of a message without the words that only say what kind of message it is."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9+]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL_WORDS = _words(
    """
    a ai ah alors as au aussi aux avec bien bjr bonjour bonsoir bref ca cc ce cet cette ces ceci cela c chui
    coucou comme d dans de des donc du elle en es est et etre eu euh fait faut hello heu hey hi il ils ici j jai
    jaimerai jaimerais je jen jpeux jprefere jsui jsuis juste jveux jvoudrais jveu l la le les leur lui m ma
    mais me merci mes moi mon mr mrc n ne non nn nous ok on ou oui pas peu peut peux plait plus po pour pr puis
    q qu que qui quoi s sa salut se serait ses si sil slt son sont stp suis svp sur t ta te tes tjr toi ton tres
    trop tu un une va vas veut veux voila vos votre vous voudrais y ya yo wesh souhaite souhaiterais aimerais
    aimerai aimerait prefere besoin possible pouvoir pouvez pourrais pourrait vraiment vrai vraie vraies
    maintenant urgent vite directement plutot
    """
)

_REQUEST_WORDS = _words(
    """
    parler parle discuter discute echanger contacter contact contacte appeler appelle rappeler rappelle rappele
    joindre mettre met mets mise relation passe passer passez donne donner transmettre transmets transmet
    transmettez envoie envoyer envoi poser pose demande demander main quelqu un qqn quelqun personne personnes
    humain humaine humains robot bot machine tuteur tuteurs tutrice conseiller conseillere conseillers prof
    professeur gens gars reel reelle aide aider aidez maider repondre reponse repond question questions derriere
    attend attends recontacter recontactee recontacte association
    """
)

_PROFILE_WORDS = _words(
    """
    eleve lyceen lyceenne etudiant etudiante lycee college classe annee niveau filiere option specialite
    actuellement habite jhabite vis viens info infos oublie dire dit change passe pass fille fils pere mere
    maman papa parent parents enfant fais jfais moi
    """
)

REQUEST = _SMALL_WORDS | _REQUEST_WORDS
"""Words of a message that asks for a person."""

PROFILE = _SMALL_WORDS | _PROFILE_WORDS
"""Words of a message about oneself."""


def content_words(text: str, ignored: frozenset[str]) -> list[str]:
    """The words of `text`, in lower case and without accents, that are not in `ignored`; in their order."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return [word for word in _WORD.findall(plain.replace("'", " ")) if word not in ignored]


def carries_question(request: str) -> bool:
    """Whether a message that asks for a person says what for: « … de la prépa TSI », but not « … stp »."""
    return len(content_words(request, REQUEST)) >= 2


def carries_more_than_profile(text: str, known: list[str]) -> bool:
    """Whether a message about oneself also asks something. `known` are the values that were understood in it."""
    understood = frozenset(word for value in known for word in content_words(value, frozenset()))
    return "?" in text or len(content_words(text, PROFILE | understood)) >= 3
