"""Who may take which step, and from where: written by hand from the clauses, in their order. Never derived
from the program's rows.

Each line: clause, step, who, open where. Who: one mark for each role of ROLES; where: one mark for each
column of the situations. `x` may; in `who` a `.` is 403, in `where` a `.` is 409. An `n` in `who` may only
where the situation names its person for the step, else 403.
"""

from __future__ import annotations

from typing import NamedTuple

ROLES = (
    "sales_clerk",
    "sales_manager",
    "quality_inspector",
    "quality_supervisor",
    "engineer",
    "process_engineer",
    "production_operator",
    "production_manager",
    "planner",
    "warehouse_keeper",
    "mould_keeper",
    "document_controller",
    "general_manager",
    "department_member",
    "auditor",
    "administrator",
)


class Situation(NamedTuple):
    """A state, and what else decides which steps are open there."""

    name: str
    state: str
    options: dict[str, object]
    named: dict[str, tuple[str, ...]] = {}


AT_THE_MEETING = {
    "countersign": ("sales_manager", "engineer", "production_manager"),  # the heads who were there
    "do_disposition": ("quality_inspector", "production_manager"),
}  # the owners of what is decided

# 5.2: a complaint passed on; received; under analysis; the answer in hand (occasional or not ours, to be
# prepared or ready);
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
    # 5.2.2.4: the meeting to be held; held; the goods decided on, so that its heads countersign and the
    # owners carry it out; the result issued
    Situation("meeting, to be held", "answering", {"route": "meeting"}),
    Situation("meeting, held", "answering", {"route": "meeting", "met": True}),
    Situation(
        "meeting, goods decided on", "answering", {"route": "meeting", "disposed": True}, AT_THE_MEETING
    ),
    Situation("meeting, result issued", "answering", {"route": "meeting", "answered": True}, AT_THE_MEETING),
    Situation(
        "meeting, with the customer, plan wanted",
        "awaiting_customer",
        {"route": "meeting", "plan_needed": True},
        AT_THE_MEETING,
    ),
    Situation(
        "meeting, accepted, goods not done",
        "accepted",
        {"route": "meeting", "countersigned": True},
        {"do_disposition": AT_THE_MEETING["do_disposition"]},
    ),
    Situation(
        "meeting, accepted, its CAPA not verified",
        "accepted",
        {"route": "meeting", "countersigned": True, "done": True, "capa": True},
    ),
    Situation(
        "meeting, accepted, all done", "accepted", {"route": "meeting", "countersigned": True, "done": True}
    ),
    # 5.2.1.3: a defect sample on its way, here, and one that stays here after its complaint
    Situation("sample awaited", "analysing", {"sample": "awaited"}),
    Situation("sample here", "analysing", {"sample": "here"}),
    Situation("closed, its sample here", "closed", {"sample": "here"}),
)

#                          sales                p       t     e                         C
#                          |  quality           a d r a o     x c   a               c a A a
#                          |  |  the others         s e e n   s e p u   c       t   d   u c P l   a
#                          |  |  |          outside s c c a s e x l s s c c     o   e i s c A l   w   c
#                          |  |  |          |   e l e l e t p a t i e l         c s t e       a   l
#                          |  |  |          |   d i i y t t l i o l p o v   m   i s o p o d   i h o
#                          |  |  |          |     n v s t l a n m e t s o   e m d u m t p o   t e s
#                          |  |  |          |   o e e i l e i e e n e e i   e e e e e e e n   e r e
#                          |  |  |          |   n d d s e d n d r t d d d   t t d d r d n e   d e d
COMPLAINT_STEPS = """
5.2.1.1   log              xx .. .......... ..  - - - - - - - - - - - - -   - - - - - - - -   - - -
5.2.1.2   pass_on          .. xx xxxxxxxxxx ..  - - - - - - - - - - - - -   - - - - - - - -   - - -
5.2.1.2   register         xx .. .......... ..  x . . . . . . . . . . . .   . . . . . . . .   . . .
5.2.1.2   decline          xx .. .......... ..  x . . . . . . . . . . . .   . . . . . . . .   . . .
5.2.1.3   receive          .. xx .......... ..  . . x . . . . . . . . . .   . . . . . . . .   . . .
5.2.1.3   contact          xx xx .......... ..  . . x x x x x x x x . . .   x x x x x . . .   x x .
5.2.1.3   request_sample   .. xx .......... ..  . . x x x x x x . . . . .   x x x x . . . .   x x .
5.2.1.3   receive_sample   xx xx .....x.... ..  . . . . . . . . . . . . .   . . . . . . . .   x . .
5.2.1.3   move_sample      .. xx .......... ..  . . . . . . . . . . . . .   . . . . . . . .   . x x
5.2.1.3   end_sample       .. xx .......... ..  . . . . . . . . . . . . .   . . . . . . . .   x x x
5.2.1.3   confirm          .. xx .......... ..  . . . x . . . . . . . . .   . . . . . . . .   x x .
5.2.2.2   explain          .. xx .......... ..  . . . . . . x . . . . . .   . . . . . . . .   . . .
5.2.2.2   reply_directly   .. xx .......... ..  . . . . . . . x . . . . .   . . . . . . . .   . . .
5.2.2.3   settle           .. .x .......... ..  . . . . x . . . . . . . .   . . . . . . . .   . . .
5.2.2.4   meet             .. .x .......... ..  . . . . . . . . . . . . .   x . . . . . . .   . . .
5.2.2.4   dispose          .. .x .......... ..  . . . . . . . . . . . . .   . x . . . . . .   . . .
5.2.2.4   issue_result     .. .x .......... ..  . . . . . . . . . . . . .   . . x . . . . .   . . .
5.2.2.4   countersign      nn nn nnnnnnnnnn ..  . . . . . . . . . . . . .   . . x x x . . .   . . .
5.2.2.4   plan             .. .. ....x..... ..  . . . . . . . . . . . . .   . . . . x . . .   . . .
5.2.2.4   do_disposition   nn nn nnnnnnnnnn ..  . . . . . . . . . . . . .   . . x x x x . .   . . .
5.2.2.3   send_reply       xx .. .......... ..  . . . . . x . x . . . . .   . . . x . . . .   . . .
5.2.2.3   accept           xx .. .......... ..  . . . . . . . . x x . . .   . . . . x . . .   . . .
5.2.2.3   refuse           xx .. .......... ..  . . . . . . . . x x . . .   . . . . x . . .   . . .
5.2.2.3   no_answer        xx .. .......... ..  . . . . . . . . . x . . .   . . . . . . . .   . . .
5.2.2.3   close            .. .x .......... ..  . . . . . . . . . . x . .   . . . . . . . x   . . .
5.6       amend            xx .. .......... ..  . . x x x x x x . . . . .   x x x x . . . .   x x .
5.6       void             .x .. .......... ..  x . x x x x x x x x x . .   x x x x x x x x   x x .
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
    by_name: bool

    def answer(self, role: str, situation: Situation) -> str:
        """may, 403 or 409: whose step it is comes before where the record stands."""
        if role not in self.roles or (self.by_name and role not in situation.named.get(self.step, ())):
            return "403"
        return "may" if situation.name in self.open_in else "409"


def read(table: str, situations: tuple[Situation, ...]) -> tuple[Row, ...]:
    rows = []
    for line in table.strip().splitlines():
        clause, step, sales, quality, others, outside, *where = line.split()
        who = sales + quality + others + outside
        assert len(who) == len(ROLES), line
        assert len(where) == len(situations), line
        rows.append(
            Row(
                clause,
                step,
                frozenset(role for role, mark in zip(ROLES, who, strict=True) if mark != "."),
                frozenset(one.name for one, mark in zip(situations, where, strict=True) if mark == "x"),
                "-" in where,
                "n" in who,
            )
        )
    return tuple(rows)


COMPLAINT = read(COMPLAINT_STEPS, COMPLAINT_SITUATIONS)
MASTER = {
    kind: read(table, MASTER_SITUATIONS)
    for kind, table in (
        ("customer", CUSTOMER_STEPS),
        ("product", PRODUCT_STEPS),
        ("shipment", SHIPMENT_STEPS),
    )
}


# 5.2.2.5, 5.4.6: a CAR to production; its one action is the production operator's. The relation to the record
# is in the table: a member of the
# responsible department answers, the owner carries out (while no action is open nobody owns one).
CAPA_SITUATIONS = (
    Situation("waits for analysis", "issued", {}),
    Situation("waits for measures", "analysed", {}),
    Situation("being carried out", "measures_set", {}, {"do_action": ("production_operator",)}),
    Situation("waits for verification", "carried_out", {}),
    Situation("verified", "verified", {}),
    Situation("issued by mistake", "void", {}),
)

#                                  sales                                             i a m c v v
#                                  |  quality                                        s n e a e o
#                                  |  |  the other departments                       s a a r r i
#                                  |  |  |          auditor, administrator           u l s r i d
#                                  |  |  |          |                                e y u i f
CAPA_STEPS = """
5.2.2.5   issue                    xx xx .......... ..                               - - - - - -
5.2.2.5   analyse                  .. .. ..xx...... ..                               x . . . . .
5.2.2.5   set_measures             .. .. ..xx...... ..                               . x . . . .
5.2.2.5   send_back                .. xx .......... ..                               . x x . . .
5.2.2.5   do_action                nn nn nnnnnnnnnn ..                               . . x . . .
5.2.2.5   reassign                 .. .. ..xx...... ..                               . . x . . .
5.2.2.5   carry_out                xx xx xxxxxxxxxx ..                               . . . . . .
5.2.2.5   verify                   .. xx .......... ..                               . . . x . .
5.2.2.5   reopen                   .. xx .......... ..                               . . . x . .
5.6       amend                    xx xx .......... ..                               x x x . . .
5.6       void                     .x .x .......... ..                               x x x x . .
"""
CAPA = read(CAPA_STEPS, CAPA_SITUATIONS)


# 5.3: a return that came in at the gate; registered before or after the goods are here; not ours; to be
# picked up; awaited and counted;
# its lines inspected, reworked, re-inspected; given back; confirmed; closed.
RETURN_SITUATIONS = (
    Situation("at the gate", "at_gate", {}),
    Situation("registered", "registered", {}),
    Situation("registered, goods here", "registered", {"here": True}),
    Situation("not ours", "offering", {}),
    Situation("not ours, goods here", "offering", {"here": True}),
    Situation("to be picked up", "arranging", {}),
    Situation("awaited", "expected", {}),
    Situation("one of two lines counted, short", "expected", {"counted": 1}),
    Situation("counted short", "handling", {"counted": 2}),
    Situation("to rework, no instruction", "handling", {"until": "inspect"}),
    Situation("to rework, no date", "handling", {"until": "instruct"}),
    Situation("to rework", "handling", {"until": "plan_rework"}),
    Situation("reworked in part", "handling", {"until": "rework"}),
    Situation("nothing left", "handling", {"until": "reinspect"}),
    Situation("given back", "given_back", {}),
    Situation("confirmed", "confirmed", {}),
    Situation("closed", "closed", {}),
    Situation("void", "void", {}),
    Situation("left with the customer", "not_taken", {}),
)

#                                  sales               g   h   h p   1 2
#                                  |  quality          a r e n e i e o o h i d   r     c c
#                                  |  |  others        t e r o r c x f f o n a i e n g o l v l
#                                  |  |  |  outside    e g e t e k p 2 2 w s t n w o i n o o e
RETURN_STEPS = """
5.3.1     register                 xx .. .......... ..   - - - - - - - - - - - - - - - - - - -
5.3.2     receive_at_gate          .. .. .....x.... ..   - - - - - - - - - - - - - - - - - - -
5.3.2     take_over                xx .. .......... ..   x . . . . . . . . . . . . . . . . . .
5.3.1     accept                   .. xx .......... ..   . x . . . . . . . . . . . . . . . . .
5.3.1     accept_here              .. xx .......... ..   . . x . . . . . . . . . . . . . . . .
5.3.1     decline                  .. xx .......... ..   . x x . . . . . . . . . . . . . . . .
5.3.5     leave_there              xx .. .......... ..   . . . x . . . . . . . . . . . . . . .
5.3.5     send_as_is               xx .. .......... ..   . . . . x . . . . . . . . . . . . . .
5.3.5     serve_paid               xx .. .......... ..   . . . x . . . . . . . . . . . . . . .
5.3.5     serve_paid_here          xx .. .......... ..   . . . . x . . . . . . . . . . . . . .
5.3.5     dispute                  xx .. .......... ..   . . . x x . . . . . . . . . . . . . .
5.3.1     arrange                  .. .. ....x..... ..   . . . . . x . . . . . . . . . . . . .
5.3.3     count   .. .. .....x.... ..   . . . . . . x x . . . . . . . . . . .
5.3.3     all_counted              .. .. .....x.... ..   . . . . . . . . . . . . . . . . . . .
5.3.3     recount                  .. .. .....x.... ..   . . . . . . . x x x x x x x . . . . .
5.3.3     settle_difference        xx .. .......... ..   . . . . . . . x x . . . . . . . . . .
5.3.1     inspect                  .. xx .......... ..   . . . . . . . . x . . . . . . . . . .
3.4       instruct                 .. .. .x........ ..   . . . . . . . . . x . . . . . . . . .
3.6       plan_rework              .. .. ....x..... ..   . . . . . . . . . . x . . . . . . . .
3.5       rework                   .. .. ..xx...... ..   . . . . . . . . . . . x x . . . . . .
5.3.1     reinspect                .. xx .......... ..   . . . . . . . . . . . . x . . . . . .
5.3.1     give_back                .. .. .....x.... ..   . . . . . . . . . . . . . x . . . . .
5.3.5     confirm                  xx .. .......... ..   . . . . . . . . . . . . . . x . . . .
5.3.5     close   .. .x .......... ..   . . . . . . . . . . . . . . . x . . .
5.6       amend   xx .. .......... ..   . x x x x x . . . . . . . . . . . . .
5.6       void   .x .. .......... ..   x x x x x x x x . . . . . . . . . . .
"""
RETURN = read(RETURN_STEPS, RETURN_SITUATIONS)

BOTH_MANAGERS = {
    "sign": ("sales_manager", "production_manager"),
    "refuse": ("sales_manager", "production_manager"),
}
PRODUCTION_ALONE = {"sign": ("production_manager",), "refuse": ("production_manager",)}
GENERAL_MANAGER = {"sign": ("general_manager",), "refuse": ("general_manager",)}

# 5.3.4: an application that the clerk filed, with its signatures one after another; an urgent order on its
# way through the factory.
REPLENISHMENT_SITUATIONS = (
    Situation("filed", "filed", {}, BOTH_MANAGERS),
    Situation("signed by the sales manager", "filed", {"signed": ("sales_manager",)}, PRODUCTION_ALONE),
    Situation(
        "1000 RMB, signed by both managers",
        "filed",
        {"price": "1000", "signed": ("sales_manager", "production_manager")},
        GENERAL_MANAGER,
    ),
    Situation(
        "changed after a signature",
        "filed",
        {"signed": ("sales_manager",), "changed": True},
        BOTH_MANAGERS | {"see_change": ("sales_manager",)},
    ),
    Situation("ordered", "ordered", {}),
    Situation("scheduled", "scheduled", {}),
    Situation("made", "made", {}),
    Situation("shipped", "dispatched", {}),
    Situation("refused", "rejected", {}),
    Situation("void", "void", {}),
)

#                                  sales                                             f s 1 c o s m s r v
#                                  |  quality                                        i i 0 h r c a h e o
#                                  |  |  the other departments                       l g 0 a d h d i f i
#                                  |  |  |          auditor, administrator           e n 0 n e e e p u d
REPLENISHMENT_STEPS = """
5.3.4     file                     xx .. .......... ..                               - - - - - - - - - -
5.3.4     sign                     .n .. ...n....n. ..                               x x x x . . . . . .
5.3.4     refuse                   .n .. ...n....n. ..                               x x x x . . . . . .
5.3.4     see_change               .n .. ...n....n. ..                               . . . x . . . . . .
5.3.4     order                    .x .. ...x....x. ..                               . . . . . . . . . .
5.3.4     change                   xx .. .......... ..                               x x x x . . . . . .
3.6       schedule                 .. .. ....x..... ..                               . . . . x . . . . .
3.6       reschedule               .. .. ....x..... ..                               . . . . . x . . . .
3.5       make                     .. .. ..xx...... ..                               . . . . . x . . . .
5.3.4     ship                     .. .. .....x.... ..                               . . . . . . x . . .
5.6       void                     .x .. .......... ..                               x x x x x x . . . .
"""
REPLENISHMENT = read(REPLENISHMENT_STEPS, REPLENISHMENT_SITUATIONS)
