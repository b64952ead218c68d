"""The list of complaints: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.procedure import complaints as procedure
from cs.queries import kpis
from cs.queries.filter_options import customer_filter, state_filter
from cs.queries.listing import Filter, Listing, Sort
from cs.records.procedure import rulebook
from cs.wording.labels import choices, term
from cs.wording.language import in_language


def _routes() -> list[tuple[str, str]]:
    return [
        *choices("route"),
        ("repeat", gettext("Recurrences")),
        ("imported", gettext("From an old register")),
    ]


def _goes_by(value: str) -> ColumnElement[bool]:
    aside = {
        "repeat": Complaint.repeat_of_id,
        "imported": Complaint.imported_from,
    }  # what a case may be beside its way
    return aside[value].is_not(None) if value in aside else Complaint.route == value


def _reply_is(value: str) -> ColumnElement[bool]:
    if value.startswith("replied"):
        return (
            Complaint.replied_at.is_not(None)
            & Complaint.state.not_in(procedure.ENDED_EARLY)
            & (~kpis.IN_TIME if value == "replied_late" else kpis.IN_TIME)
        )
    waiting = Complaint.state.in_(procedure.UNANSWERED)
    now = datetime.now(UTC)
    return waiting & (Complaint.reply_due_at < now if value == "late" else Complaint.reply_due_at >= now)


LISTING = Listing(
    Complaint,
    select(
        Complaint.id,
        Complaint.number,
        Complaint.heard_at,
        func.coalesce(Customer.short_name, Complaint.customer_said).label("customer"),
        Customer.customer_level,
        func.coalesce(Product.model, Complaint.old_model).label("model"),
        Complaint.lot_no,
        Complaint.description,
        Complaint.defect_category,
        Complaint.defect_code,
        Complaint.severity,
        Complaint.state,
        Complaint.reply_due_at,
        Complaint.replied_at,
        Complaint.first_due_at,
        Complaint.route,
        Complaint.repeat_of_id,
        Complaint.old_number,
    )
    .outerjoin(Customer, Customer.id == Complaint.customer_id)
    .outerjoin(Product, Product.id == Complaint.product_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Complaint.heard_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Complaint.heard_at),
        "due": Sort(lambda: gettext("Earliest reply due first"), Complaint.reply_due_at),
        "number": Sort(lambda: term("complaint_no"), Complaint.number, descending=True),
    },
    (
        state_filter(Complaint, procedure.UNFINISHED),
        Filter(
            "reply",
            lambda: term("reply"),
            lambda: [
                ("late", gettext("Overdue")),
                ("waiting", gettext("Not due yet")),
                ("replied_in_time", gettext("Replied in time")),
                ("replied_late", gettext("Replied late")),
            ],
            _reply_is,
        ),
        Filter(
            "severity",
            lambda: term("severity"),
            lambda: choices("severity"),
            lambda value: Complaint.severity == value,
        ),
        Filter(
            "category",
            lambda: term("defect_category"),
            lambda: [(one.code, in_language(one.name)) for one in rulebook().defects.values()],
            lambda value: Complaint.defect_category == value,
        ),
        Filter("route", lambda: term("route"), _routes, _goes_by),
        customer_filter(Complaint.customer_id),
    ),
    search_label=lambda: gettext("Number, customer, model, lot, description"),
    period=Complaint.heard_at,
)
