"""The list of customers: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Contact, Customer
from cs.procedure import complaints
from cs.queries.listing import Filter, Listing, Sort
from cs.records.events import Event
from cs.records.users import User
from cs.wording.labels import choices, state_name, term

OPEN_COMPLAINT = complaints.UNFINISHED


REP = aliased(User)


FIRST_CONTACT = (
    select(func.min(Contact.id))
    .where(Contact.customer_id == Customer.id)
    .correlate(Customer)
    .scalar_subquery()
)


OPEN_COUNT = (
    select(func.count())
    .where(Complaint.customer_id == Customer.id, Complaint.state.in_(OPEN_COMPLAINT))
    .correlate(Customer)
    .scalar_subquery()
)


def _statuses() -> list[tuple[str, str]]:
    return [*choices("customer_status"), ("void", state_name("customer", "void"))]


def _has_status(value: str) -> ColumnElement[bool]:
    return (
        Customer.state == "void"
        if value == "void"
        else and_(Customer.status == value, Customer.state == "active")
    )


def _has_level(value: str) -> ColumnElement[bool]:
    return Customer.customer_level.is_(None) if value == "ungraded" else Customer.customer_level == value


LISTING = Listing(
    Customer,
    select(
        Customer.id,
        Customer.number,
        Customer.short_name,
        Customer.full_name,
        Customer.customer_level,
        Customer.customer_type,
        Customer.status,
        Customer.state,
        Contact.name.label("contact"),
        Contact.phone,
        REP.name.label("rep"),
        OPEN_COUNT.label("open_complaints"),
        Event.at.label("updated_at"),
    )
    .outerjoin(Contact, Contact.id == FIRST_CONTACT)
    .outerjoin(REP, REP.id == Customer.rep_id)
    .outerjoin(
        Event, and_(Event.kind == "customer", Event.record_id == Customer.id, Event.seq == Customer.version)
    ),
    {
        "name": Sort(lambda: term("short_name"), Customer.sort_name),
        "number": Sort(lambda: term("customer_code"), Customer.number),
        "newest": Sort(lambda: gettext("Newest first"), Customer.created_at, descending=True),
    },
    (
        Filter("status", lambda: term("customer_status"), _statuses, _has_status),
        Filter("level", lambda: term("customer_level"), lambda: choices("customer_level"), _has_level),
        Filter(
            "type",
            lambda: term("customer_type"),
            lambda: choices("customer_type"),
            lambda value: Customer.customer_type == value,
        ),
    ),
    search_label=lambda: gettext("Number, name, contact, telephone"),
)
