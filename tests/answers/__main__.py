"""Our search beside its peers, on the trial questions that nothing was built from.

Thresholds come from the tuning half, by the same rule for all; figures from the held-out half: first the wordings that
real people wrote (reel-*.yml), then all files. Each system runs in a process of its own, one after the other. The
first run makes what is kept in var/bench/: vectors (minutes), Rasa's environment (2.5 GB) and model (up to an hour on
two cores); `--skip rasa` leaves that out.

Example: python -m tests.answers --only ours,bm25 --json /tmp/answers.json
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from knowledge.errors import ContentErrors
from knowledge.loader import Content, load_content
from knowledge.parsed import ParsedEntries
from knowledge.questions import Question, Split, load_questions
from tests.answers.child import Took
from tests.answers.job import job_of
from tests.answers.measured import Report, Start, measured
from tests.answers.scale import Scale
from tests.answers.screen import console, show
from tests.answers.systems import ROOT, Failed, Skipped, Workshop

SYSTEMS = ("ours", "bm25", "tfidf", "e5", "rasa")
TIMES = ("start", "scale")
REAL = "reel-*.yml"
OWN = 200


def main() -> int:
    options = _parser().parse_args()
    chosen = [
        name for name in SYSTEMS + TIMES if name in (options.only or SYSTEMS + TIMES) and name not in options.skip
    ]
    with tempfile.TemporaryDirectory(prefix="passerelle-answers-") as name:
        folder = Path(name)
        # Entries may be edited meanwhile: everybody sees the same ones.
        base = shutil.copytree(options.content, folder / "content")
        try:
            parsed = ParsedEntries(folder / "parsed")
            content = load_content(base, parsed)
            parsed.save()
            questions, real = load_both(options.questions, content, folder / "real")
        except ContentErrors as error:
            console.print(str(error), markup=False)
            return 1
        asked = sample(questions, real, options.limit)
        own = own_questions(content)
        workshop = Workshop(folder, job_of(content, base, [*asked, *own]), options.bench)
        report = Report(entries=len(content.entries), questions=len(asked), load=os.getloadavg()[1])
        broken = [name for name in chosen if not _add(name, report, workshop, asked, real, own)]
    show(report)
    if options.json:
        options.json.write_text(f"{report.model_dump_json(indent=2)}\n", encoding="utf-8")
    return 1 if broken else 0


def _add(
    name: str,
    report: Report,
    workshop: Workshop,
    asked: Sequence[Question],
    real: frozenset[Question],
    own: Sequence[Question],
) -> bool:
    """Puts one measure into the report, or the reason why there is none; False where something of ours is broken."""
    console.print(f"{name}…", style="dim")
    try:
        match name:
            case "start":
                report.start = _start(workshop)
            case "scale":
                report.scale = Scale.model_validate_json(workshop.child("scale", workshop.parsed))
            case _:
                answering, made = workshop.rasa() if name == "rasa" else workshop.in_python(name)
                report.systems.append(measured(name, asked, real, own, answering, made))
    except Failed as reason:
        report.missing[name] = str(reason)
        return isinstance(reason, Skipped)
    return True


def _start(workshop: Workshop) -> Start:
    kept, _ = workshop.base()
    index, base = (Took.model_validate_json(workshop.child(task, kept)).seconds for task in ("index", "start"))
    return Start(index_seconds=index, base_seconds=base)


def load_both(folder: Path, content: Content, workshop: Path) -> tuple[list[Question], frozenset[Question]]:
    """Every question, and those that real people wrote; ContentErrors as of `load_questions`."""
    workshop.mkdir()
    for path in folder.glob(REAL):
        shutil.copy(path, workshop)
    return load_questions(folder, content.entries), frozenset(load_questions(workshop, content.entries))


def own_questions(content: Content) -> list[Question]:
    """Phrasings that every system learned from, OWN of them at most, evenly spread."""
    own = [
        Question(text=text, expect=(entry.id,), split="tuning")
        for entry in content.entries.values()
        for text in entry.questions
    ]
    return own[:: max(1, -(-len(own) // OWN))]


def sample(questions: Sequence[Question], real: frozenset[Question], limit: int | None) -> list[Question]:
    """At most `limit` of each half, real and made up, evenly spread."""
    if limit is None:
        return list(questions)
    halves: tuple[Split, ...] = ("tuning", "held-out")
    kept: list[Question] = []
    for half in halves:
        for is_real in (True, False):
            group = [question for question in questions if question.split == half and (question in real) is is_real]
            kept += group[:: max(1, -(-len(group) // limit))]
    return kept


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = set(names) - {*SYSTEMS, *TIMES}
    if unknown:
        raise argparse.ArgumentTypeError(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS + TIMES)}"
        )
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.answers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_names, metavar="NAMES", help=f"of {','.join(SYSTEMS + TIMES)}")
    parser.add_argument("--skip", type=_names, metavar="NAMES", default=())
    parser.add_argument("--limit", type=int, help="questions of each half and kind, for a quick look")
    parser.add_argument("--content", type=Path, default=ROOT / "knowledge" / "content")
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "knowledge" / "questions")
    parser.add_argument("--bench", type=Path, default=ROOT / "var" / "bench", help="what is slow to make is kept here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser


if __name__ == "__main__":
    sys.exit(main())
