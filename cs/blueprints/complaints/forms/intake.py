"""The forms of receipt (5.2.1.1, 5.2.1.2): block A of the report, logged, passed on, registered, amended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.blueprints.complaints.forms.clock import WithEvidence, require_evidence
from cs.blueprints.complaints.forms.faults import decided_faults, lot_faults, quantity_faults
from cs.blueprints.complaints.lookup import WithLookUp
from cs.models.complaints.clock import to_minute, withheld
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.reply import limit_of
from cs.models.customers import MAX_PHONE_LENGTH
from cs.models.holidays import work_calendar
from cs.records.procedure import local_day, rulebook
from cs.records.record import find
from cs.web.fields import (
    Choice,
    Choices,
    Day,
    LongText,
    Moment,
    Reference,
    StepForm,
    Text,
    WithAmendmentReason,
    WithFiles,
    Yes,
    requested_id,
)
from cs.web.number_fields import Whole
from cs.web.options import customers_to_choose, products_to_choose
from cs.wording.formats import list_in_words

# what a complaint about goods that came after the close of another takes over from that
SAME_GOODS = (
    "customer_id",
    "contact_name",
    "contact_phone",
    "product_id",
    "customer_part_no",
    "lot_no",
    "order_no",
    "shipped_on",
    "shipped_qty",
    "description",
)


class GoodsForm(WithLookUp, WithFiles, StepForm):
    """What every form of block A asks: the goods, the problem, what the customer wants."""

    channel = Choice("channel", "channel", required=True)
    contact_name = Text("contact_name")
    contact_phone = Text("contact_phone", most=MAX_PHONE_LENGTH)
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


class PassOnAgainForm(WithAmendmentReason, PassOnForm):
    """5.2.1.2: what was declined, changed by who passed it on; when it was first heard stays."""

    heard_at = None  # type: ignore[assignment]  # so that the field is left out


class AcknowledgeForm(StepForm):
    """7.4-24a: when and how the customer was told that the complaint is received."""

    acknowledged_at = Moment("acknowledged_at", required=True)
    acknowledged_channel = Choice("acknowledged_channel", "channel", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        self.acknowledged_at.process_data(on)
        # goods that came back are no way to tell the customer anything
        self.acknowledged_channel.data = None if record.channel == "return" else record.channel

    def check(self, record: Any, on: datetime) -> None:
        at = self.acknowledged_at.data
        if at and at > on:
            self.fault("acknowledged_at", gettext("This is in the future."))
        elif at and to_minute(at) < to_minute(record.heard_at):
            self.fault("acknowledged_at", gettext("This is before we first heard of the complaint."))


class _SalesForm(GoodsForm):
    """The fields of block A that sales fills in."""

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


class _MovesClock(WithEvidence):
    """5.2.2.6: a form by which the clock that is set may be asked to move; a date of the customer's own needs
    evidence."""

    def offer(self: Any, record: Any, on: datetime) -> None:
        super().offer(record, on)  # type: ignore[misc]
        self.offer_evidence(record)

    def proposed(self: Any, record: Any) -> dict[str, Any]:
        """Return what of the form would move the clock."""
        return withheld(record, {name: self[name].data for name in self.clock_fields if name in self})

    clock_fields = ("heard_at", "customer_deadline", "customer_id")

    def check(self: Any, record: Any, on: datetime) -> None:
        super().check(record, on)  # type: ignore[misc]
        if not self.customer_id.errors and self.proposed(record).get("customer_deadline"):
            require_evidence(self)


class RegisterForm(_MovesClock, _SalesForm):
    """5.2.1.2: sales registers what was passed on; when it was first heard stays as it is, and the clock
    runs: what would move it needs a reason."""

    clock_reason = LongText("clock_reason", most=500)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.proposed(record) and not self.clock_reason.data:
            self.fault("clock_reason", gettext("This moves the time by which the reply is due. Say why."))


def fill_from_closed(form: Any, earlier: Complaint) -> None:
    """Fill in the goods of a closed complaint whose return makes a new one (5.3.5)."""
    for name in SAME_GOODS:
        form[name].process_data(getattr(earlier, name))
    form.channel.data = "return"


class LogForm(_SalesForm):
    """5.2.1.1: sales logs what the customer said. Only customer, time, channel and description are
    required."""

    heard_at = Moment("heard_at", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        earlier = find(Complaint, requested_id("complaint")) if record is None else None
        if earlier is not None:
            fill_from_closed(self, earlier)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if record is None and self._is_beyond_limit() and not self.has_files:
            self.fault("files", gettext("The customer gives us longer than usual: add its mail or letter."))

    def _is_beyond_limit(self) -> bool:
        """Return whether the customer's date is later than the limit would end without it (Q15)."""
        heard_at, deadline = self.heard_at.data, self.customer_deadline.data
        faulty = self.heard_at.errors or self.customer_deadline.errors or self.customer_id.errors
        if faulty or not (heard_at and deadline):
            return False
        days = limit_of(self.customer_id.data)
        return bool(deadline > rulebook().reply.due_at(heard_at, work_calendar(), agreed_days=days))


class AmendForm(WithAmendmentReason, _MovesClock, LogForm):
    """5.6: block A, with the reason; the customer stays once goods move under the complaint. What would move
    the clock waits for consent (5.2.2.6)."""

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        decided_faults(self, record)
        if record.goods and self.customer_id.data not in (None, record.customer_id):
            self.fault(
                "customer_id",
                gettext(
                    "%(numbers)s belong to this complaint, so its customer can no longer be changed.",
                    numbers=list_in_words(one.number for one in record.goods),
                ),
            )
