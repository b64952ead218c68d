"""The list of replenishments: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import ColumnElement, select

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.replenishments import Replenishment
from cs.procedure import replenishments as procedure
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.wording.words import state_name, term


def _states() -> list[tuple[str, str]]:
    return [
        ("open", gettext("All open")),
        *((state.code, state_name("replenishment", state.code)) for state in procedure.STATES),
    ]


def _in_state(value: str) -> ColumnElement[bool]:
    return Replenishment.state.in_(procedure.UNFINISHED) if value == "open" else Replenishment.state == value


LISTING = Listing(
    Replenishment,
    select(
        Replenishment.id,
        Replenishment.number,
        Replenishment.order_number,
        Replenishment.filed_at,
        Customer.short_name.label("customer"),
        Complaint.number.label("complaint"),
        Replenishment.complaint_id,
        Replenishment.amount,
        Replenishment.state,
        Replenishment.wanted_on,
        Replenishment.sent_off_on,
        Replenishment.replenishment_reason,
    )
    .join(Customer, Customer.id == Replenishment.customer_id)
    .join(Complaint, Complaint.id == Replenishment.complaint_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Replenishment.filed_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Replenishment.filed_at),
        "wanted": Sort(lambda: gettext("Earliest required first"), Replenishment.wanted_on),
        "number": Sort(lambda: term("replenishment_no"), Replenishment.number, descending=True),
    },
    (
        Filter("state", lambda: term("status"), _states, _in_state),
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Replenishment.customer_id),
            lambda value: Replenishment.customer_id == int(value),
        ),
    ),
    search_label=lambda: gettext("Number, order, customer, model, complaint"),
    period=Replenishment.filed_at,
)
