"""The clause list: each clause of the procedure, what the program does for it, and on which screens.

The words stand in the procedure's files. The screens are names of the program and stand here: a clause whose
section is not built has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from cs.procedure.document import ClauseText
from cs.procedure.names import Name
from cs.procedure.rulebook import load
from cs.procedure.tables import Rulebook


@dataclass(frozen=True)
class Clause:
    """One clause. Without `text_zh` it is a heading; without `does` nothing is built for it yet.

    `screens` are endpoints; one that ends in '.detail' is the page of a single record.
    """

    id: str
    title: Name
    text_zh: str
    does: Name | None
    screens: tuple[str, ...]

    @property
    def is_heading(self) -> bool:
        """Return whether the clause only names a section and asks for nothing itself."""
        return not self.text_zh


PROCEDURE = "procedure.index"
COMPLAINTS = ("complaints.index", "complaints.detail")
CAPA = ("capa.index", "capa.detail")
RETURNS = ("returns.index", "returns.detail")
REPLENISHMENTS = ("replenishments.index", "replenishments.detail")
CUSTOMERS = ("customers.index", "customers.detail")
REGISTER = "reports.register"

SCREENS: dict[str, tuple[str, ...]] = {
    "1.0": (PROCEDURE,),
    "2.0": (PROCEDURE,),
    "3.0": (PROCEDURE,),
    "3.1": (*COMPLAINTS, *CUSTOMERS),
    "3.1.4": COMPLAINTS,
    "3.2": COMPLAINTS,
    "3.4": (*RETURNS, *CAPA),
    "3.5": (*RETURNS, *REPLENISHMENTS),
    "3.6": (*RETURNS, *REPLENISHMENTS),
    "3.7": COMPLAINTS,
    "4.1": (PROCEDURE,),
    "5.1.3.2": CUSTOMERS,
    "5.2.1.1": (*COMPLAINTS, REGISTER),
    "5.2.1.2": COMPLAINTS,
    "5.2.1.3": COMPLAINTS,
    "5.2.2.1": COMPLAINTS,
    "5.2.2.2": COMPLAINTS,
    "5.2.2.3": COMPLAINTS,
    "5.2.2.4": (*COMPLAINTS, "desk.index"),
    "5.2.2.5": (*CAPA, "desk.index"),
    "5.2.2.6": ("desk.index", *COMPLAINTS, REGISTER),
    "5.3.1": RETURNS,
    "5.3.2": (*RETURNS, "desk.index"),
    "5.3.3": (*RETURNS, "returns.scan", "returns.labels"),
    "5.3.4": (*REPLENISHMENTS, "approvals.index", "desk.index"),
    "5.3.5": (*RETURNS, *COMPLAINTS),
    "5.4.1": CUSTOMERS,
    "5.6": (*COMPLAINTS, *CUSTOMERS),
    "7.1": ("customers.index",),
    "7.5": (REGISTER, "complaints.index"),
    "7.6": CAPA,
}


def clauses(book: Rulebook) -> tuple[Clause, ...]:
    """Return the clauses of these rules in their order, with what the program does for each."""
    return tuple(_clause(text) for text in book.clauses)


def _clause(text: ClauseText) -> Clause:
    does = text.does or _PACKAGED_DOES.get(text.id)
    return Clause(text.id, text.title, text.text, does, SCREENS.get(text.id, ()))


_PACKAGED = load()
# A factory's own text of a clause need not say what the program does for it.
_PACKAGED_DOES = {text.id: text.does for text in _PACKAGED.clauses if text.does}

# The packaged procedure's own; a page shows clauses(rulebook), since a factory may have revised its copy.
CLAUSES = clauses(_PACKAGED)
