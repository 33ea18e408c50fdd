"""What the bot itself says to students, in French; what the base, the api and the dialogue say stands with them."""

from __future__ import annotations

from api.schemas import Act, Button, Reply, payload

_TUTOR = Button(title="Parler à un tuteur", payload=payload(Act.TUTOR))

COMMANDS = (
    ("aide", "Ce que je sais faire"),
    ("tuteur", "Parler à une personne"),
    ("confidentialite", "Ce que deviennent tes messages"),
    ("annuler", "Annuler ma demande à un tuteur"),
    ("supprimer", "Effacer tout ce que j'ai écrit"),
)
"""The menu of commands that Telegram shows."""


def start() -> Reply:
    """The answer to /start; the first-contact line stands before it."""
    return _with_tutor(
        "Salut ! 👋 Pose-moi ta question sur l'après-bac en STI2D ou STL : BUT, BTS, prépa, écoles d'ingénieurs, "
        "Parcoursup, bourses, stages…\n\n"
        "Écris comme tu parles, par exemple « c quoi une prépa tsi ? ». "
        "Si je ne sais pas, je transmets à un tuteur ou une tutrice."
    )


def help_text() -> Reply:
    """The answer to /aide."""
    return _with_tutor(
        "Écris-moi ta question avec tes mots, les fautes ne me gênent pas. Je réponds avec des informations "
        "vérifiées, et je te montre d'où elles viennent.\n\n"
        "/tuteur : parler à une personne\n"
        "/annuler : annuler ta demande à un tuteur\n"
        "/confidentialite : ce que deviennent tes messages\n"
        "/supprimer : effacer tout ce que tu as écrit"
    )


def privacy() -> Reply:
    """The answer to /confidentialite and /privacy."""
    return Reply(
        title="Tes messages et ta vie privée",
        text="Ce que je garde : tes messages, mes réponses, et ce que tu me dis de ta filière et de ton niveau, "
        "pour mieux te répondre. Je ne garde ni ton nom, ni ton pseudo, ni ton numéro de téléphone : seulement le "
        "numéro technique de cette conversation, pour pouvoir t'écrire.\n\n"
        "Qui peut lire : personne tant que je te réponds seul. Quand une question part chez un tuteur, les "
        "tuteurs et tutrices du programme voient cette conversation pour t'aider. C'est aussi le cas si un message "
        "me fait penser que tu es en danger.\n\n"
        "Combien de temps : jusqu'à ce que tu effaces.\n\n"
        "Pour tout effacer, ici et chez nous : /supprimer",
    )


def erase_question() -> Reply:
    """The answer to /supprimer: what will be gone, and whether to go on."""
    return Reply(
        title="Tout effacer ?",
        text="J'effacerai tout ce qui concerne cette conversation : tes messages, mes réponses, ta filière, ton "
        "niveau, et tes échanges avec les tuteurs. Une demande en attente sera annulée. C'est définitif.\n\n"
        "Les messages affichés sur ton téléphone, c'est à toi de les supprimer dans l'application.",
        buttons=[
            [Button(title="Oui, tout effacer", payload=payload(Act.ERASE, "yes"))],
            [Button(title="Non, garder", payload=payload(Act.ERASE, "no"))],
        ],
    )


def erased() -> Reply:
    """The confirmation of an erasure; sent without being stored."""
    return Reply(
        text="C'est fait : tout est effacé. Il ne reste rien de ce que tu as écrit. "
        "Si tu reviens, on repart de zéro. Bonne route !"
    )


def kept() -> Reply:
    """« Non, garder »."""
    return Reply(text="D'accord, je garde tout. Tu peux continuer à poser tes questions.")


def nothing_to_cancel() -> Reply:
    """/annuler with nothing to cancel."""
    return Reply(text="Tu n'as pas de demande en cours, il n'y a rien à annuler. Pose-moi ta question !")


def unknown_command() -> Reply:
    """A command that does not exist."""
    return _with_tutor(
        "Je ne connais pas cette commande. Écris simplement ta question, ou tape /aide pour voir ce que je sais faire."
    )


def thanks() -> Reply:
    """« Ça m'aide »."""
    return Reply(text="Merci, ça me fait plaisir ! Une autre question ? Je suis là.")


def sorry() -> Reply:
    """« Pas vraiment »."""
    return _with_tutor(
        "Mince, merci de me le dire. Essaie de reformuler ta question avec d'autres mots ou un détail de plus "
        "(ta filière, l'école, la ville…). Sinon, un tuteur ou une tutrice peut te répondre."
    )


def stale_button() -> Reply:
    """A button that leads nowhere (any more)."""
    return _with_tutor("Ce bouton n'est plus valable. Écris-moi ta question, je te réponds tout de suite.")


def only_text(file_type: str | None) -> Reply:
    """The answer to a photo, a voice message, a location…"""
    received = {
        "voice": "ton message vocal",
        "audio": "ton fichier audio",
        "photo": "ta photo",
        "video": "ta vidéo",
        "video_note": "ta vidéo",
        "document": "ton document",
        "sticker": "ton sticker",
        "animation": "ton GIF",
    }
    return _with_tutor(
        f"J'ai bien reçu {received.get(file_type or '', 'ton message')}, mais je ne lis que le texte. "
        "Écris-moi ta question, ou demande un tuteur."
    )


def caption_only(file_type: str | None) -> Reply:
    """Before the answer to what was written under a file."""
    what = {"photo": "la photo", "video": "la vidéo", "document": "le document"}.get(file_type or "", "le fichier")
    return Reply(text=f"Je ne peux pas ouvrir {what}, je réponds à ce que tu as écrit avec.")


def edited() -> Reply:
    """Before the answer to a message that was changed."""
    return Reply(text="Tu as modifié ton message : voici ma réponse à la nouvelle version.")


def no_answer() -> Reply:
    """Neither the dialogue nor the base can be asked."""
    return _with_tutor(
        "Désolé, je n'arrive pas à chercher la réponse en ce moment. "
        "Réessaie dans quelques minutes, ou demande à un tuteur ou une tutrice."
    )


def _with_tutor(text: str) -> Reply:
    return Reply(text=text, buttons=[[_TUTOR]])
