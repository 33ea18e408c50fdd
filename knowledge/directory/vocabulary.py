"""The phrases by which pupils name what the directories hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.directory.facets import BOTH_TRACKS, Subject
from knowledge.directory.loader import Directory
from knowledge.normalise import Lexicon, question_key
from knowledge.spelling import Speller

CUE, PLURAL, NEAR = "cue", "plural", "near"
"""Facets of the wording: it asks for a list, names things in the plural, or wants what is around a place."""

Meaning = tuple[tuple[str, str], ...]
"""Pairs of a facet and its value; none for words that say nothing."""

_NEUTRAL = """
a ai alors au aussi aux avec avoir ait bac bacs bah baccalaureat bjr bonjour bonsoir c ca ce ces
cette cher chere coucou d dans de des dire dis dites du elle elles en encore est et etais etes etre
etude etudes eux faire fais fait femme fille fils france garcon hello hey ici il ils j je l la le
les leur leurs lui m ma mais me merci mes moi mon monsieur madame n non nos notre nous on oui par
partout peu peut peux plutot pour pourrais pourrait pouvez pv qu que qui s sa salut se ses si sil
son sont stp suis svp sur t ta te tes toi tout toute toutes tous ton tu un une va vais veut veux
voila voudrais voudrait vos votre vous y apres ensuite eleve lyceen lyceenne terminale premiere
enfant afin continuer poursuivre aimerais aimerait hein passe passer obtenir obtenu candidater
postuler entrer integrer rentrer aller rejoindre acceder inscrire sera serai serait etait possible
possibles differentes differents existantes
"""

_CUES = """
kel kelle kels kelles quel quelle quels quelles liste la_liste listes lister ou il_y_a y_a y_a_t_il ya trouver trouve
trouves existe existent cherche cherches chercher recherche donne donner donnez montre montrer
propose proposent proposant proposer recrute recrutent recrutant prend prennent prenant accepte
acceptent acceptant ont font offre offrent dispense dispensent ouverte ouvertes ouvert ouverts
accessible accessibles etudier preparer prepare preparent annuaire connais connaitre quelques
lesquels lesquelles citer cite tu_connais tu_as as_tu vous_avez
"""

_SUBJECTS: dict[Subject, str] = {
    Subject.SCHOOLS: """ecole d ingenieur|ecole d ingenieurs|ecole ingenieur|ecole ingenieurs|ecole d inge|ecole d inges
ecole inge|ecole d ing|ecole dingenieur|ecole dingenieurs
ecole dinge|ecole ding|grande ecole d ingenieur|grandes ecoles d ingenieurs""",
    Subject.ESTABLISHMENTS: "etablissement|etablissements",
    Subject.FORMATIONS: "formation|formations|formations post bac|cursus",
    Subject.EXAMS: "concours|concours d ecole d ingenieur|concours d ecoles d ingenieurs",
    Subject.AIDS: "aides|aides financieres|bourses et aides|aides et bourses|aide financiere",
    Subject.DATES: """dates cles|dates importantes|dates a retenir|dates cles de l annee|dates importantes de l annee
calendrier de l annee|grandes dates|grandes dates de l annee|dates a ne pas rater|dates a ne pas louper""",
}
_PLURALS = """ecoles d ingenieur|ecoles d ingenieurs|ecoles ingenieur|ecoles ingenieurs|ecoles d inge|ecoles d inges
ecoles inge|ecoles inges|ecoles d ing|ecoles dingenieur|ecoles dingenieurs
ecoles dinge|ecoles"""
_LEVELS = {
    "bac": "apres le bac|apres bac|post bac|postbac|apres mon bac|juste apres le bac|apres un bac",
    "bac2": """apres un bts|apres un but|apres un dut|apres une prepa|apres prepa|apres bts|apres but|apres la prepa
apres le bts|apres le but|apres mon bts|apres mon but|apres bac 2|bac 2|apres un bac 2|bac2|a bac 2|admission parallele
admissions paralleles|apres un bts ou un but|apres un but ou un bts""",
}
_TRACKS = {
    "sti2d": "sti2d|sti 2d|sti 2 d|stid2|sti|bac sti2d|bac sti|serie sti2d|filiere sti2d|sti2ds",
    "stl": "stl|bac stl|serie stl|filiere stl",
    BOTH_TRACKS: """bac techno|bac technologique|bacs technos|bacs technologiques|techno|technos|technologique
technologiques|bac technologiques|voie technologique|sti2d et stl|sti2d ou stl|stl et sti2d|stl ou sti2d""",
}
_FAMILIES = {
    "bts": "bts|brevet de technicien superieur|btsa|un bts",
    "but": "but|dut|bachelor universitaire de technologie|buts",
    "prepa": "prepa|prepas|cpge|classe prepa|classes prepa|classe preparatoire|classes preparatoires",
    "licence": "licence|licences",
    "dnmade": "dn made|dnmade",
    "cmi": "cmi|cursus master en ingenierie",
}
_OTHERS: dict[tuple[str, str], str] = {
    ("sector", "public"): "public|publique|publics|publiques|du public|dans le public|d etat",
    ("sector", "prive"): "prive|privee|prives|privees|du prive|dans le prive",
    ("apprenticeship", "oui"): """apprentissage|alternance|en apprentissage|en alternance|par apprentissage|apprenti
apprentie|par alternance|l apprentissage|l alternance""",
    ("kind", "lycee"): "lycee|lycees",
    ("kind", "iut"): "iut|iuts|institut universitaire de technologie",
    ("audience", "lyceen"): "pour les lyceens|pour un lyceen|au lycee|lyceens|pour lyceens|pour les eleves de lycee",
    ("audience", "etudiant"): "etudiant|etudiants|etudiante|etudiantes|pour les etudiants|pour un etudiant",
    ("detail", "prix"): "prix|le prix|tarif|tarifs|cout|couts|les prix|frais|frais de scolarite",
    ("meaning", "oui"): """veut dire|veulent dire|ca veut dire|ca veut dire quoi|veut dire quoi|que veut dire|signifie
que signifie|signification|la signification|ca signifie|ca signifie quoi|le sigle|sigle|sigles|du sigle|abreviation""",
    (
        NEAR,
        "oui",
    ): "pres de|pres d|autour de|autour d|a cote de|a cote d|proche de|proche d|pas loin de|pas loin d|vers",
}
_PLAIN_WORDS = frozenset(
    question_key(word)
    for word in (
        "électrotechnique",
        "bâtiment",
        "aéronautique",
        "photonique",
        "biotechnologie",
        "chimie",
        "info",
        "data",
    )
)
"""Acronyms that are words of their own: they name a formation only after its family."""


@dataclass(frozen=True)
class Vocabulary:
    """Each phrase (its folded words) with what it means."""

    phrases: Mapping[tuple[str, ...], Meaning]
    longest: int
    speller: Speller
    words: frozenset[str]


def build_vocabulary(directory: Directory, lexicon: Lexicon) -> Vocabulary:
    """Every way to name what the directories hold; a longer phrase wins over the words in it."""
    phrases: dict[tuple[str, ...], Meaning] = {}
    for text, meaning in _phrases(directory, lexicon):
        words = phrase_key(text.replace("_", " "))
        if words:
            phrases[words] = tuple(dict.fromkeys((*phrases.get(words, ()), *meaning)))
    known = frozenset(word for words in phrases for word in words)
    return Vocabulary(phrases, max(map(len, phrases)), Speller(dict.fromkeys(known, 1)), known)


def phrase_key(text: str) -> tuple[str, ...]:
    """The folded words of a phrase; « R&T » is one word."""
    return tuple(question_key(text.replace("&", "")).split())


def _phrases(directory: Directory, lexicon: Lexicon) -> Iterator[tuple[str, Meaning]]:
    yield from ((word, ()) for word in _NEUTRAL.split())
    yield from ((word, ((CUE, "oui"),)) for word in _CUES.split())
    for subject, texts in _SUBJECTS.items():
        yield from ((text, (("subject", subject.value),)) for text in _split(texts))
    plural = (("subject", Subject.SCHOOLS.value), (PLURAL, "oui"))
    yield from ((text, plural) for text in _split(_PLURALS))
    one = (("subject", Subject.SCHOOLS.value), (CUE, "oui"))
    yield from ((f"quelle {text}", one) for text in ("ecole", *_split(_SUBJECTS[Subject.SCHOOLS])))
    for facet, table in (("level", _LEVELS), ("track", _TRACKS), ("family", _FAMILIES)):
        for value, texts in table.items():
            yield from ((text, ((facet, value),)) for text in _split(texts))
    for pair, texts in _OTHERS.items():
        yield from ((text, (pair,)) for text in _split(texts))
    for name, place in directory.places.names():
        yield name, (("place", f"{place.scale}:{place.key}"),)
    yield from _exams(directory)
    yield from _formations(directory)
    yield from ((acronym, (("acronym", acronym),)) for acronym in lexicon.acronyms)


def _exams(directory: Directory) -> Iterator[tuple[str, Meaning]]:
    for exam in directory.exams.rows.values():
        meaning = (("exam", exam.id),)
        for name in (exam.name, *exam.also):
            bare = name.removeprefix("concours ").removeprefix("Concours ")
            ways = (f"concours {bare}", f"le concours {bare}", f"concours de {bare}", f"banque {bare}")
            yield from ((way, meaning) for way in ways)
            if name is exam.name or " " in name:
                yield name, meaning


def _formations(directory: Directory) -> Iterator[tuple[str, Meaning]]:
    for row in directory.formations.rows.values():
        meaning = (("formation", row.id),)
        for name in filter(None, (row.acronym, row.name, *row.also)):
            key = " ".join(phrase_key(name))
            if key.split()[0] == "btsa":
                yield key, meaning
                continue
            for family in _split(_FAMILIES.get(row.family, row.family)):
                yield from ((f"{family} {link}{key}", meaning) for link in ("", "en ", "de "))
            alone = name is row.acronym and len(key) >= 3 and key not in _PLAIN_WORDS
            if alone or len(key.split()) > 1:
                yield key, meaning


def _split(texts: str) -> Iterable[str]:
    return (text.strip() for line in texts.splitlines() for text in line.split("|"))
