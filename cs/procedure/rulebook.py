"""The procedure's files as frozen dataclasses, checked as a whole. Each answers the questions of its table.

The dataclasses are the description of the files, which `cs.procedure.reading` follows: a field is a key, its
type says what may stand there, its metadata the limits. `cs.procedure.folder` says which file holds which
table, `cs.procedure.checks` holds what one value alone cannot say.
"""

from __future__ import annotations

from pathlib import Path

from cs.procedure.calendar import WorkingHours
from cs.procedure.checks import codes, faults
from cs.procedure.defects import Defect
from cs.procedure.document import ClauseText, Procedure, Revision
from cs.procedure.folder import PACKAGED, read_source
from cs.procedure.forms import Form, Numbering
from cs.procedure.names import Name
from cs.procedure.organisation import Department, Role
from cs.procedure.reading import ProcedureError, read
from cs.procedure.rules import Escalation, Kpi, ReplenishmentRule, ReplyRule
from cs.procedure.tables import Rulebook

__all__ = [
    "PACKAGED",
    "ClauseText",
    "Defect",
    "Department",
    "Escalation",
    "Form",
    "Kpi",
    "Name",
    "Numbering",
    "Procedure",
    "ProcedureError",
    "ReplenishmentRule",
    "ReplyRule",
    "Revision",
    "Role",
    "Rulebook",
    "WorkingHours",
    "load",
]


def load(path: Path | None = None) -> Rulebook:
    """Read the procedure in the folder or file at `path`, or the packaged one; ProcedureError with file,
    place and reason at the first fault.

    A factory's own files must hold every code of the packaged ones, as records and rules name them; they may
    hold more.
    """
    book = _load(path or PACKAGED)
    if path is not None:
        own = set(codes(book))
        missing = [code for code in codes(_load(PACKAGED)) if code not in own]
        if missing:
            also = f"; so are {', '.join(missing[1:])}" if missing[1:] else ""
            reason = f"is missing{also}: copy from the packaged folder {PACKAGED.name}"
            raise book.fault(missing[0], reason)
    return book


def _load(path: Path) -> Rulebook:
    source = read_source(path)
    given = {"text": source.text, "hash": source.hash, "files": source.files}
    try:
        book: Rulebook = read(Rulebook, source.tables, given=given)
    except ProcedureError as error:
        raise source.fault(error) from None
    for place, reason in faults(book):
        raise book.fault(place, reason)
    return book
