"""Forms of a customer: identity, terms, contacts."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import SubmitField

from cs.blueprints.customers.listing import OPEN_COMPLAINT
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import MAX_PHONE_LENGTH, Customer
from cs.records.procedure import local_day
from cs.web.fields import (
    Choice,
    Choices,
    Day,
    LongText,
    ReasonForm,
    Reference,
    StepForm,
    Text,
    WithAmendmentReason,
    Yes,
    reference_choices,
)
from cs.web.number_fields import Whole
from cs.web.options import record_link, sales_people
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.labels import choices, label

MAX_REPLY_DAYS = 365


_MAIL = re.compile(r"[^@\s]+@[^@\s]+")  # a factory's own mail server may have a name without a dot


class ContactForm(RowForm):
    """7.2-12 to 16: a person at the customer."""

    name = Text("display_name", most=60)
    position = Text("position", most=60)
    phone = Text("phone", most=MAX_PHONE_LENGTH, render_kw={"inputmode": "tel"})
    email = Text("email", render_kw={"inputmode": "email"})
    contact_role = Choice("contact_role", "contact_role")
    survey_recipient = Yes("survey_recipient")

    decisive = ("name", "position", "phone", "email")
    noun = "contact"

    def check(self) -> None:
        if not self.name.data:
            self.fault("name", gettext("Who is it? Fill in the name, or clear the row."))
        if not self.phone.data and not self.email.data:
            self.fault("phone", gettext("Fill in a telephone number or an e-mail address."))
        if self.email.data and not _MAIL.fullmatch(self.email.data):
            self.fault("email", gettext("This is not an e-mail address."))


class CustomerForm(WithRows, StepForm):
    """The customer file (7.2). The level is not here: it comes from the grading."""

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
    reply_days = Whole("reply_days", most=MAX_REPLY_DAYS)
    retention_asked = Text("retention_asked")
    remarks = LongText("remarks", most=2000)

    rows = "contacts"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        people = sales_people()
        if record is not None:
            people += [person for person in (record.rep, record.clerk) if person]
        offered = [(person.id, person.name) for person in dict.fromkeys(people)]
        self.rep_id.choices = self.clerk_id.choices = reference_choices(offered)
        self.contacts.stand_ready(1 if self.contacts.entries else self.ready)

    def fill(self, record: Any, on: datetime) -> None:
        if record is None:
            self.status.data = "active"
            if current_user.id in {person.id for person in sales_people()}:
                self.rep_id.data = current_user.id
            return
        for field in self.shown:
            if field.name not in (self.rows, "more_rows") and hasattr(record, field.name):
                field.process_data(getattr(record, field.name))
        self.contacts.refill(record.contacts)
        self.contacts.stand_ready(1)

    def check(self, record: Any, on: datetime) -> None:
        if not self.contacts.filled:
            self.fault("contacts", gettext("At least one contact is needed."))
        if self.partner_since.data and self.partner_since.data > local_day(on):
            self.fault("partner_since", gettext("This is in the future."))
        if self.full_name.data and (
            same := Customer.same(Customer.key_of(self.full_name.data), other_than=record)
        ):
            self.fault(
                "full_name",
                record_link(
                    gettext("This customer is already on record:"),
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


class EditCustomerForm(WithAmendmentReason, CustomerForm):
    """5.6: the customer file with changes, and why."""


class VoidForm(ReasonForm):
    """5.6: a customer with open complaints cannot be voided."""

    def check(self, record: Any, on: datetime) -> None:
        waiting = db.session.execute(
            select(func.count()).where(
                Complaint.customer_id == record.id, Complaint.state.in_(OPEN_COMPLAINT)
            )
        ).scalar_one()
        if waiting:
            self.fault(
                "reason", gettext("%(count)s complaint(s) from this customer are still open.", count=waiting)
            )
