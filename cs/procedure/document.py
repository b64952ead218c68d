"""The procedure as a document: its number, revisions and clauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cs.procedure.names import Name


@dataclass(frozen=True)
class Revision:
    """A line of the revision history 修订履历表: number, changed section, date, version after the change."""

    no: int = field(metadata={"low": 1, "high": 999})
    section: str
    date: date
    version: str


@dataclass(frozen=True)
class Procedure:
    """What identifies the procedure; the words of its clauses are `Rulebook.clauses`."""

    number: str
    title: Name
    revision: str = field(metadata={"blank": True})
    effective: date | None = None
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True)
class ClauseText:
    """A clause as it is written; without text it is a heading. `does` is what the program does for it, on the
    screens that `cs.procedure.clauses` names."""

    id: str
    title: Name
    text: str = ""
    does: Name | None = None
