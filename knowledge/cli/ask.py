"""`search`: what the base says to a question, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from knowledge.calibration import CALIBRATION_FILE, CONFIDENCE_FEATURES, Scored, load_calibration, score
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
from knowledge.index import Index
from knowledge.loader import load_content
from knowledge.search import Outcome, result_of
from knowledge.vectors import VectorCache

_SHOWN = (
    *("phrasing", "phrasings", "answer", "letters", "bm25", "coverage", "not_for"),
    *("firsts", "share", "off_topic_margin", "known_share"),
)
_HEADINGS = (
    "formulation",
    "trois formulations",
    "réponse",
    "orthographe",
    "bm25",
    "mots connus",
    "not_for",
    "premières places",
    "part",
    "hors sujet",
    "connu",
)
_OUTCOMES = {
    Outcome.ANSWER: "[green]répond[/green]",
    Outcome.CLARIFY: "[yellow]vouliez-vous dire[/yellow]",
    Outcome.UNKNOWN: "[red]ne sait pas[/red]",
}


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Ce qu'un élève taperait.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="Combien de fiches montrer.")] = 5,
    content: ContentDir = CONTENT_DIR,
    cache: CacheDir = None,
    as_json: AsJson = False,
) -> None:
    """Cherche comme le robot, et montre pourquoi.

    Code de sortie : 0 s'il y a une réponse ou des propositions, 1 sinon.

    Exemple : passerelle-kb search "c koi la prépa tsi"
    """
    encoder = E5Encoder()
    with faults_shown(as_json):
        loaded = load_content(content)
        calibration = load_calibration(CALIBRATION_FILE, encoder.version)
    vectors = VectorCache(cache_folder(cache), encoder)
    index = Index(loaded.entries.values(), loaded.off_topic, loaded.lexicon, vectors, calibration.metric)
    vectors.save()
    scored = score(index.candidates(question, encoder), calibration)
    outcome = result_of(scored, index, calibration, limit).outcome
    understood, tokens = loaded.lexicon.spell_out(question), loaded.lexicon.tokens(question)
    rows = _explained(scored, index, limit)
    if as_json:
        show_json({"outcome": outcome, "understood": understood, "tokens": tokens, "hits": rows})
    else:
        console.print(f"Compris : {understood}", markup=False)
        console.print(f"Mots retenus : {', '.join(tokens) or 'aucun'}", markup=False)
        features = zip(("probability", *_SHOWN), ("probabilité", *_HEADINGS), strict=True)
        columns = ["", *(str(row["id"]) for row in rows)]
        show_table("Fiches", columns, [(label, *(row[name] for row in rows)) for name, label in features])
        answer, propose = calibration.thresholds.answer, calibration.thresholds.propose
        console.print(f"Résultat : {_OUTCOMES[outcome]} (répond dès {answer:.2f}, propose dès {propose:.2f})")
    raise typer.Exit(1 if outcome is Outcome.UNKNOWN else 0)


def _explained(scored: Scored, index: Index, limit: int) -> list[dict[str, str | float]]:
    columns = [CONFIDENCE_FEATURES.index(name) for name in _SHOWN]
    return [
        {
            "id": index.entries[row].id,
            "probability": round(float(probability), 4),
            **dict(zip(_SHOWN, (round(float(value), 4) for value in features[columns]), strict=True)),
        }
        for row, probability, features in zip(
            scored.rows[:limit], scored.probabilities[:limit], scored.features[:limit], strict=True
        )
    ]
