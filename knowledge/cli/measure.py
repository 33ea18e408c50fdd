"""`eval` and `calibrate`: how good the search is, and setting it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from knowledge.calibration import CALIBRATION_FILE, load_calibration, save_calibration
from knowledge.cli.screen import (
    CONTENT_DIR,
    AsJson,
    CacheDir,
    ContentDir,
    cache_folder,
    console,
    faults_shown,
    show_json,
    show_table,
)
from knowledge.encoder import E5Encoder
from knowledge.evaluation import Figures, Verdict, ask_all, figures
from knowledge.files import write_whole
from knowledge.index import Index
from knowledge.loader import load_content
from knowledge.questions import load_questions
from knowledge.shipped import SHIPPED_FILE
from knowledge.tuning import Target, gather, metric_of
from knowledge.tuning import calibrate as calibrated
from knowledge.vectors import VectorCache

Questions = Annotated[Path, typer.Option("--questions", exists=True, file_okay=False, help="Les questions d'essai.")]
_QUESTIONS = Path("tests/knowledge/questions")
_NAMES = {
    "in_scope": "questions qui ont une fiche",
    "out_of_scope": "questions hors sujet",
    "recall_at_1": "bonne fiche en premier",
    "recall_at_3": "bonne fiche dans les trois premières",
    "mrr": "rang réciproque moyen",
    "answered": "part qui reçoit une réponse",
    "served": "part bien servie, propositions comprises",
    "precision": "réponses justes parmi les réponses données",
    "false_answers": "hors sujet qui reçoivent une réponse",
    "false_proposals": "hors sujet qui reçoivent des propositions",
    "unanswered": "questions du sujet sans fiche",
    "unanswered_answers": "questions sans fiche qui reçoivent une réponse",
    "p50_milliseconds": "temps d'une question, médiane (ms)",
    "p95_milliseconds": "temps d'une question, 95 % (ms)",
}


def evaluate(
    questions: Questions = _QUESTIONS,
    content: ContentDir = CONTENT_DIR,
    cache: CacheDir = None,
    as_json: AsJson = False,
    errors: Annotated[bool, typer.Option("--errors", help="Montre aussi chaque question mal servie.")] = False,
) -> None:
    """Mesure la recherche sur des questions qu'elle n'a jamais vues (contrôle) et sur celles du réglage.

    Exemple : passerelle-kb eval --errors
    """
    encoder = E5Encoder()
    with faults_shown(as_json):
        loaded = load_content(content)
        asked = load_questions(questions, loaded.entries)
        calibration = load_calibration(CALIBRATION_FILE, encoder.version)
    vectors = VectorCache(cache_folder(cache), encoder)
    index = Index(loaded.entries.values(), loaded.off_topic, loaded.lexicon, vectors, calibration.metric)
    vectors.save()
    verdicts = ask_all(asked, index, encoder, calibration)
    tuning, held_out = figures(verdicts, "tuning"), figures(verdicts, "held-out")
    wrong = [_told(verdict) for verdict in verdicts if _ill_served(verdict)] if errors else []
    if as_json:
        show_json({"tuning": tuning.rounded(), "held_out": held_out.rounded(), "errors": wrong})
        return
    _show(tuning, held_out)
    if wrong:
        columns = ["jeu", "question", "attendu", "trouvé", "probabilité", "résultat"]
        show_table("Mal servies", columns, [tuple(row.values()) for row in wrong])


def calibrate(
    questions: Questions = _QUESTIONS,
    content: ContentDir = CONTENT_DIR,
    cache: CacheDir = None,
    as_json: AsJson = False,
    output: Annotated[Path, typer.Option("--output", help="Le fichier de réglage.")] = CALIBRATION_FILE,
) -> None:
    """Règle la recherche d'après les fiches et les questions de réglage, puis la mesure sur celles de contrôle.

    Écrit aussi les vecteurs des fiches : un premier démarrage n'a plus qu'à calculer ceux des fiches changées depuis.
    À refaire quand beaucoup de fiches ont changé. Compte quelques minutes.

    Exemple : passerelle-kb calibrate
    """
    encoder = E5Encoder()
    with faults_shown(as_json):
        loaded = load_content(content)
        asked = load_questions(questions, loaded.entries)
    vectors = VectorCache(cache_folder(cache), encoder)
    metric = metric_of(loaded, vectors)
    cases = gather(loaded, [question for question in asked if question.split == "tuning"], vectors, metric)
    calibration = calibrated(cases, encoder.version, Target()).model_copy(update={"metric": metric})
    vectors.save()
    needed = VectorCache(cache_folder(cache), encoder)  # asked for what a start needs, and for nothing else
    index = Index(loaded.entries.values(), loaded.off_topic, loaded.lexicon, needed, calibration.metric)
    verdicts = ask_all(asked, index, vectors, calibration)
    vectors.save()
    tuning, held_out = figures(verdicts, "tuning"), figures(verdicts, "held-out")
    measured: dict[str, Any] = {
        "entries": len(loaded.entries),
        "cases": len(cases),
        "tuning": _without_times(tuning),
        "held_out": _without_times(held_out),
    }
    save_calibration(calibration.model_copy(update={"measured": measured}), output)
    if output == CALIBRATION_FILE and content == CONTENT_DIR:
        write_whole(SHIPPED_FILE, needed.pack())
    if as_json:
        show_json(measured)
    else:
        _show(tuning, held_out)
        console.print(f"Réglage écrit : {output}", markup=False, soft_wrap=True)


def _show(tuning: Figures, held_out: Figures) -> None:
    ours, theirs = tuning.rounded(), held_out.rounded()
    rows = [(label, ours[name], theirs[name]) for name, label in _NAMES.items()]
    show_table("Mesures", ["", "réglage", "contrôle"], rows)


def _without_times(measured: Figures) -> dict[str, float]:
    return {name: value for name, value in measured.rounded().items() if "milliseconds" not in name}


def _ill_served(verdict: Verdict) -> bool:
    return verdict.wrong or (bool(verdict.question.expect) and verdict.rank != 1)


def _told(verdict: Verdict) -> dict[str, str | float]:
    return {
        "split": verdict.question.split,
        "question": verdict.question.text,
        "expected": " | ".join(verdict.question.expect)
        or ("sans fiche" if verdict.question.unanswered else "hors sujet"),
        "found": verdict.found[0] if verdict.found else "rien",
        "probability": round(verdict.probability, 3),
        "outcome": str(verdict.outcome),
    }
