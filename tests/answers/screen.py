"""The figures as tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.answers.measured import Measured, Report, Scores
from tests.answers.scale import Scale, Spread

console = Console(width=150, highlight=False)

START_AIM_SECONDS = 2
RATIO_AIM = 1.5
_SHARES = ("recall_at_1", "recall_at_3", "mrr", "answered", "precision", "served", "false_answers")
_HEADINGS = ("recall@1", "recall@3", "MRR", "answered", "precision", "served", "false answers")


def show(report: Report) -> None:
    """Prints what was measured, and why the rest was not."""
    console.print(f"{report.entries} entries, {report.questions} questions, load of the machine {report.load:.1f}")
    if report.systems:
        console.print(_answers("Real wordings, held out", [(one.name, one.real) for one in report.systems]))
        console.print(_answers("All files, held out", [(one.name, one.all) for one in report.systems]))
        console.print(_costs(report.systems))
    if report.start is not None:
        console.print(
            f"Start from warm caches: the index {report.start.index_seconds:.2f} s (aim: at most {START_AIM_SECONDS}),"
            f" the whole base {report.start.base_seconds:.2f} s"
        )
    if report.scale is not None:
        console.print(_scale(report.scale))
    for name, reason in report.missing.items():
        console.print(f"{name}: not measured, {reason}", style="yellow", markup=False)


def _answers(title: str, rows: Sequence[tuple[str, Scores]]) -> Table:
    counted = rows[0][1].figures
    table = Table(
        title=f"{title}: {counted['in_scope']:.0f} with an entry, {counted['unanswered']:.0f} in scope without one,"
        f" {counted['out_of_scope']:.0f} out of scope",
        title_justify="left",
    )
    table.add_column("")
    for heading in (*_HEADINGS, "p50 ms", "p95 ms"):
        table.add_column(heading, justify="right")
    for name, scores in rows:
        table.add_row(name, *_cells(scores))
    return table


def _cells(scores: Scores) -> list[str]:
    """Of no answers there is no precision."""
    shares = ["–" if name == "precision" and not scores.answers else f"{scores.figures[name]:.3f}" for name in _SHARES]
    return [*shares, *(f"{scores.figures[name]:.1f}" for name in ("p50_milliseconds", "p95_milliseconds"))]


def _costs(results: Sequence[Measured]) -> Table:
    table = Table(title="What it takes, and the share of its own phrasings that it knows", title_justify="left")
    table.add_column("")
    for heading in ("own", "made once, s", "load meanwhile", "ready, s", "memory, MB"):
        table.add_column(heading, justify="right")
    for result in results:
        table.add_row(
            result.name,
            f"{result.own:.3f}",
            "–" if result.made_seconds is None else f"{result.made_seconds:.0f}",
            "–" if result.made_load is None else f"{result.made_load:.1f}",
            f"{result.ready_seconds:.2f}",
            f"{result.memory_bytes / 2**20:.0f}",
        )
    return table


def _scale(scale: Scale) -> Table:
    table = Table(
        title=f"Scale: a query takes {scale.ratio:.2f} times as long over {scale.many} entries as over {scale.few}"
        f" (aim: at most {RATIO_AIM})",
        title_justify="left",
    )
    for heading in ("ms", "p50", "p95"):
        table.add_column(heading, justify="right" if heading != "ms" else "left")
    rows: tuple[tuple[str, Spread], ...] = (
        ("encoding the question", scale.encoding),
        (f"the search over {scale.few}", scale.few_search),
        (f"the search over {scale.many}", scale.many_search),
        (f"both, over {scale.few}", scale.few_whole),
        (f"both, over {scale.many}", scale.many_whole),
    )
    for name, spread in rows:
        table.add_row(name, f"{spread.p50:.1f}", f"{spread.p95:.1f}")
    table.caption = f"{scale.many} entries are indexed in {scale.many_index_seconds:.0f} s, without encoding"
    return table
