"""Complaints 客户投诉 (5.2): the list, the report as a page, and the form of each step."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select

from cs.access import requires
from cs.forms import (
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
from cs.lists import Filter, Listing, Sort
from cs.models.attachments import Attachment
from cs.models.complaints import Complaint
from cs.models.customers import Customer, Product, Shipment
from cs.models.holidays import work_calendar
from cs.models.procedure import rulebook, zone
from cs.pages import show
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records import files, flow, next_action, other_steps, signatures, timeline
from cs.references import customer_options, customers_to_choose, products_to_choose
from cs.steps import Section, mount
from cs.words import choice, choices, in_language, listed, state_name, term

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")


# The forms of the steps


def _lot_faults(form: Any, customer_id: int | None) -> None:
    """An unknown lot is a warning to confirm, never a block."""
    lot = form.lot_no.data
    form.lot_unknown = bool(lot) and not Shipment.known_lot(lot, customer_id)
    if form.lot_unknown and not form.lot_confirmed.data:
        form.fault("lot_no", gettext("No shipment of this lot is known for this customer. If it is right, tick the box below."))


def _quantity_faults(form: Any, checked: int | None, defect: int | None, shipped: int | None) -> None:
    if checked is not None and defect is not None and defect > checked:
        form.fault("defect_qty" if "defect_qty" in form else "checked_qty",
                   gettext("%(defect)s defective pieces cannot be found among %(checked)s checked.", defect=defect, checked=checked))
    if shipped is not None and checked is not None and checked > shipped and "checked_qty" in form:
        form.fault("checked_qty", gettext("More pieces checked than were shipped (%(shipped)s).", shipped=shipped))


class GoodsForm(WithFiles, StepForm):
    """What every form of block A asks: the goods, the problem, what the customer wants."""

    channel = Choice("channel", "channel", required=True)
    contact_name = Text("contact_name")
    contact_phone = Text("contact_phone", most=40)
    product_id = Reference("model")
    lot_no = Text("lot_no")
    lot_confirmed = Yes("lot_confirmed")
    description = LongText("description", required=True)

    beside = frozenset({"lot_confirmed"})

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_id.choices = customers_to_choose(record.customer_id if record else None)
        self.product_id.choices = products_to_choose(record.product_id if record else None)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is None:
            self.heard_at.process_data(on)

    def check(self, record: Any, on: datetime) -> None:
        if "heard_at" in self and self.heard_at.data and self.heard_at.data > on:
            self.fault("heard_at", gettext("This lies in the future."))
        _lot_faults(self, self.customer_id.data)


class PassOnForm(GoodsForm):
    """5.2.1.2: what a department heard; sales makes a complaint of it."""

    heard_at = Moment("heard_at", required=True)
    customer_id = Reference("customer")
    customer_said = Text("customer_said")

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if not self.customer_id.data and not self.customer_said.data:
            self.fault("customer_said", gettext("Choose the customer from the list, or write its name here."))


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
            self.fault("customer_deadline", gettext("The deadline lies before the complaint was heard."))
        elif deadline and deadline < on and (record is None or deadline != record.customer_deadline):
            self.fault("customer_deadline", gettext("This deadline has passed already."))
        if self.shipped_on.data and heard_at and self.shipped_on.data > heard_at.astimezone(zone()).date():
            self.fault("shipped_on", gettext("Shipped after the complaint was heard."))
        _quantity_faults(self, self.checked_qty.data, self.defect_qty.data, self.shipped_qty.data)


class LogForm(RegisterForm):
    """5.2.1.1: sales logs what the customer said. Only customer, time, channel and description are required."""

    heard_at = Moment("heard_at", required=True)


class ReceiveForm(StepForm):
    """5.2.1.3: nothing to fill in; taking it says who has it."""


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
        self.defect_category.choices = [("", "—"), *((one.code, f"{in_language(one.name)} {one.code}") for one in rulebook().defects.values())]
        self.defect_code.choices = defect_choices()
        self.defect_code.render_kw = {"data-filters": "defect_category"}
        self.route.choices = [(code, choice("route", code)) for code in procedure.WORKFLOW.routes(tuple(rulebook().choices["route"]))]
        if proposed := self._proposed():
            self.route.description = gettext("What is chosen above leads to “%(proposed)s”.", proposed=choice("route", proposed))

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record.defect_category:
            self.defect_code.data = f"{record.defect_category}.{record.defect_code}"

    def check(self, record: Any, on: datetime) -> None:
        still = [term("model" if name == "product_id" else name) for name in record.missing if name in self and self[name].data is None]
        if still and not self.unknown_reason.data:
            self.fault("unknown_reason", gettext("Not known yet: %(fields)s. Fill them in above, or say here why they are unknown.",
                                                 fields=listed(still)))
        if "lot_no" in self:
            _lot_faults(self, record.customer_id)
        value = {name: self[name].data if name in self else getattr(record, name) for name in ("checked_qty", "defect_qty")}
        if "checked_qty" in self or "defect_qty" in self:
            _quantity_faults(self, value["checked_qty"], value["defect_qty"], record.shipped_qty)
        if self.defect_code.data and not self.defect_code.data.startswith(f"{self.defect_category.data}."):
            self.fault("defect_code", gettext("This defect belongs to another category."))
        self._check_route()

    def _proposed(self) -> str | None:
        """The path that the procedure leads to, once all that decides it is chosen."""
        facts = {name: self[name].data for name in ("liability", "finding", "severity", "nature")}
        return procedure.proposed_route(**facts) if all(facts.values()) and facts["liability"] != "pending" else None

    def _check_route(self) -> None:
        if not (self.finding.data and self.liability.data and self.route.data and self.severity.data and self.nature.data):
            return
        messages = {
            "liability_still_pending": ("liability", gettext("Say whose responsibility it is before you sign.")),
            "not_ours_route_needed": ("route", gettext("What is not our responsibility is explained to the customer (5.2.2.2).")),
            "ours_cannot_be_refused": ("route", gettext("What is confirmed and ours cannot be refused.")),
        }
        for fault in procedure.route_faults(liability=self.liability.data, finding=self.finding.data, route=self.route.data):
            self.fault(*messages[fault])
        proposed = procedure.proposed_route(liability=self.liability.data, finding=self.finding.data, severity=self.severity.data,
                                            nature=self.nature.data)
        if proposed != self.route.data and not self.route.errors and not self.route_reason.data:
            self.fault("route_reason", gettext("The procedure leads to “%(proposed)s” here. Say why you choose another way.",
                                               proposed=choice("route", proposed)))

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
            self.fault("settled_on", gettext("This lies in the future."))
        elif settled_on < record.heard_at.astimezone(zone()).date():
            self.fault("settled_on", gettext("This lies before the complaint was heard."))
        elif settled_on < today and not self.late_reason.data:
            self.fault("late_reason", gettext("The result belongs into the report on the day it is settled (5.2.2.3). Say why it comes later."))


class ExplainForm(WithFiles, StepForm):
    """5.2.2.2: the evidence and the words for the customer."""

    reply_text = LongText("reply_text", required=True)

    def check(self, record: Any, on: datetime) -> None:
        evidence = [*getattr(self, "staged", ()), *self.kept(), *(one for one in Attachment.of(record) if one.step != "log" and not one.void_reason)]
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
            self.fault("late_reply_reason", gettext("The reply is late. Say why; the register shows it."))


class AnswerForm(WithFiles, StepForm):
    """5.2.2.3: what the customer said to our reply."""

    response_on = Day("response_on", required=True)
    response_note = LongText("response_note")

    def fill(self, record: Any, on: datetime) -> None:
        self.response_on.data = on.astimezone(zone()).date()

    def check(self, record: Any, on: datetime) -> None:
        said_on = self.response_on.data
        if said_on and said_on > on.astimezone(zone()).date():
            self.fault("response_on", gettext("This lies in the future."))
        elif said_on and said_on < record.replies[-1].replied_at.astimezone(zone()).date():
            self.fault("response_on", gettext("This lies before our reply."))


class RefuseForm(AnswerForm):
    response_note = LongText("refusal_reason", required=True)


class NoAnswerForm(StepForm):
    """Q12: what was tried to get an answer."""

    response_note = LongText("tried", required=True)


class CloseForm(Signed, StepForm):
    closing_note = LongText("closing_note", most=1000)


FORMS: dict[str, type[StepForm]] = {
    "log": LogForm, "pass_on": PassOnForm, "register": RegisterForm, "decline": ReasonForm, "amend": LogForm, "receive": ReceiveForm,
    "confirm": ConfirmForm, "settle": SettleForm, "explain": ExplainForm, "send_reply": ReplyForm, "reply_directly": ReplyForm,
    "accept": AnswerForm, "refuse": RefuseForm, "no_answer": NoAnswerForm, "close": CloseForm, "void": ReasonForm,
}


# The list


def _states() -> list[tuple[str, str]]:
    return [("open", gettext("All open")), *((state.code, state_name("complaint", state.code)) for state in procedure.STATES)]


def _in_state(value: str) -> ColumnElement[bool]:
    return Complaint.state.in_(procedure.UNFINISHED) if value == "open" else Complaint.state == value


def _reply_is(value: str) -> ColumnElement[bool]:
    if value.startswith("replied"):
        late = Complaint.replied_at > Complaint.first_due_at
        return Complaint.replied_at.is_not(None) & Complaint.state.not_in(procedure.ENDED_EARLY) & (late if value == "replied_late" else ~late)
    waiting = Complaint.state.in_(procedure.UNANSWERED)
    now = datetime.now(UTC)
    return waiting & (Complaint.reply_due_at < now if value == "late" else Complaint.reply_due_at >= now)


LISTING = Listing(
    Complaint,
    select(Complaint.id, Complaint.number, Complaint.heard_at, func.coalesce(Customer.short_name, Complaint.customer_said).label("customer"),
           Customer.customer_level, Product.model, Complaint.lot_no, Complaint.description, Complaint.defect_category, Complaint.defect_code,
           Complaint.severity, Complaint.state, Complaint.reply_due_at, Complaint.replied_at, Complaint.first_due_at)
    .outerjoin(Customer, Customer.id == Complaint.customer_id).outerjoin(Product, Product.id == Complaint.product_id),
    {"newest": Sort(lambda: gettext("Newest first"), Complaint.heard_at, descending=True),
     "oldest": Sort(lambda: gettext("Oldest first"), Complaint.heard_at),
     "due": Sort(lambda: gettext("Reply due first"), Complaint.reply_due_at),
     "number": Sort(lambda: term("complaint_no"), Complaint.number, descending=True)},
    (Filter("state", lambda: term("status"), _states, _in_state),
     Filter("reply", lambda: term("reply"), lambda: [("late", gettext("Overdue")), ("waiting", gettext("Still in time")),
            ("replied_in_time", gettext("Replied in time")), ("replied_late", gettext("Replied late"))], _reply_is),
     Filter("severity", lambda: term("severity"), lambda: choices("severity"), lambda value: Complaint.severity == value),
     Filter("category", lambda: term("defect_category"), lambda: [(one.code, in_language(one.name)) for one in rulebook().defects.values()],
            lambda value: Complaint.defect_category == value),
     Filter("customer", lambda: term("customer"), lambda: customer_options(Complaint.customer_id), lambda value: Complaint.customer_id == int(value))),
    search_label=lambda: gettext("Number, customer, model, lot, description"), period=Complaint.heard_at)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All complaints, narrowed by the address."""
    page = LISTING.page(request.args, url_for("complaints.index"))
    creates = next((step.name for step in procedure.WORKFLOW.creating() if current_user.may(step.permission)), None)
    return show("complaints/list.html", "complaints/_rows.html", page=page, creates=creates, ended_early=procedure.ENDED_EARLY, before_reply=procedure.UNANSWERED)


# The page


def _page(record: Complaint, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    due_day = record.reply_due_at.astimezone(zone()).date()
    return {"flow": flow(record), "next": next_action(record, steps, "complaints", on), "others": other_steps(record, steps, "complaints"),
            "timeline": timeline(record), "files": files(record), "signatures": signatures(record),
            "calendar_known": work_calendar().is_known(due_day), "ended_early": procedure.ENDED_EARLY, "waits_for_reply": record.state in procedure.UNANSWERED}


mount(blueprint, Section(Complaint, FORMS, _page))
