"""The forms of a complaint's straight way: receipt, analysis, the answer, what the customer says to it, the
close (5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.blueprints.complaints.lookup import WithLookUp
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Shipment
from cs.procedure import complaints as procedure
from cs.records.attachments import Attachment
from cs.records.procedure import rulebook, zone
from cs.web.fields import (
    Choice,
    Choices,
    Day,
    LongText,
    Moment,
    ReasonForm,
    Reference,
    Signed,
    StepForm,
    Text,
    Whole,
    WithFiles,
    Yes,
    defect_choices,
)
from cs.web.options import customers_to_choose, products_to_choose
from cs.wording.words import choice, choices, in_language, listed, term


def _lot_faults(form: Any, customer_id: int | None) -> None:
    """An unknown lot is a warning to confirm, never a block."""
    lot = form.lot_no.data
    form.lot_unknown = bool(lot) and not Shipment.known_lot(lot, customer_id)
    if form.lot_unknown and not form.lot_confirmed.data:
        form.fault(
            "lot_no",
            gettext(
                "No shipment of this lot to this customer is on record. If the lot number is "
                "right, tick the box below."
            ),
        )


def _quantity_faults(form: Any, checked: int | None, defect: int | None, shipped: int | None) -> None:
    if checked is not None and defect is not None and defect > checked:
        form.fault(
            "defect_qty" if "defect_qty" in form else "checked_qty",
            gettext(
                "The quantity defective (%(defect)s) cannot exceed the quantity checked (%(checked)s).",
                defect=defect,
                checked=checked,
            ),
        )
    if shipped is not None and checked is not None and checked > shipped and "checked_qty" in form:
        form.fault(
            "checked_qty",
            gettext("The quantity checked exceeds the quantity shipped (%(shipped)s).", shipped=shipped),
        )


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
        _lot_faults(self, self.customer_id.data)


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
            self.fault("customer_deadline", gettext("The deadline is before the complaint was heard."))
        elif deadline and deadline < on and (record is None or deadline != record.customer_deadline):
            self.fault("customer_deadline", gettext("This deadline has already passed."))
        if self.shipped_on.data and heard_at and self.shipped_on.data > heard_at.astimezone(zone()).date():
            self.fault("shipped_on", gettext("Shipped after the complaint was heard."))
        _quantity_faults(self, self.checked_qty.data, self.defect_qty.data, self.shipped_qty.data)


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
                    numbers=listed(one.number for one in record.goods),
                ),
            )


class VoidForm(ReasonForm):
    """5.6: not while a return or a replenishment of it is under way (5.3.5)."""

    def check(self, record: Any, on: datetime) -> None:
        if record.goods_on_the_way:
            self.fault(
                "reason",
                gettext(
                    "%(numbers)s of this complaint are still open: complete or void them first.",
                    numbers=listed(one.number for one in record.goods_on_the_way),
                ),
            )


class ReceiveForm(StepForm):
    """5.2.1.3: nothing to fill in; taking it says who has it."""


PROPOSING = ("liability", "finding", "severity", "nature")  # the choices that the way follows from


@dataclass(frozen=True)
class Likeness:
    """3.4: like cases of this customer, which make it a repeat, and of others, which are a hint; and the way
    that the procedure leads to."""

    same: list[Complaint]
    others: list[Complaint]
    proposed: str | None
    months: int

    @classmethod
    def of(
        cls, record: Complaint, product_id: int | None, defect: str | None, **choices_made: str | None
    ) -> Likeness:
        """`defect` as the form has it: 'APP.scratch'. Nothing is proposed before all the choices are made."""
        category, _, code = (defect or "").partition(".")
        same, others = record.like_cases(product_id, code, category)
        made = {name: choices_made.get(name) or "" for name in PROPOSING}
        proposed = procedure.proposed_route(is_repeat=bool(same), **made) if all(made.values()) else None
        return cls(same, others, proposed, rulebook().recurrence_months)


class ConfirmForm(Signed, WithFiles, StepForm):
    """5.2.1.3, 5.2.2.1: block B, and what block A still lacks; signed."""

    contact_name = Text("contact_name")
    contact_phone = Text("contact_phone", most=40)
    oral_written = Choice("oral_written", "oral_written")
    product_id = Reference("model")
    lot_no = Text("lot_no")
    lot_confirmed = Yes("lot_confirmed")
    checked_qty = Whole("checked_qty")
    defect_qty = Whole("defect_qty")
    found_at = Choice("found_at", "found_at")
    unknown_reason = LongText("unknown_reason", most=500)
    finding = Choice("finding", "finding", required=True, radio=True)
    liability = Choice("liability", "liability", required=True)
    defect_category = Choice("defect_category", required=True)
    defect_code = Choice("defect_code", required=True)
    severity = Choice("severity", "severity", required=True, radio=True)
    nature = Choice("nature", "nature", required=True, radio=True)
    analysis = LongText("analysis", required=True)
    route = Choice("route", required=True, radio=True)
    route_reason = LongText("route_reason", most=500)

    beside = frozenset({"lot_confirmed"})

    def offer(self, record: Any, on: datetime) -> None:
        for name in procedure.NEEDED_BEFORE_ANALYSIS:
            if name not in record.missing and name in self:
                del self[name]
        if "lot_no" not in self and "lot_confirmed" in self:
            del self.lot_confirmed
        if "product_id" in self:
            self.product_id.choices = products_to_choose()
        self.defect_category.choices = [
            ("", "—"),
            *((one.code, f"{in_language(one.name)} {one.code}") for one in rulebook().defects.values()),
        ]
        self.defect_code.choices = defect_choices()
        self.defect_code.render_kw = {"data-filters": "defect_category"}
        self.route.choices = [
            (code, choice("route", code))
            for code in procedure.WORKFLOW.routes(tuple(rulebook().choices["route"]))
        ]

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record.defect_category:
            self.defect_code.data = f"{record.defect_category}.{record.defect_code}"

    def likeness(self, record: Complaint) -> Likeness:
        """What the procedure says to the choices made so far."""
        made = {name: self[name].data for name in PROPOSING}
        return Likeness.of(
            record,
            self.product_id.data if "product_id" in self else record.product_id,
            self.defect_code.data,
            **made,
        )

    def check(self, record: Any, on: datetime) -> None:
        still = [
            term("model" if name == "product_id" else name)
            for name in record.missing
            if name in self and self[name].data is None
        ]
        if still and not self.unknown_reason.data:
            self.fault(
                "unknown_reason",
                gettext(
                    "Still missing: %(fields)s. Fill them in above, or give the reason here.",
                    fields=listed(still),
                ),
            )
        if "lot_no" in self:
            _lot_faults(self, record.customer_id)
        value = {
            name: self[name].data if name in self else getattr(record, name)
            for name in ("checked_qty", "defect_qty")
        }
        if "checked_qty" in self or "defect_qty" in self:
            _quantity_faults(self, value["checked_qty"], value["defect_qty"], record.shipped_qty)
        if self.defect_code.data and not self.defect_code.data.startswith(f"{self.defect_category.data}."):
            self.fault("defect_code", gettext("This defect belongs to another category."))
        self._check_route(record)

    def _check_route(self, record: Any) -> None:
        if not (
            self.finding.data
            and self.liability.data
            and self.route.data
            and self.severity.data
            and self.nature.data
        ):
            return
        messages = {
            "liability_still_pending": (
                "liability",
                gettext("Enter the liability before you sign."),
            ),
            "not_ours_route_needed": (
                "route",
                gettext("If it is not our responsibility, this is explained to the customer (5.2.2.2)."),
            ),
            "ours_cannot_be_refused": (
                "route",
                gettext("A confirmed complaint for which we are liable cannot take this route."),
            ),
        }
        for fault in procedure.route_faults(
            liability=self.liability.data, finding=self.finding.data, route=self.route.data
        ):
            self.fault(*messages[fault])
        proposed = self.likeness(record).proposed
        if proposed != self.route.data and not self.route.errors and not self.route_reason.data:
            self.fault(
                "route_reason",
                gettext(
                    "The procedure proposes “%(proposed)s” here. Say why you choose another route.",
                    proposed=choice("route", proposed),
                ),
            )

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["defect_code"] = values["defect_code"].split(".", 1)[1]
        return values


class SettleForm(WithFiles, StepForm):
    """5.2.2.3: what the quality supervisor settled with the customer, recorded the same day."""

    settled_on = Day("settled_on", required=True)
    agreed_with = Text("agreed_with", required=True)
    reply_text = LongText("settlement", required=True)
    cause = LongText("cause", required=True)
    actions = LongText("actions", required=True)
    late_reason = LongText("late_reason", most=500)

    def fill(self, record: Any, on: datetime) -> None:
        self.settled_on.data = on.astimezone(zone()).date()
        self.agreed_with.data = record.contact_name

    def check(self, record: Any, on: datetime) -> None:
        settled_on, today = self.settled_on.data, on.astimezone(zone()).date()
        if settled_on is None:
            return
        if settled_on > today:
            self.fault("settled_on", gettext("This is in the future."))
        elif settled_on < record.heard_at.astimezone(zone()).date():
            self.fault("settled_on", gettext("This is before the complaint was heard."))
        elif settled_on < today and not self.late_reason.data:
            self.fault(
                "late_reason",
                gettext(
                    "The result must be recorded on the day it is settled (5.2.2.3). Say why it is "
                    "recorded later."
                ),
            )


class ExplainForm(WithFiles, StepForm):
    """5.2.2.2: the evidence and the words for the customer."""

    reply_text = LongText("reply_text", required=True)

    def check(self, record: Any, on: datetime) -> None:
        evidence = [
            *getattr(self, "staged", ()),
            *self.kept(),
            *(one for one in Attachment.of(record) if one.step != "log" and not one.void_reason),
        ]
        if not evidence:
            self.fault("files", gettext("Add the evidence: a photograph, a measurement or a report."))


class ReplyForm(WithFiles, StepForm):
    """5.2.2.3, 5.2.2.6: what went to the customer, to whom and how."""

    reply_to = Text("reply_to", required=True)
    reply_channel = Choice("reply_channel", "channel", required=True)
    late_reply_reason = LongText("late_reply_reason", most=500)

    def offer(self, record: Any, on: datetime) -> None:
        self.reply_channel.choices = [one for one in [("", "—"), *choices("channel")] if one[0] != "return"]
        if on <= record.reply_due_at:
            del self.late_reply_reason

    def fill(self, record: Any, on: datetime) -> None:
        self.reply_to.data, self.reply_channel.data = record.contact_name, record.channel

    def check(self, record: Any, on: datetime) -> None:
        if "late_reply_reason" in self and not self.late_reply_reason.data:
            self.fault(
                "late_reply_reason",
                gettext("The reply is late. Give the reason; it appears in the register."),
            )


class AnswerForm(WithFiles, StepForm):
    """5.2.2.3: what the customer said to our reply."""

    response_on = Day("response_on", required=True)
    response_note = LongText("response_note")

    def fill(self, record: Any, on: datetime) -> None:
        self.response_on.data = on.astimezone(zone()).date()

    def check(self, record: Any, on: datetime) -> None:
        said_on = self.response_on.data
        if said_on and said_on > on.astimezone(zone()).date():
            self.fault("response_on", gettext("This is in the future."))
        elif said_on and said_on < record.replies[-1].replied_at.astimezone(zone()).date():
            self.fault("response_on", gettext("This is before our reply."))


class RefuseForm(AnswerForm):
    """5.2.2.3, 5.2.2.6: why not, and by when the customer wants the next reply, if it says so."""

    response_note = LongText("refusal_reason", required=True)
    customer_deadline = Moment("customer_deadline")

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.customer_deadline.data and self.customer_deadline.data < on:
            self.fault("customer_deadline", gettext("This deadline has already passed."))


class NoAnswerForm(StepForm):
    """Q12: what was tried to get an answer."""

    response_note = LongText("tried", required=True)


class CloseForm(Signed, StepForm):
    closing_note = LongText("closing_note", most=1000)
