"""The forms by which a return is registered, judged and closed (5.3.1, 5.3.2, 5.3.5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from wtforms import SubmitField

from cs.blueprints.returns.slip_warnings import WithWarnings
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Product
from cs.models.returns.customer_return import Return
from cs.procedure import complaint_rules, complaints
from cs.procedure.returns import fits_unit
from cs.records.procedure import local_day
from cs.records.record import by_number, find
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    Moment,
    Reference,
    Signed,
    StepForm,
    Text,
    WithAmendmentReason,
    WithFiles,
    Yes,
    requested_id,
)
from cs.web.number_fields import Number
from cs.web.options import customers_to_choose, products_to_choose
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.formats import format_day
from cs.wording.labels import choice, choices, label

ROWS_READY = 2  # empty lines on a new slip
MAX_QUANTITY = "999999.999"  # of a line


def refuse_after_today(form: StepForm, name: str, on: datetime) -> None:
    if form[name].data and form[name].data > local_day(on):
        form.fault(name, gettext("This is in the future."))


def refuse_before(form: StepForm, name: str, first: date | None) -> None:
    if first and form[name].data and form[name].data < first:
        form.fault(name, gettext("This is before %(day)s.", day=format_day(first)))


class LineRow(RowForm):
    """Return slip, field 6: model, lot, order, reason, quantity."""

    product_id = Reference("model")
    lot_no = Text("lot_no", most=60)
    order_no = Text("order_no", most=60)
    return_reason = Text("return_reason", most=200)
    slip_qty = Number("slip_qty", most=MAX_QUANTITY)

    decisive = ("product_id", "return_reason", "slip_qty")

    def check(self) -> None:
        if not self.product_id.data:
            self.fault("product_id", gettext("Please choose one."))
        if not self.return_reason.data:
            self.fault("return_reason", gettext("Please fill this in."))
        if not self.slip_qty.errors:
            if not self.slip_qty.data:
                self.fault("slip_qty", gettext("Please enter a quantity above zero."))
            elif (
                self.product_id.data
                and not self.product_id.errors
                and (product := db.session.get(Product, self.product_id.data))
            ):
                check_unit(self, "slip_qty", product)


def check_unit(form: Any, name: str, product: Product) -> None:
    """Refuse decimals that the unit of the product does not allow."""
    if form[name].data is not None and not form[name].errors and not fits_unit(form[name].data, product.unit):
        form.fault(
            name, gettext("Quantities in %(unit)s must be whole numbers.", unit=choice("unit", product.unit))
        )


class _SlipForm(WithRows, StepForm):
    """The slip: customer and lines."""

    customer_id = Reference("customer", required=True)
    customer_slip_no = Text("customer_slip_no", most=60)
    return_kind = Choice("return_kind", "return_kind")
    lines = Rows(LineRow, label("return_lines"))
    more_rows = SubmitField()

    rows = "lines"
    beside: frozenset[str] = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_id.choices = customers_to_choose(record.customer_id if record else None)
        self.lines.stand_ready(1 if self.lines.entries else ROWS_READY)
        offered = products_to_choose(*(line.product_id for line in record.lines) if record else ())
        for entry in self.lines.entries:
            entry.form.product_id.choices = offered

    def fill(self, record: Any, on: datetime) -> None:
        if record is not None:
            for name in ("customer_id", "customer_slip_no", "return_kind"):
                self[name].process_data(getattr(record, name))
            self.lines.refill(record.lines)
            self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        if not self.lines.filled and not self.lines.errors:
            self.lines.errors = [gettext("Please enter at least one line.")]

    def values(self) -> dict[str, Any]:
        names = ("product_id", "lot_no", "order_no", "return_reason", "slip_qty")
        rows = [row.values_of(*names, *(["id"] if row.id.data else [])) for row in self.lines.filled]
        return super().values() | {"lines": rows}


class GateForm(WithFiles, _SlipForm):
    """5.3.2: goods that arrived at the warehouse unannounced, with photographs of them as they came."""

    arrived_at = Moment("arrived_at", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        self.arrived_at.process_data(on)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.arrived_at.data and self.arrived_at.data > on:
            self.fault("arrived_at", gettext("This is in the future."))


class _SalesSlipForm(WithWarnings, _SlipForm):
    """The slip as sales fills it in.

    The kind of return is required here: sales knows it, the warehouse at the gate need not.
    """

    return_kind = Choice("return_kind", "return_kind", required=True)
    cost_bearer = Choice("cost_bearer", "cost_bearer")
    wants_goods = Yes("wants_goods")
    goods_wanted_on = Day("goods_wanted_on")
    return_by = Day("return_by")

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is not None:
            for name in ("cost_bearer", "wants_goods", "goods_wanted_on", "return_by"):
                self[name].process_data(getattr(record, name))

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.wants_goods.data and not self.goods_wanted_on.data:
            self.fault("goods_wanted_on", gettext("Enter when the customer wants the goods."))
        for name in ("goods_wanted_on", "return_by"):
            day = self[name].data
            if day and day < local_day(on) and (record is None or day != getattr(record, name)):
                self.fault(name, gettext("This day is over."))
        if (
            record is not None
            and record.complaint_id
            and self.customer_id.data not in (None, record.complaint.customer_id)
        ):
            self.fault("customer_id", gettext("The complaint of this return belongs to another customer."))


class AmendForm(WithAmendmentReason, _SalesSlipForm):
    """5.6: corrections to the slip before the goods are counted, with the reason."""


class RegisterForm(_SalesSlipForm):
    """5.3.1, 5.3.5: sales registers a return for an existing complaint, or for a new one."""

    join_complaint = Text("join_complaint", most=40)

    closed_complaint: Complaint | None = None  # the one that was to be joined, where it is closed
    beside = frozenset({"more_rows", "join_complaint"})

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        complaint = find(Complaint, requested_id("complaint"))
        if record is None and complaint is not None:
            self.join_complaint.data, self.customer_id.data = complaint.number, complaint.customer_id
            self.lines.refill(
                [
                    {
                        "product_id": complaint.product_id,
                        "lot_no": complaint.lot_no,
                        "order_no": complaint.order_no,
                        "return_reason": complaint.description[:200],
                    }
                ]
            )
            self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if not self.join_complaint.data:
            return
        complaint = self.complaint
        if complaint is not None and complaint.state == complaints.CLOSED:
            self.closed_complaint = complaint
            self.fault(
                "join_complaint",
                gettext(
                    "This complaint is closed, and goods that arrive now cannot join it. It is opened again, "
                    "or a new complaint is made: see below."
                ),
            )
        elif complaint is None or complaint.state not in complaints.OPEN:
            self.fault(
                "join_complaint",
                gettext(
                    "There is no open complaint with this number. Leave it empty and the return creates one."
                ),
            )
        elif self.customer_id.data not in (None, complaint.customer_id):
            self.fault("join_complaint", gettext("This complaint belongs to another customer."))

    @property
    def complaint(self) -> Complaint | None:
        return by_number(Complaint, self.join_complaint.data)

    def values(self) -> dict[str, Any]:
        return super().values() | {
            "complaint_id": self.complaint.id if self.join_complaint.data and self.complaint else None
        }


# Liability


class _JudgeForm(WithFiles, StepForm):
    """5.3.1, Q20: quality judges before the goods are picked up."""

    liability = Choice("liability", required=True, radio=True)
    liability_note = LongText("liability_note", required=True, most=1000)

    offered: tuple[str, ...] = ()

    def offer(self, record: Any, on: datetime) -> None:
        self.liability.choices = [(code, name) for code, name in choices("liability") if code in self.offered]

    def fill(self, record: Any, on: datetime) -> None:
        """Leave the form empty: an earlier judgement is no default."""


class AcceptForm(_JudgeForm):
    offered = complaint_rules.OURS


class DeclineForm(_JudgeForm):
    offered = (*complaint_rules.NOT_OURS, "ntf")


class AnswerForm(StepForm):
    """5.3.5: the answer of the customer."""

    customer_answer = LongText("customer_answer", required=True, most=1000)
    answered_on = Day("answered_on", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        self.answered_on.data = local_day(on)

    def check(self, record: Any, on: datetime) -> None:
        refuse_after_today(self, "answered_on", on)
        refuse_before(self, "answered_on", local_day(record.registered_at))


class ArrangeForm(StepForm):
    """5.3.1: planning arranges the pick-up."""

    pick_up_on = Day("pick_up_on", required=True)
    pick_up_note = LongText("pick_up_note", most=500)

    def check(self, record: Any, on: datetime) -> None:
        refuse_before(self, "pick_up_on", local_day(on))


# Return to the customer and closing


class GiveBackForm(WithFiles, StepForm):
    """The goods go back to the customer or are scrapped, in the quantities decided before."""

    given_back_on = Day("given_back_on", required=True)
    delivery_no = Text("delivery_no", most=60)
    given_back_note = LongText("given_back_note", most=500)

    def fill(self, record: Any, on: datetime) -> None:
        self.given_back_on.data = local_day(on)

    def check(self, record: Return, on: datetime) -> None:
        refuse_after_today(self, "given_back_on", on)
        refuse_before(self, "given_back_on", local_day(record.arrived_at) if record.arrived_at else None)
        if any(line.tally.to_customer for line in record.lines) and not self.delivery_no.data:
            self.fault(
                "delivery_no",
                gettext("Goods go back to the customer: enter the delivery note number."),
            )


class ConfirmForm(WithFiles, StepForm):
    """5.3.5: the customer confirms."""

    response_on = Day("response_on", required=True)
    response_note = LongText("response_note", required=True, most=1000)

    def fill(self, record: Any, on: datetime) -> None:
        self.response_on.data = local_day(on)

    def check(self, record: Return, on: datetime) -> None:
        refuse_after_today(self, "response_on", on)
        refuse_before(self, "response_on", record.given_back_on)


class CloseForm(Signed, StepForm):
    closing_note = LongText("closing_note", most=500)
