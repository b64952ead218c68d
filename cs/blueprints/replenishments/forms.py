"""The forms of a replenishment (5.3.4): the application, its signatures, the urgent order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import HiddenField, SubmitField

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Product
from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.prices import known_price
from cs.models.returns.customer_return import Return
from cs.procedure import complaints, returns
from cs.procedure import replenishments as procedure
from cs.records.procedure import local_day, rulebook
from cs.records.record import by_number, find
from cs.records.texts import comparable
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    Reference,
    Signed,
    StepForm,
    Text,
    WithAmendmentReason,
    Yes,
    requested_id,
)
from cs.web.number_fields import Number
from cs.web.options import products_to_choose
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.formats import format_day
from cs.wording.labels import choice, label

ROWS_READY = 2


class LineRow(RowForm):
    """Field 5 of the application: product, quantity, unit price."""

    product_id = Reference("model")
    quantity = Number("quantity", most=str(procedure.MOST_QUANTITY))
    unit_price = Number("unit_price", most=str(procedure.MOST_PRICE), places=procedure.PRICE_DECIMALS)

    decisive = ("product_id", "quantity", "unit_price")

    def propose_price(self, customer_id: int | None, currency: str) -> None:
        """Fill in the price that is known where none is typed."""
        typed = [text for text in self.unit_price.raw_data or () if text.strip()]
        if self.product_id.data and self.unit_price.data is None and not typed:
            self.unit_price.process_data(known_price(self.product_id.data, customer_id, currency))
            self.unit_price.raw_data = None  # shown and checked as if it had been on record

    def check(self) -> None:
        if not self.product_id.data:
            self.fault("product_id", gettext("Please choose one."))
        for name, message in (
            ("quantity", gettext("Please enter a quantity above zero.")),
            (
                "unit_price",
                gettext(
                    "Please enter the price, even if the customer is not charged: the amount "
                    "decides who approves."
                ),
            ),
        ):
            if not self[name].errors and not self[name].data:
                self.fault(name, message)
        if self.errors:
            return
        product = db.session.get(Product, self.product_id.data)
        if product and not returns.fits_unit(self.quantity.data, product.unit):
            self.fault(
                "quantity",
                gettext("Quantities in %(unit)s must be whole numbers.", unit=choice("unit", product.unit)),
            )

    def check_amount(self, rate: Decimal) -> None:
        """Add a fault where the line comes to nothing at this rate."""
        if not self.errors and procedure.line_amount(self.quantity.data, self.unit_price.data, rate) == 0:
            self.fault("unit_price", gettext("The amount is less than one fen."))


class ChangeForm(WithRows, StepForm):
    """Fields 4 to 9: the goods, by when and why."""

    lines = Rows(LineRow, label("lines"))
    more_rows = SubmitField()
    currency = Choice("currency", "currency", required=True, default=procedure.RMB)
    rate = Number(
        "rate",
        least=str(procedure.LEAST_RATE),
        most=str(procedure.MOST_RATE),
        places=procedure.RATE_DECIMALS,
    )
    rate_reason = LongText("rate_reason", most=500)
    order_no = Text("original_order_no", required=True, most=60)
    charged = Yes("charged")
    wanted_on = Day("wanted_on", required=True)
    replenishment_reason = LongText("replenishment_reason", required=True, most=1000)

    rows = "lines"
    beside: frozenset[str] = frozenset({"more_rows"})
    keeps_day = True  # a day that is over may stay as it is

    @property
    def signed_in_place(self) -> bool:
        return rulebook().replenishment.in_place in procedure.LAST

    def offer(self, record: Any, on: datetime) -> None:
        self.lines.stand_ready(1 if self.lines.entries else ROWS_READY)
        offered = products_to_choose(*(line.product_id for line in record.lines) if record else ())
        for entry in self.lines.entries:
            entry.form.product_id.choices = offered
            entry.form.propose_price(self.customer_id(record), self.currency.data or procedure.RMB)

    def customer_id(self, record: Any) -> int | None:
        return record.customer_id if record else None

    def fill(self, record: Any, on: datetime) -> None:
        if record is None:
            return
        for name in ("currency", "rate_reason", "order_no", "charged", "wanted_on", "replenishment_reason"):
            self[name].process_data(getattr(record, name))
        self.rate.process_data(None if record.currency == procedure.RMB else record.rate)
        self.lines.refill(record.lines)
        self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        if not self.lines.filled and not self.lines.errors:
            self.lines.errors = [gettext("Please enter at least one line.")]
        self._check_rate()
        stays = self.keeps_day and record is not None and self.wanted_on.data == record.wanted_on
        if self.wanted_on.data and self.wanted_on.data < local_day(on) and not stays:
            self.fault("wanted_on", gettext("This day is over."))

    def _check_rate(self) -> None:
        if self.rate.errors or self.currency.errors:
            return
        if self.currency.data == procedure.RMB:
            if self.rate.data not in (None, procedure.AT_PAR):
                self.fault("rate", gettext("RMB has no rate: leave it empty, or choose the currency."))
        elif self.rate.data is None:
            self.fault("rate", gettext("Please enter the rate: how many RMB for 1 of the currency."))
        else:
            self._check_rate_reason()
        if not (self.rate.errors or self.lines.errors):
            for row in self.lines.filled:
                row.check_amount(self.rate.data or procedure.AT_PAR)
            self.lines.gather()

    def _check_rate_reason(self) -> None:
        rule = rulebook().replenishment
        if self.rate_reason.data or not rule.rate_needs_reason(self.currency.data, self.rate.data):
            return
        usual = rule.rates.get(self.currency.data)
        self.fault(
            "rate_reason",
            gettext(
                "The rate is far from the usual %(usual)s. Correct it, or say why: "
                "the approvers see the reason.",
                usual=usual.usual,
            )
            if usual
            else gettext("No usual rate is known: say where it comes from. The approvers see the reason."),
        )

    def values(self) -> dict[str, Any]:
        rows = self.lines.values_of("product_id", "quantity", "unit_price")
        return super().values() | {"lines": rows, "rate": self.rate.data or procedure.AT_PAR}


class AmendForm(WithAmendmentReason, ChangeForm):
    """5.6: what was filed, changed, and why."""


class FileAgainForm(AmendForm):
    """5.3.4: what was refused, changed and filed again, and why."""

    keeps_day = False


class FileForm(ChangeForm):
    """5.3.4: from a return, or from a complaint's meeting (5.2.2.4)."""

    complaint_no = Text("complaint_no", most=40)
    return_no = Text("return_no", most=40)

    beside = frozenset({"more_rows", "complaint_no", "return_no"})

    def fill(self, record: Any, on: datetime) -> None:
        slip = find(Return, requested_id("return"))
        complaint = slip.complaint if slip is not None else find(Complaint, requested_id("complaint"))
        if slip is not None:
            self.return_no.data, self.wanted_on.data = slip.number, slip.goods_wanted_on
            self.lines.refill(
                [{"product_id": line.product_id, "quantity": line.slip_qty} for line in slip.lines]
            )
        if complaint is not None:
            self.complaint_no.data, self.order_no.data = complaint.number, complaint.order_no
            if slip is None and complaint.product_id:
                self.lines.refill([{"product_id": complaint.product_id}])
        self.offer(None, on)

    def customer_id(self, record: Any) -> int | None:
        return self.complaint.customer_id if self.complaint else None

    @property
    def slip(self) -> Return | None:
        return by_number(Return, self.return_no.data)

    @property
    def complaint(self) -> Complaint | None:
        if self.return_no.data:
            return self.slip.complaint if self.slip else None
        return by_number(Complaint, self.complaint_no.data)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if not self.return_no.data and not self.complaint_no.data:
            self.fault("complaint_no", gettext("Enter the number of the complaint or of the return."))
        elif self.return_no.data and (
            self.slip is None or self.slip.complaint is None or self.slip.state not in returns.UNFINISHED
        ):
            self.fault("return_no", gettext("There is no open return with this number."))
        elif self.complaint is None or self.complaint.state not in complaints.OPEN:
            self.fault(
                "complaint_no" if not self.return_no.data else "return_no",
                gettext("There is no open complaint with this number."),
            )
        elif (
            self.return_no.data
            and self.complaint_no.data
            and comparable(self.complaint_no.data) != comparable(self.complaint.number)
        ):
            self.fault(
                "complaint_no",
                gettext("This return belongs to complaint %(number)s.", number=self.complaint.number),
            )

    def values(self) -> dict[str, Any]:
        complaint = self.complaint
        return super().values() | {
            "complaint_id": complaint.id if complaint else None,
            "return_id": self.slip.id if self.return_no.data and self.slip else None,
        }


class SignForm(Signed, StepForm):
    """A signature for exactly what is on the screen, whose hash comes back with the form.

    Another signature in the meantime does not matter, a change does.
    """

    seen = HiddenField()

    technical = StepForm.technical | {"seen"}

    def stamp(self, record: Replenishment) -> None:
        super().stamp(record)
        self.seen.data = record.face_hash()

    def is_stale(self, record: Replenishment) -> bool:
        return self.seen.data != record.face_hash()

    def values(self) -> dict[str, Any]:
        return super().values() | {"seen": self.seen.data}


class RefuseForm(SignForm):
    """5.3.4: a refusal needs a reason."""

    reason = LongText("refuse_reason", required=True, most=1000)


class EmptyForm(StepForm):
    """A step without fields."""


class ScheduleForm(StepForm):
    """3.6: the work order and its day; after the day that the customer wants only with a reason."""

    work_order = Text("work_order", required=True, most=60)
    scheduled_on = Day("scheduled_on", required=True)
    note = LongText("note", most=500)

    def offer(self, record: Replenishment, on: datetime) -> None:
        self.scheduled_on.description = gettext(
            "The customer wants the goods on %(day)s.", day=format_day(record.wanted_on)
        )

    def check(self, record: Replenishment, on: datetime) -> None:
        if self.scheduled_on.data and self.scheduled_on.data < local_day(on):
            self.fault("scheduled_on", gettext("This day is over."))
        elif self.scheduled_on.data and self.scheduled_on.data > record.wanted_on and not self.note.data:
            self.fault(
                "note",
                gettext(
                    "The customer wants the goods on %(day)s: say why they come later.",
                    day=format_day(record.wanted_on),
                ),
            )


class _DayForm(StepForm):
    """A step with its day: not in the future, and not before the order was released."""

    on_day = ""

    def fill(self, record: Any, on: datetime) -> None:
        self[self.on_day].data = local_day(on)

    def check(self, record: Replenishment, on: datetime) -> None:
        typed, earliest = self[self.on_day].data, self.earliest_day(record)
        if typed and typed > local_day(on):
            self.fault(self.on_day, gettext("This is in the future."))
        elif typed and typed < earliest:
            self.fault(self.on_day, gettext("This is before %(day)s.", day=format_day(earliest)))

    def earliest_day(self, record: Replenishment) -> date:
        return record.made_on or local_day(record.ordered_at or record.filed_at)


class MakeForm(_DayForm):
    made_on = Day("made_on", required=True)

    on_day = "made_on"


class ShipForm(_DayForm):
    sent_off_on = Day("sent_off_on", required=True)
    delivery_no = Text("delivery_no", required=True, most=60)

    on_day = "sent_off_on"
