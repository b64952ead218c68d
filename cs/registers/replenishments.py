"""补货明细表 (5.3.4): a line for each application, who approved it, and the urgent order with its
lateness."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Row, and_, select
from sqlalchemy.orm import aliased

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.printing.definition import Column, Register
from cs.procedure import replenishments as procedure
from cs.queries.filter_options import customer_filter, state_filter
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.rates import delivery_conditions
from cs.records.procedure import local_day_if_any
from cs.records.signatures import RequiredSignature
from cs.records.users import User
from cs.wording.labels import choice, choices, state_name, term

APPLICANT = aliased(User)


def _signer_for_role(role: str) -> Any:
    """Return who has signed for a role in the chain that runs."""
    given = and_(
        RequiredSignature.kind == Replenishment.kind,
        RequiredSignature.record_id == Replenishment.id,
        RequiredSignature.chain == Replenishment.chain,
        RequiredSignature.needed_role == role,
        RequiredSignature.signature_decision == "signed",
    )
    return (
        select(User.name)
        .join(RequiredSignature, RequiredSignature.user_id == User.id)
        .where(given)
        .correlate(Replenishment)
        .scalar_subquery()
    )


SIGNERS = (*procedure.FIRST, *procedure.LAST)

LISTING = Listing(
    Replenishment,
    select(
        Replenishment.id,
        Replenishment.number,
        Replenishment.filed_at,
        APPLICANT.name.label("applicant"),
        Customer.short_name,
        Complaint.number.label("complaint"),
        Return.number.label("return_no"),
        Replenishment.order_no,
        Replenishment.replenishment_reason,
        Replenishment.currency,
        Replenishment.rate,
        Replenishment.amount,
        Replenishment.charged,
        Replenishment.wanted_on,
        Replenishment.order_number,
        Replenishment.work_order,
        Replenishment.scheduled_on,
        Replenishment.made_on,
        Replenishment.sent_off_on,
        Replenishment.state,
        Replenishment.void_reason,
        Replenishment.refuse_reason,
        *(_signer_for_role(role).label(role) for role in SIGNERS),
    )
    .join(Customer, Customer.id == Replenishment.customer_id)
    .join(Complaint, Complaint.id == Replenishment.complaint_id)
    .outerjoin(Return, Return.id == Replenishment.return_id)
    .outerjoin(APPLICANT, APPLICANT.id == Replenishment.created_by_id),
    {
        "oldest": Sort(lambda: gettext("Oldest first"), Replenishment.filed_at),
        "newest": Sort(lambda: gettext("Newest first"), Replenishment.filed_at, True),
        "number": Sort(lambda: term("replenishment_no"), Replenishment.number),
    },
    (
        state_filter(Replenishment),
        customer_filter(Replenishment.customer_id),
        Filter(
            "delivery",
            lambda: term("on_time"),
            lambda: choices("kept"),
            lambda value: delivery_conditions(datetime.now(UTC))[value],
            quiet=True,
        ),
    ),
    search_label=lambda: gettext("Number, order, customer, model, complaint"),
    period=Replenishment.filed_at,
    dates={
        "filed": (lambda: term("created_at"), Replenishment.filed_at),
        "wanted": (lambda: term("wanted_on"), Replenishment.wanted_on),
    },
)


def _rate_of_other_currency(row: Row[Any]) -> Decimal | None:
    return None if row.currency == procedure.RMB else row.rate


def _signed_by(role: str) -> Column:
    return Column(role, lambda row: getattr(row, role), 10)


REPLENISHMENT_REGISTER = Register(
    "replenishments",
    "replenishment_register",
    "replenishment",
    LISTING,
    (
        Column("replenishment_no", lambda row: row.number, 16),
        Column("created_at", lambda row: local_day_if_any(row.filed_at), 11, "day"),
        Column("customer", lambda row: row.short_name, 14),
        Column("complaint_no", lambda row: row.complaint, 16),
        Column("return_no", lambda row: row.return_no, 16),
        Column("original_order_no", lambda row: row.order_no, 12),
        Column("replenishment_reason", lambda row: row.replenishment_reason, 24),
        Column("currency", lambda row: choice("currency", row.currency), 8),
        Column("rate", _rate_of_other_currency, 9, "rate"),
        Column("amount", lambda row: row.amount, 11, "money"),
        Column("charged", lambda row: row.charged, 8, "yes_no"),
        Column("applicant", lambda row: row.applicant, 10),
        *(_signed_by(role) for role in SIGNERS),
        Column("order_number", lambda row: row.order_number, 16),
        Column("work_order", lambda row: row.work_order, 12),
        Column("wanted_on", lambda row: row.wanted_on, 11, "day"),
        Column("scheduled_on", lambda row: row.scheduled_on, 11, "day"),
        Column("made_on", lambda row: row.made_on, 11, "day"),
        Column("sent_off_on", lambda row: row.sent_off_on, 11, "day"),
        Column(
            "on_time", lambda row: row.sent_off_on <= row.wanted_on if row.sent_off_on else None, 8, "yes_no"
        ),
        Column("status", lambda row: state_name("replenishment", row.state), 12),
        Column("remarks", lambda row: row.refuse_reason or row.void_reason, 18),
    ),
    address=lambda row: url_for("replenishments.detail", record_id=row.id),
)
