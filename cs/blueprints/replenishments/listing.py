"""The list of replenishments: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.replenishments.application import Replenishment
from cs.procedure import replenishments as procedure
from cs.queries.filter_options import customer_filter, state_filter
from cs.queries.listing import Listing, Sort
from cs.wording.labels import term

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
        state_filter(Replenishment, procedure.UNFINISHED),
        customer_filter(Replenishment.customer_id),
    ),
    search_label=lambda: gettext("Number, order, customer, model, complaint"),
    period=Replenishment.filed_at,
)
