"""Questions to ask, figures to print, and the options that all scripts share."""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.e2e.system import System

QUESTIONS = (
    "c quoi un BTS ?",
    "c koi un but en iut",
    "c quoi la prépa TB ?",
    "c quoi la prépa tsi ?",
    "c koi la diff entre un bts et un but",
    "koi faire apres sti2d",
    "koi faire apres stl",
    "c koi la cvec ?",
    "c quoi l'insa ?",
    "c quoi une césure ?",
)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 1) lies; 0 of nothing."""
    if len(values) < 2:
        return values[0] if values else 0
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every script takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--mode", choices=["polling", "webhook"], default="polling")
    parser.add_argument("--keep", action="store_true", help="keep the data folder and say where it is")
    return parser


@contextmanager
def running_system(arguments: argparse.Namespace) -> Iterator[System]:
    """A system of its own in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="passerelle-load-"))
    try:
        with System(folder, webhook=arguments.mode == "webhook") as system:
            yield system
    finally:
        if arguments.keep:
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def show(title: str, rows: Sequence[tuple[str, object]], failures: Sequence[str] = ()) -> int:
    """Print a table and what went wrong; the exit code."""
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in rows:
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    console = Console(width=120)
    console.print(table)
    for failure in failures:
        console.print(f"FAILED: {failure}", style="red", highlight=False)
    return 1 if failures else 0
