"""All tables of the procedure together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cs.procedure.calendar import WorkingHours
from cs.procedure.defects import Defect
from cs.procedure.document import ClauseText, Procedure
from cs.procedure.forms import Form, Numbering
from cs.procedure.names import Name
from cs.procedure.organisation import Department, Role
from cs.procedure.reading import ProcedureError, table_of
from cs.procedure.rules import (
    AnalysisRule,
    CapaRule,
    Escalation,
    Kpi,
    ReplenishmentRule,
    ReplyRule,
    ReworkRule,
)

OUR_COMPANY = Name("本公司", "Our company")  # until the factory writes its name
EFFECT_AFTER_A_MONTH = ReworkRule()  # where the factory's own files do not say
ROUTE_CONFIRMED = AnalysisRule()  # likewise (Q11)


@dataclass(frozen=True)
class Rulebook:
    """The whole procedure. Records that used a rule keep `hash`, so that an old case can be
    explained."""

    procedure: Procedure
    departments: dict[str, Department]
    roles: dict[str, Role]
    forms: dict[str, Form]
    terms: dict[str, Name]
    choices: dict[str, dict[str, Name]]
    defects: dict[str, Defect]
    states: dict[str, dict[str, Name]]
    steps: dict[str, dict[str, Name]]
    working: WorkingHours
    reply: ReplyRule
    numbering: dict[str, Numbering]
    capa: CapaRule
    kpis: dict[str, Kpi]
    replenishment: ReplenishmentRule
    escalation: dict[str, dict[str, Escalation]]  # kind of record, what is awaited
    clauses: tuple[ClauseText, ...]
    recurrence_months: int = field(metadata={"low": 1, "high": 60})
    open_ages: tuple[int, int] = field(metadata={"low": 0, "high": 999})
    company: Name = OUR_COMPANY
    analysis: AnalysisRule = ROUTE_CONFIRMED
    rework: ReworkRule = EFFECT_AFTER_A_MONTH
    text: str = ""
    hash: str = ""
    files: Mapping[str, str] = field(default_factory=dict, compare=False)  # table: file that holds it

    def fault(self, place: str, reason: str) -> ProcedureError:
        """Return a fault of these rules at `place`, with the name of the file that holds it."""
        return ProcedureError(place, reason, self.files.get(table_of(place), ""))
