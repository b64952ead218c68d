"""Who may take which step, and from where: written by hand from the clauses, in their order. Never derived
from the program's rows. Each section's table is a file of its own here."""

from tests.tables.capa import CAPA, CAPA_SITUATIONS
from tests.tables.complaints import COMPLAINT, COMPLAINT_SITUATIONS
from tests.tables.customers import MASTER, MASTER_SITUATIONS
from tests.tables.reading import ROLES, Row, Situation
from tests.tables.replenishments import REPLENISHMENT, REPLENISHMENT_SITUATIONS
from tests.tables.returns import RETURN, RETURN_SITUATIONS

__all__ = [
    "CAPA",
    "CAPA_SITUATIONS",
    "COMPLAINT",
    "COMPLAINT_SITUATIONS",
    "MASTER",
    "MASTER_SITUATIONS",
    "REPLENISHMENT",
    "REPLENISHMENT_SITUATIONS",
    "RETURN",
    "RETURN_SITUATIONS",
    "ROLES",
    "Row",
    "Situation",
]
