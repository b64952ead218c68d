"""The procedure file as frozen dataclasses, checked as a whole. Each answers the questions of its own table.

The dataclasses are the description of the file, which `cs.procedure.reading` follows: a field is a key, its
type says what may stand there, its metadata the limits. `cs.procedure.checks` holds what one value alone
cannot say.
"""

from __future__ import annotations

import hashlib
import tomllib
from decimal import Decimal
from pathlib import Path

from cs.procedure.calendar import WorkingHours
from cs.procedure.checks import codes, faults
from cs.procedure.defects import Defect
from cs.procedure.document import ClauseText, Procedure, Revision
from cs.procedure.forms import Form, Numbering
from cs.procedure.names import Name
from cs.procedure.organisation import Department, Role
from cs.procedure.reading import ProcedureError, read
from cs.procedure.rules import Escalation, Kpi, ReplenishmentRule, ReplyRule
from cs.procedure.tables import Rulebook

__all__ = [
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

PACKAGED = Path(__file__).with_name("mj-qp-12.toml")


def load(path: Path | None = None) -> Rulebook:
    """The procedure file at `path`, or the packaged one; ProcedureError with place and reason at the first
    fault.

    A factory's own file must hold every code of the packaged one, as records and rules name them; it may hold
    more.
    """
    book = _load(path or PACKAGED)
    if path is not None:
        own = set(codes(book))
        missing = [code for code in codes(_load(PACKAGED)) if code not in own]
        if missing:
            also = f"; so are {', '.join(missing[1:])}" if missing[1:] else ""
            raise ProcedureError(missing[0], f"is missing{also}: copy from the packaged file {PACKAGED.name}")
    return book


def _load(path: Path) -> Rulebook:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProcedureError(
            path.name, f"cannot be read ({error.strerror}): check the path and its rights"
        ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProcedureError(f"{path.name} line {line}", "is not UTF-8: save the file as UTF-8") from error
    try:
        table = tomllib.loads(
            text.removeprefix("\ufeff"), parse_float=Decimal
        )  # Windows editors put a mark in front
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProcedureError(path.name, f"is not valid TOML: {error}: correct the line") from error
    given = {"text": text, "hash": hashlib.sha256(data).hexdigest()}
    book: Rulebook = read(Rulebook, table, given=given)
    for place, reason in faults(book):
        raise ProcedureError(place, reason)
    return book
