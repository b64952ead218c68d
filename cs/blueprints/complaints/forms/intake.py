"""The forms of receipt (5.2.1.1, 5.2.1.2): block A of the report, logged, passed on, registered, amended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.blueprints.complaints.forms.faults import lot_faults, quantity_faults
from cs.blueprints.complaints.lookup import WithLookUp
from cs.records.procedure import local_day
from cs.web.fields import (
    Choice,
    Choices,
    Day,
    LongText,
    Moment,
    Reference,
    StepForm,
    Text,
    Whole,
    WithFiles,
    Yes,
)
from cs.web.options import customers_to_choose, products_to_choose
from cs.wording.formats import list_in_words


class GoodsForm(WithLookUp, WithFiles, StepForm):
    """What every form of block A asks: the goods, the problem, what the customer wants."""

    channel = Choice("channel", "channel", required=True)
    contact_name = Text("contact_name")
    contact_phone = Text("contact_phone", most=40)
    product_id = Reference("model")
    lot_no = Text("lot_no")
    lot_confirmed = Yes("lot_confirmed")
    description = LongText("description", required=True)

    beside = frozenset({"lot_confirmed", "fill_in"})

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_id.choices = customers_to_choose(record.customer_id if record else None)
        self.product_id.choices = products_to_choose(record.product_id if record else None)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is None:
            self.heard_at.process_data(on)

    def check(self, record: Any, on: datetime) -> None:
        if "heard_at" in self and self.heard_at.data and self.heard_at.data > on:
            self.fault("heard_at", gettext("This is in the future."))
        lot_faults(self, self.customer_id.data)


class PassOnForm(GoodsForm):
    """5.2.1.2: what a department heard; sales makes a complaint of it."""

    heard_at = Moment("heard_at", required=True)
    customer_id = Reference("customer")
    customer_said = Text("customer_said")

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if not self.customer_id.data and not self.customer_said.data:
            self.fault("customer_said", gettext("Choose the customer from the list, or enter its name here."))


class RegisterForm(GoodsForm):
    """5.2.1.2: sales registers what was passed on; when it was first heard stays as it is."""

    customer_id = Reference("customer", required=True)
    oral_written = Choice("oral_written", "oral_written")
    customer_ref = Text("customer_ref")
    customer_part_no = Text("customer_part_no")
    order_no = Text("order_no")
    produced_on = Day("produced_on")
    shipped_on = Day("shipped_on")
    shipped_qty = Whole("shipped_qty")
    checked_qty = Whole("checked_qty")
    defect_qty = Whole("defect_qty")
    found_at = Choice("found_at", "found_at")
    demand = Choices("demand", "demand")
    customer_deadline = Moment("customer_deadline")

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is not None:
            self.demand.data = record.demands

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        heard_at = self.heard_at.data if "heard_at" in self else record.heard_at
        deadline = self.customer_deadline.data
        if deadline and heard_at and deadline <= heard_at:
            self.fault(
                "customer_deadline", gettext("The deadline is before we first heard of the complaint.")
            )
        elif deadline and deadline < on and (record is None or deadline != record.customer_deadline):
            self.fault("customer_deadline", gettext("This deadline has already passed."))
        if self.shipped_on.data and heard_at and self.shipped_on.data > local_day(heard_at):
            self.fault("shipped_on", gettext("The shipping date is after we first heard of the complaint."))
        latest = self.shipped_on.data or (local_day(heard_at) if heard_at else None)
        if self.produced_on.data and latest and self.produced_on.data > latest:
            self.fault("produced_on", gettext("The goods were produced after they were shipped."))
        quantity_faults(self, self.checked_qty.data, self.defect_qty.data, self.shipped_qty.data)


class LogForm(RegisterForm):
    """5.2.1.1: sales logs what the customer said. Only customer, time, channel and description are
    required."""

    heard_at = Moment("heard_at", required=True)


class AmendForm(LogForm):
    """5.6: block A; the customer stays once goods move under the complaint."""

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if record.goods and self.customer_id.data not in (None, record.customer_id):
            self.fault(
                "customer_id",
                gettext(
                    "%(numbers)s belong to this complaint, so its customer can no longer be changed.",
                    numbers=list_in_words(one.number for one in record.goods),
                ),
            )
