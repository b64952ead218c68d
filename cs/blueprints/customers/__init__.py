"""Customers 客户 (5.1.3.2, 5.4.1): the list, the customer file MJ-QP-12-02 as a page, and its forms."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased
from wtforms import SubmitField

from cs.extensions import db
from cs.imports.master_data import CUSTOMERS
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Contact, Customer, Shipment
from cs.procedure import complaints, customers
from cs.procedure.authority import Permission
from cs.queries.listing import Filter, Listing, Sort
from cs.records.events import Event
from cs.records.procedure import zone
from cs.records.sections import RecordSection
from cs.records.users import User
from cs.registers.customers import CUSTOMER_REGISTER
from cs.web.access import requires
from cs.web.fields import (
    Choice,
    Choices,
    Day,
    LongText,
    ReasonForm,
    Reference,
    StepForm,
    Text,
    Whole,
    Yes,
    reference_choices,
)
from cs.web.options import record_link, sales_people
from cs.web.record_page import files, other_steps, timeline
from cs.web.responses import show
from cs.web.rows import RowForm, Rows, WithRows
from cs.web.steps import mount
from cs.wording.words import choice, choices, label, state_name, term

blueprint = Blueprint("customers", __name__, url_prefix="/customers")

OPEN_COMPLAINT = complaints.UNFINISHED
COMPLAINTS_SHOWN = 10
LONGEST_AGREED = 365
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")  # a factory's own mail server may have a name without a dot


# The forms of the steps


class ContactForm(RowForm):
    """7.2-12 to 16: a person at the customer."""

    name = Text("display_name", most=60)
    position = Text("position", most=60)
    phone = Text("phone", most=40, render_kw={"inputmode": "tel"})
    email = Text("email", render_kw={"inputmode": "email"})
    contact_role = Choice("contact_role", "contact_role")
    survey_recipient = Yes("survey_recipient")

    decisive = ("name", "position", "phone", "email")

    def check(self) -> None:
        if not self.name.data:
            self.fault("name", gettext("Who is it? Fill in the name, or empty the row."))
        if not self.phone.data and not self.email.data:
            self.fault("phone", gettext("Fill in a telephone number or an e-mail address."))
        if self.email.data and not _MAIL.fullmatch(self.email.data):
            self.fault("email", gettext("This is no e-mail address."))


class CustomerForm(WithRows, StepForm):
    """The customer file (7.2). Only the names, the type, the status and one contact are required; the level
    comes from the grading."""

    full_name = Text("full_name", required=True)
    short_name = Text("short_name", required=True, most=40)
    english_name = Text("english_name")
    customer_type = Choice("customer_type", "customer_type", required=True)
    status = Choice("customer_status", "customer_status", required=True)
    tax_id = Text("tax_id", most=40)
    legal_representative = Text("legal_representative", most=60)
    organisation_type = Choice("organisation_type", "organisation_type")
    scale = Text("scale")
    industry = Text("industry")
    product_type = Choices("product_type", "product_type")
    products = Text("main_products", most=300)
    monthly_demand = Text("monthly_demand")
    brand_standing = Choice("brand_standing", "brand_standing")
    address = Text("registered_address", most=300)
    delivery_address = Text("delivery_address", most=300)
    invoice_address = Text("invoice_address", most=300)
    contacts = Rows(ContactForm, label("contacts"))
    more_rows = SubmitField()
    rep_id = Reference("rep")
    clerk_id = Reference("clerk")
    partner_since = Day("partner_since")
    payment_terms = Choice("payment_terms", "payment_terms")
    currency = Choice("currency", "currency")
    credit_limit = Whole("credit_limit")
    delivery_terms = Choice("delivery_terms", "delivery_terms")
    reply_days = Whole("reply_days", most=LONGEST_AGREED)
    retention_asked = Text("retention_asked")
    remarks = LongText("remarks", most=2000)

    rows = "contacts"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        people = sales_people()
        kept = (
            [] if record is None else [one for one in (record.rep, record.clerk) if one and one not in people]
        )
        offered = [(one.id, one.name) for one in dict.fromkeys([*people, *kept])]
        self.rep_id.choices = self.clerk_id.choices = reference_choices(offered)
        self.contacts.stand_ready(1 if self.contacts.entries else self.ready)

    def fill(self, record: Any, on: datetime) -> None:
        if record is None:
            self.status.data = "active"
            if current_user.id in {one.id for one in sales_people()}:
                self.rep_id.data = current_user.id
            return
        for field in self.shown:
            if field.name not in (self.rows, "more_rows"):
                field.process_data(getattr(record, field.name))
        self.contacts.refill(record.contacts)
        self.contacts.stand_ready(1)

    def check(self, record: Any, on: datetime) -> None:
        if not self.contacts.filled:
            self.fault("contacts", gettext("At least one contact is needed."))
        if self.partner_since.data and self.partner_since.data > on.astimezone(zone()).date():
            self.fault("partner_since", gettext("This lies in the future."))
        if self.full_name.data and (
            same := Customer.same(Customer.key_of(self.full_name.data), other_than=record)
        ):
            self.fault(
                "full_name",
                record_link(
                    gettext("This customer is in the list already:"),
                    url_for("customers.detail", record_id=same.id),
                    same.title,
                ),
            )

    def values(self) -> dict[str, Any]:
        chosen = [
            code for code, _name in choices("product_type") if code in self.product_type.data
        ]  # in the procedure's order, whatever was sent
        return super().values() | {
            "contacts": [row.data for row in self.contacts.filled],
            "product_type": chosen or None,
        }


class VoidForm(ReasonForm):
    """5.6: a customer with open complaints stays until they are closed, void or moved."""

    def check(self, record: Any, on: datetime) -> None:
        waiting = db.session.execute(
            select(func.count()).where(
                Complaint.customer_id == record.id, Complaint.state.in_(OPEN_COMPLAINT)
            )
        ).scalar_one()
        if waiting:
            self.fault(
                "reason", gettext("%(count)s complaint(s) of this customer are still open.", count=waiting)
            )


FORMS: dict[str, type[StepForm]] = {"create": CustomerForm, "edit": CustomerForm, "void": VoidForm}


# The list


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


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All customers, narrowed by the address."""
    page = LISTING.page(request.args, url_for("customers.index"))
    return show(
        "customers/list.html",
        "customers/_rows.html",
        page=page,
        may_edit=current_user.may(customers.CUSTOMER.step("create").permission),
    )


# The page


def _complaints_of(record: Customer) -> dict[str, Any]:
    """The customer's complaints, the open ones first, then the newest; and how many there are."""
    query = select(
        Complaint.id,
        Complaint.number,
        Complaint.description,
        Complaint.state,
        Complaint.heard_at,
        Complaint.reply_due_at,
        Complaint.replied_at,
        Complaint.first_due_at,
    ).where(Complaint.customer_id == record.id)
    open_first = case((Complaint.state.in_(OPEN_COMPLAINT), 0), else_=1)
    rows = list(
        db.session.execute(
            query.order_by(open_first, Complaint.heard_at.desc(), Complaint.id.desc()).limit(COMPLAINTS_SHOWN)
        )
    )
    counted = select(func.count(), func.count().filter(Complaint.state.in_(OPEN_COMPLAINT))).where(
        Complaint.customer_id == record.id
    )
    total, waiting = db.session.execute(counted).one()
    return {"rows": rows, "total": total, "open": waiting}


def _page(record: Customer, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    shipped = db.session.execute(
        select(func.count()).where(Shipment.customer_id == record.id, Shipment.state == "active")
    ).scalar_one()
    missing = (
        [term({"rep_id": "rep", "clerk_id": "clerk"}.get(name, name)) for name in record.missing]
        if record.state == "active"
        else []
    )
    return {
        "actions": other_steps(record, steps, "customers"),
        "timeline": timeline(record),
        "files": files(record),
        "complaints": _complaints_of(record),
        "shipped": shipped,
        "missing": missing,
        "product_types": [choice("product_type", code) for code in record.product_type or ()],
    }


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Customers"),
        "people",
        model=Customer,
        forms=FORMS,
        context=_page,
        registers=(CUSTOMER_REGISTER,),
        table=CUSTOMERS,
    )
)
