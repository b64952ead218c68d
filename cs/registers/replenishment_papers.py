"""补货申请单 (5.3.4) with the boxes of its chain of signatures, and 紧急订单 that it becomes: the two papers
of one replenishment."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.lines import ReplenishmentLine
from cs.printing.definition import (
    Block,
    Box,
    Boxes,
    Column,
    Paper,
    Signed,
    Signing,
    Table,
    reasons_for_ending,
)
from cs.procedure import replenishments as procedure
from cs.records.procedure import rulebook
from cs.records.signatures import RequiredSignature
from cs.wording.formats import format_moment, format_money, list_in_words
from cs.wording.labels import choice, state_name, term

SIGNERS = (*procedure.FIRST, *procedure.LAST)
Numbered = tuple[int, ReplenishmentLine]


def _numbered_lines(record: Replenishment) -> list[Numbered]:
    return list(enumerate(record.lines, 1))


def _signature_in_box(signature: RequiredSignature, role: str, replaced: list[str]) -> Signed:
    """Return a signature of the chain that runs: under which role, what was decided, for whom where a
    deputy gave it, and in the place of which managers."""
    instead = gettext("for %(name)s", name=signature.signed_for.name) if signature.signed_for else ""
    in_place = [choice("needed_role", manager) for manager in replaced]
    place = gettext("in place of the %(role)s", role=list_in_words(in_place)) if in_place else ""
    role_words = (role, choice("signature_decision", signature.signature_decision), instead, place)
    return Signed(
        signature.user.name if signature.user else "",
        " · ".join(part for part in role_words if part),
        signature.decided_at,
        signature.content_hash,
    )


def _signers_for_roles(*roles: str) -> Callable[[Replenishment], list[Signed]]:
    """Return who has signed or refused for these roles in the chain that runs; a box of one role says it in
    its title."""

    def people(record: Replenishment) -> list[Signed]:
        return [
            _signature_in_box(
                signature,
                choice("needed_role", signature.needed_role) if len(roles) > 1 else "",
                record.approval_chain.replaced_roles if signature.needed_role in procedure.LAST else [],
            )
            for signature in record.running
            if signature.needed_role in roles and signature.user is not None
        ]

    return people


def _unsigned_for_role(role: str) -> Callable[[Replenishment], str]:
    """Return what stands in the box of a role that has not signed: nothing while its signature is awaited or
    comes after others; why it is not asked; else a slash."""

    def words(record: Replenishment) -> str:
        if record.state != procedure.UNORDERED:
            return "/"
        if role in record.approval_chain.needed_roles:
            return ""
        limit = format_money(rulebook().replenishment.general_manager_from)
        total = format_money(record.amount_sum())
        return str(gettext("/ sum %(sum)s, below %(limit)s", sum=total, limit=limit))

    return words


def _void_signatures(record: Replenishment) -> str:
    """Return the signatures that a later change made void."""
    words = []
    for approval in record.approvals:
        if approval.chain != record.chain and approval.user is not None:
            role = choice("needed_role", approval.needed_role)
            words.append(f"{role} {approval.user.name} {format_moment(approval.decided_at)}")
    return list_in_words(words)


def _of_return(record: Replenishment) -> str | None:
    return record.of_return.number if record.of_return else None


def _applicant_name(record: Replenishment) -> str | None:
    return record.created_by.name if record.created_by else None


NUMBER = Column("line_no", lambda row: row[0], 5)
MODEL = Column("model", lambda row: row[1].product.model, 18)
SPEC = Column("spec", lambda row: row[1].product.spec, 34)
UNIT = Column(
    "unit", lambda row: (choice("unit", row[1].product.unit),), 6
)  # in parts: both languages in one line
QUANTITY = Column("quantity", lambda row: row[1].quantity, 10, "quantity")

ENDED = reasons_for_ending("void_reason")

APPLICATION = Boxes(
    "application",
    (
        Box("replenishment_no", lambda record: record.number),
        Box("customer", lambda record: record.customer.full_name, 2),
        Box("original_order_no", lambda record: record.order_no),
        Box("complaint_no", lambda record: record.complaint.number),
        Box("return_no", _of_return),
        Box("applicant", _applicant_name),
        Box("charged", lambda record: record.charged, kind="yes_no", options="yes_no"),
        Box(
            "currency",
            lambda record: choice("currency", record.currency) if record.currency != procedure.RMB else None,
            2,
            if_filled=True,
        ),
        Box(
            "rate",
            lambda record: str(record.rate) if record.currency != procedure.RMB else None,
            2,
            if_filled=True,
        ),
        Box("rate_reason", lambda record: record.rate_reason, 4, if_filled=True),
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
        Column("unit_price", lambda row: format_money(row[1].unit_price), 12, "money"),
        Column("amount", lambda row: format_money(row[1].amount), 12, "money"),
    ),
    _numbered_lines,
    8,
)

WANTED = Boxes(
    "wanted",
    (  # the sum decides who signs, until the order is released (Q23)
        Box("wanted_on", lambda record: record.wanted_on, kind="day"),
        Box("amount", lambda record: format_money(record.amount)),
        Box(
            "amount_sum",
            lambda record: format_money(record.amount_sum()) if record.state == procedure.UNORDERED else None,
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
        Box("void_signatures", _void_signatures, 4, if_filled=True),
    ),
    on_blank=False,
)

REPLENISHMENT_APPLICATION = Paper(
    "replenishment",
    (Block("A", lambda _: term("replenishment"), (ENDED, APPLICATION, LINES, WANTED, STANDING), "5.3.4"),),
    (
        Signing("applicant", ("file", "change")),
        *(
            Signing(
                role, ("sign", "refuse"), signed=_signers_for_roles(role), unsigned=_unsigned_for_role(role)
            )
            for role in SIGNERS
        ),
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
            (ENDED, ORDER_HEAD, Table("lines", (NUMBER, MODEL, SPEC, UNIT, QUANTITY), _numbered_lines, 8)),
            "5.3.4",
        ),
        Block("B", lambda _: gettext("Scheduled, made and shipped"), (ORDER,), "3.5 · 3.6"),
    ),
    (
        Signing("applicant", ("file", "change")),
        Signing("approved_by", ("sign", "refuse"), signed=_signers_for_roles(*SIGNERS)),
        Signing("planned_by", ("schedule", "reschedule")),
        Signing("made_by", ("make",)),
        Signing("sent_off_by", ("ship",)),
    ),
    exists_for=lambda record: record.order_number is not None,
)
