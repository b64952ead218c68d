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
from cs.records.texts import lookalike_key
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
    lookalike_confirmed = Yes("lookalike_confirmed")
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

    lookalike: Customer | None = None  # on record under a name that people take for this one

    rows = "contacts"
    beside = frozenset({"more_rows", "lookalike_confirmed"})

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
        if self.full_name.data:
            self._check_name(self.full_name.data, record)

    def _check_name(self, name: str, record: Customer | None) -> None:
        """Refuse a name that is on record; warn of one that is taken for it, where it is new."""
        same = Customer.same(Customer.key_of(name), other_than=record)
        if same is not None:
            self._fault_with_link(gettext("This customer is already on record:"), same)
            return
        if record is None or record.lookalike_key != lookalike_key(name):
            self.lookalike = Customer.like(name, other_than=record)
        if self.lookalike is not None and not self.lookalike_confirmed.data:
            message = gettext(
                "A customer with nearly the same name is on record. "
                "If this one is another company, tick the box below."
            )
            self._fault_with_link(message, self.lookalike)

    def _fault_with_link(self, message: str, customer: Customer) -> None:
        address = url_for("customers.detail", record_id=customer.id)
        self.fault("full_name", record_link(message, address, customer.title))

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
