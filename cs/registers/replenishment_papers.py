"""补货申请单 (5.3.4) with the boxes of its chain of signatures, and 紧急订单 that it becomes: the two papers
of one replenishment."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.lines import ReplenishmentLine
from cs.printing.definition import Block, Box, Boxes, Column, Paper, Signed, Signing, Table, ended
from cs.procedure import replenishments as procedure
from cs.records.signatures import RequiredSignature
from cs.wording.words import choice, listed, moment, money, state_name, term

SIGNERS = (*procedure.FIRST, *procedure.LAST)
Numbered = tuple[int, ReplenishmentLine]


def _lines(record: Replenishment) -> list[Numbered]:
    return list(enumerate(record.lines, 1))


def _signed(one: RequiredSignature, role: str) -> Signed:
    """A signature of the chain that runs: under which role, what was decided, and for whom where a deputy
    gave it."""
    instead = gettext("for %(name)s", name=one.signed_for.name) if one.signed_for else ""
    said = (role, choice("signature_decision", one.signature_decision), instead)
    return Signed(
        one.user.name if one.user else "",
        " · ".join(part for part in said if part),
        one.decided_at,
        one.content_hash,
    )


def _signers(*roles: str) -> Callable[[Replenishment], list[Signed]]:
    """Who has signed or refused for these roles in the chain that runs; a box of one role says it in its
    title."""

    def people(record: Replenishment) -> list[Signed]:
        return [
            _signed(one, choice("needed_role", one.needed_role) if len(roles) > 1 else "")
            for one in record.running
            if one.needed_role in roles and one.user is not None
        ]

    return people


def _voided(record: Replenishment) -> str:
    """The signatures that a later change took away."""
    gone = [one for one in record.approvals if one.chain != record.chain and one.user is not None]
    return listed(
        f"{choice('needed_role', one.needed_role)} {one.user.name} {moment(one.decided_at)}"
        for one in gone
        if one.user
    )


def _of_return(record: Replenishment) -> str | None:
    return record.of_return.number if record.of_return else None


def _applicant(record: Replenishment) -> str | None:
    return record.created_by.name if record.created_by else None


NUMBER = Column("line_no", lambda row: row[0], 5)
MODEL = Column("model", lambda row: row[1].product.model, 18)
SPEC = Column("spec", lambda row: row[1].product.spec, 34)
UNIT = Column(
    "unit", lambda row: (choice("unit", row[1].product.unit),), 6
)  # in parts: both languages in one line
QUANTITY = Column("quantity", lambda row: row[1].quantity, 10, "quantity")

ENDED = ended("void_reason")

APPLICATION = Boxes(
    "application",
    (
        Box("replenishment_no", lambda record: record.number),
        Box("customer", lambda record: record.customer.full_name, 2),
        Box("original_order_no", lambda record: record.order_no),
        Box("complaint_no", lambda record: record.complaint.number),
        Box("return_no", _of_return),
        Box("applicant", _applicant),
        Box("charged", lambda record: record.charged, kind="yes_no", options="yes_no"),
        Box("replenishment_reason", lambda record: record.replenishment_reason, 4),
    ),
)

LINES = Table(
    "lines",
    (
        NUMBER,
        MODEL,
        SPEC,
        UNIT,
        QUANTITY,
        Column("unit_price", lambda row: money(row[1].unit_price), 12, "money"),
        Column("amount", lambda row: money(row[1].amount), 12, "money"),
    ),
    _lines,
    8,
)

WANTED = Boxes(
    "wanted",
    (  # the sum decides who signs, until the order is released (Q23)
        Box("wanted_on", lambda record: record.wanted_on, kind="day"),
        Box("amount", lambda record: money(record.amount)),
        Box(
            "amount_sum",
            lambda record: money(record.amount_sum()) if record.state == procedure.UNORDERED else None,
            2,
            if_filled=True,
        ),
        Box("refuse_reason", lambda record: record.refuse_reason, 4, if_filled=True),
    ),
)

STANDING = Boxes(
    "standing",
    (
        Box("status", lambda record: state_name("replenishment", record.state), 2),
        Box("order_number", lambda record: record.order_number, 2),
        Box("void_signatures", _voided, 4, if_filled=True),
    ),
    on_blank=False,
)

REPLENISHMENT_APPLICATION = Paper(
    "replenishment",
    (Block("A", lambda _: term("replenishment"), (ENDED, APPLICATION, LINES, WANTED, STANDING), "5.3.4"),),
    (
        Signing("applicant", ("file", "change")),
        *(Signing(role, ("sign", "refuse"), signed=_signers(role)) for role in SIGNERS),
    ),
)


ORDER_HEAD = Boxes(
    "order_head",
    (
        Box("order_number", lambda record: record.order_number),
        Box("customer", lambda record: record.customer.full_name, 2),
        Box("original_order_no", lambda record: record.order_no),
        Box("replenishment_no", lambda record: record.number),
        Box("complaint_no", lambda record: record.complaint.number),
        Box("return_no", _of_return),
        Box("wanted_on", lambda record: record.wanted_on, kind="day"),
        Box("replenishment_reason", lambda record: record.replenishment_reason, 4),
    ),
)

ORDER = Boxes(
    "order",
    (
        Box("ordered_at", lambda record: record.ordered_at, kind="moment"),
        Box("work_order", lambda record: record.work_order),
        Box("scheduled_on", lambda record: record.scheduled_on, 2, "day"),
        Box("made_on", lambda record: record.made_on, kind="day"),
        Box("sent_off_on", lambda record: record.sent_off_on, kind="day"),
        Box("delivery_no", lambda record: record.delivery_no),
        Box(
            "on_time",
            lambda record: record.sent_off_on <= record.wanted_on if record.sent_off_on else None,
            kind="yes_no",
            options="yes_no",
        ),
    ),
)

URGENT_ORDER = Paper(
    "urgent_order",
    (
        Block(
            "A",
            lambda _: term("urgent_order"),
            (ENDED, ORDER_HEAD, Table("lines", (NUMBER, MODEL, SPEC, UNIT, QUANTITY), _lines, 8)),
            "5.3.4",
        ),
        Block("B", lambda _: gettext("Scheduled, made and shipped"), (ORDER,), "3.5 · 3.6"),
    ),
    (
        Signing("applicant", ("file", "change")),
        Signing("approved_by", ("sign", "refuse"), signed=_signers(*SIGNERS)),
        Signing("planned_by", ("schedule", "reschedule")),
        Signing("made_by", ("make",)),
        Signing("sent_off_by", ("ship",)),
    ),
    there=lambda record: record.order_number is not None,
)
