"""Who may take which step, and from where: written by hand from the clauses, in their order. Never derived from the program's rows.

Each line: clause, step, who, open where. Who: one mark for each role of ROLES; where: one mark for each column of the situations.
`x` may; in `who` a `.` is 403, in `where` a `.` is 409.
"""

from __future__ import annotations

from typing import NamedTuple

ROLES = ("sales_clerk", "sales_manager",
         "quality_inspector", "quality_supervisor",
         "engineer", "process_engineer", "production_operator", "production_manager", "planner", "warehouse_keeper", "mould_keeper",
         "document_controller", "general_manager", "department_member",
         "auditor", "administrator")


class Situation(NamedTuple):
    """A state, and what else decides which steps are open there."""

    name: str
    state: str
    options: dict[str, object]


# 5.2: a complaint passed on; received; under analysis; the answer in hand (occasional or not ours, to be prepared or ready);
# with the customer (just sent, or silent for ten days); accepted; closed.
COMPLAINT_SITUATIONS = (
    Situation("passed on to sales", "passed_on", {}),
    Situation("declined by sales", "declined", {}),
    Situation("received", "received", {}),
    Situation("under analysis", "analysing", {}),
    Situation("occasional, to be settled", "answering", {}),
    Situation("occasional, settled", "answering", {"answered": True}),
    Situation("not ours, to be explained", "answering", {"route": "not_ours"}),
    Situation("not ours, explained", "answering", {"route": "not_ours", "answered": True}),
    Situation("with the customer", "awaiting_customer", {}),
    Situation("with a silent customer", "awaiting_customer", {"silent": True}),
    Situation("accepted", "accepted", {}),
    Situation("closed", "closed", {}),
    Situation("void", "void", {}),
)

#                                  sales                                             p d r a o s n e w s a c v
#                                  |  quality                                        a e e n c e o x i i c l o
#                                  |  |  the other departments                       s c c a c t t p t l c o i
#                                  |  |  |          auditor, administrator           s l e l a t   l h e e s d
#                                  |  |  |          |                                e i i y s l o a   n p e
#                                  |  |  |          |                                d n v s i e u i c t t d
COMPLAINT_STEPS = """
5.2.1.1   log                      xx .. .......... ..                               - - - - - - - - - - - - -
5.2.1.2   pass_on                  .. xx xxxxxxxxxx ..                               - - - - - - - - - - - - -
5.2.1.2   register                 xx .. .......... ..                               x . . . . . . . . . . . .
5.2.1.2   decline                  xx .. .......... ..                               x . . . . . . . . . . . .
5.2.1.3   receive                  .. xx .......... ..                               . . x . . . . . . . . . .
5.2.1.3   confirm                  .. xx .......... ..                               . . . x . . . . . . . . .
5.2.2.2   explain                  .. xx .......... ..                               . . . . . . x . . . . . .
5.2.2.2   reply_directly           .. xx .......... ..                               . . . . . . . x . . . . .
5.2.2.3   settle                   .. .x .......... ..                               . . . . x . . . . . . . .
5.2.2.3   send_reply               xx .. .......... ..                               . . . . . x . x . . . . .
5.2.2.3   accept                   xx .. .......... ..                               . . . . . . . . x x . . .
5.2.2.3   refuse                   xx .. .......... ..                               . . . . . . . . x x . . .
5.2.2.3   no_answer                xx .. .......... ..                               . . . . . . . . . x . . .
5.2.2.3   close                    .. .x .......... ..                               . . . . . . . . . . x . .
5.6       amend                    xx .. .......... ..                               . . x x x x x x . . . . .
5.6       void                     .x .. .......... ..                               x . x x x x x x x x x . .
"""

MASTER_SITUATIONS = (Situation("in use", "active", {}), Situation("void", "void", {}))

#                                  sales, quality, engineer … planner, warehouse …   in use, void
CUSTOMER_STEPS = """
5.1.3.2   create                   xx .. .......... ..                               - -
5.1.3.2   edit                     xx .. .......... ..                               x .
5.6       void                     .x .. .......... ..                               x .
"""
PRODUCT_STEPS = """
5.1       create                   xx .. x......... ..                               - -
5.1       edit                     xx .. x......... ..                               x .
5.6       void                     .x .. .......... ..                               x .
"""
SHIPMENT_STEPS = """
5.1       create                   xx .. ....xx.... ..                               - -
5.1       edit                     xx .. ....xx.... ..                               x .
5.6       void                     .x .. .......... ..                               x .
"""


class Row(NamedTuple):
    clause: str
    step: str
    roles: frozenset[str]
    open_in: frozenset[str]
    creates: bool

    def answer(self, role: str, situation: str) -> str:
        """may, 403 or 409: whose step it is comes before where the record stands."""
        if role not in self.roles:
            return "403"
        return "may" if situation in self.open_in else "409"


def read(table: str, situations: tuple[Situation, ...]) -> tuple[Row, ...]:
    rows = []
    for line in table.strip().splitlines():
        clause, step, sales, quality, others, outside, *where = line.split()
        who = sales + quality + others + outside
        assert len(who) == len(ROLES), line
        assert len(where) == len(situations), line
        rows.append(Row(clause, step, frozenset(role for role, mark in zip(ROLES, who, strict=True) if mark == "x"),
                        frozenset(one.name for one, mark in zip(situations, where, strict=True) if mark == "x"), "-" in where))
    return tuple(rows)


COMPLAINT = read(COMPLAINT_STEPS, COMPLAINT_SITUATIONS)
MASTER = {kind: read(table, MASTER_SITUATIONS) for kind, table in
          (("customer", CUSTOMER_STEPS), ("product", PRODUCT_STEPS), ("shipment", SHIPMENT_STEPS))}
