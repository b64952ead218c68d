"""The records: tables and the verbs that change them. Importing the package knows every table and what blocks
which change.

The list is kept by hand, since the order is meant: what blocks a complaint is named in the order of these
imports. A test names the module that is missing.
"""

from cs.models import customers, deputies, exports, holidays
from cs.models.capa import blocking as capa_blocking
from cs.models.capa import capa
from cs.models.capa import evidence as capa_evidence
from cs.models.complaints import complaint as complaints
from cs.models.complaints import evidence as complaint_evidence
from cs.models.returns import blocking as return_blocking
from cs.models.returns import customer_return as returns
from cs.models.returns import lines as return_lines
from cs.records import (
    attachments,
    company,
    import_choices,
    numbers,
    procedure,
    receipts,
    search,
    setup_links,
    signatures,
    traces,
    users,
)
from cs.records import events as chain
from cs.records import record as base

# isort: split
# After the returns: a complaint names what blocks it in the order in which that registers.
from cs.models.replenishments import application as replenishments
from cs.models.replenishments import blocking as replenishment_blocking

__all__ = [
    "attachments",
    "base",
    "capa",
    "capa_blocking",
    "capa_evidence",
    "chain",
    "company",
    "complaint_evidence",
    "complaints",
    "customers",
    "deputies",
    "exports",
    "holidays",
    "import_choices",
    "numbers",
    "procedure",
    "receipts",
    "replenishment_blocking",
    "replenishments",
    "return_blocking",
    "return_lines",
    "returns",
    "search",
    "setup_links",
    "signatures",
    "traces",
    "users",
]
