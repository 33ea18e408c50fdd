"""What can be wrong with the knowledge base.

KnowledgeError        the root
├── ContentErrors     the content cannot be used as it is; lists every fault with its file and line
└── CalibrationError  the calibration file is missing, damaged or made for other features
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend in the content: `line` counts from 1, `what` and `remedy` are French sentences."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} : {self.what} → {self.remedy}"


class KnowledgeError(Exception):
    """The root of the tree."""


class ContentErrors(KnowledgeError):
    """The content has faults; all of them are in `faults`, by file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CalibrationError(KnowledgeError):
    """The calibration cannot be used; `passerelle-kb calibrate` makes a new one."""
