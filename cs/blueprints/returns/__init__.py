"""Customer returns 客户退货 (5.3): the list, the return slip as a page with its quantities, and the form of
each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select

from cs.blueprints.returns import forms, handling_forms
from cs.blueprints.returns.scanning import mount_scanning, steps_of
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.holidays import work_calendar
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure import returns as procedure
from cs.procedure.authority import Permission
from cs.queries.filter_options import customer_options, product_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.sections import RecordSection
from cs.registers.return_papers import RETURN_SLIP, REWORK_INSTRUCTION
from cs.registers.returns import RETURN_REGISTER
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.record_page import files, flow, next_action, other_steps, signatures, timeline
from cs.web.responses import show
from cs.web.steps import mount
from cs.wording.words import state_name, term

blueprint = Blueprint("returns", __name__, url_prefix="/returns")

FORMS: dict[str, type[StepForm]] = {
    "register": forms.RegisterForm,
    "receive_at_gate": forms.GateForm,
    "take_over": forms.RegisterForm,
    "accept": forms.AcceptForm,
    "accept_here": forms.AcceptForm,
    "decline": forms.DeclineForm,
    "leave_there": forms.AnswerForm,
    "send_as_is": forms.AnswerForm,
    "serve_paid": forms.AnswerForm,
    "serve_paid_here": forms.AnswerForm,
    "dispute": forms.AnswerForm,
    "arrange": forms.ArrangeForm,
    "count": handling_forms.CountForm,
    "all_counted": handling_forms.AllCountedForm,
    "recount": handling_forms.RecountForm,
    "settle_difference": handling_forms.DifferenceForm,
    "inspect": handling_forms.InspectForm,
    "instruct": handling_forms.InstructForm,
    "plan_rework": handling_forms.PlanReworkForm,
    "rework": handling_forms.ReworkForm,
    "reinspect": handling_forms.ReinspectForm,
    "give_back": forms.GiveBackForm,
    "confirm": forms.ConfirmForm,
    "close": forms.CloseForm,
    "amend": forms.AmendForm,
    "void": ReasonForm,
}


# The list


def _states() -> list[tuple[str, str]]:
    return [
        ("open", gettext("All open")),
        *((state.code, state_name("return", state.code)) for state in procedure.STATES),
    ]


def _in_state(value: str) -> ColumnElement[bool]:
    return Return.state.in_(procedure.UNFINISHED) if value == "open" else Return.state == value


def _of_lines(column: Any) -> Any:
    return select(column).where(ReturnLine.return_id == Return.id).correlate(Return).scalar_subquery()


def _has_line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(ReturnLine.id).where(ReturnLine.return_id == Return.id, condition).exists()


UNSETTLED = (ReturnLine.counted_qty != ReturnLine.slip_qty) & ReturnLine.difference_at.is_(None)
FIRST_MODEL = (
    select(Product.model)
    .join(ReturnLine, ReturnLine.product_id == Product.id)
    .where(ReturnLine.return_id == Return.id)
    .order_by(ReturnLine.id)
    .limit(1)
    .correlate(Return)
    .scalar_subquery()
)

LISTING = Listing(
    Return,
    select(
        Return.id,
        Return.number,
        Return.registered_at,
        Customer.short_name.label("customer"),
        Return.state,
        Complaint.number.label("complaint"),
        Return.complaint_id,
        Return.return_by,
        Return.given_back_on,
        Return.customer_slip_no,
        FIRST_MODEL.label("model"),
        _of_lines(func.count(ReturnLine.id)).label("lines"),
        _of_lines(func.sum(ReturnLine.slip_qty)).label("slip"),
        _of_lines(func.sum(ReturnLine.counted_qty)).label("counted"),
        _has_line(UNSETTLED).label("differs"),
    )
    .join(Customer, Customer.id == Return.customer_id)
    .outerjoin(Complaint, Complaint.id == Return.complaint_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Return.registered_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Return.registered_at),
        "number": Sort(lambda: term("return_no"), Return.number, descending=True),
    },
    (
        Filter("state", lambda: term("status"), _states, _in_state),
        Filter(
            "difference",
            lambda: term("difference"),
            lambda: [("open", gettext("Not settled"))],
            lambda _value: _has_line(UNSETTLED),
        ),
        Filter(
            "product",
            lambda: term("model"),
            lambda: product_options(ReturnLine.product_id),
            lambda value: _has_line(ReturnLine.product_id == int(value)),
        ),
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Return.customer_id),
            lambda value: Return.customer_id == int(value),
        ),
    ),
    search_label=lambda: gettext("Number, customer, model, lot, slip no."),
    period=Return.registered_at,
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All returns, narrowed by the address."""
    page = LISTING.page(request.args, url_for("returns.index"))
    begins = SECTION.creating_step(current_user)
    return show(
        "returns/list.html",
        "returns/_rows.html",
        page=page,
        creates=begins and begins.name,
        end_of=work_calendar().end_of,
        waiting=procedure.UNFINISHED,
    )


# The page


def _page(record: Return, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    counted = any(line.counted_qty is not None for line in record.lines)
    return {
        "flow": flow(record),
        "next": next_action(record, steps, "returns", on),
        "others": other_steps(record, steps, "returns"),
        "timeline": timeline(record),
        "files": files(record),
        "signatures": signatures(record),
        "counted": counted,
        "ways": steps_of(record, FORMS, steps),
        "instructed": [(line, record.later_cases(line)) for line in record.lines if line.instruction],
        "waiting": record.state in procedure.UNFINISHED,
    }


mount_scanning(blueprint, FORMS)
STEP_ICONS = {
    "register": "plus-circle",
    "receive_at_gate": "box-arrow-in-left",
    "take_over": "plus-circle",
    "accept": "check2",
    "accept_here": "check2",
    "decline": "x-circle",
    "leave_there": "check2",
    "send_as_is": "box-arrow-right",
    "serve_paid": "cash-coin",
    "serve_paid_here": "cash-coin",
    "dispute": "arrow-counterclockwise",
    "arrange": "truck",
    "count": "123",
    "all_counted": "check2-all",
    "recount": "123",
    "settle_difference": "pencil",
    "inspect": "search",
    "instruct": "list-ol",
    "plan_rework": "calendar-check",
    "rework": "tools",
    "reinspect": "search",
    "give_back": "box-arrow-right",
    "confirm": "clipboard-check",
    "close": "check2-circle",
}

SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Returns"),
        "box-arrow-in-left",
        model=Return,
        forms=FORMS,
        context=_page,
        papers=(RETURN_SLIP, REWORK_INSTRUCTION),
        registers=(RETURN_REGISTER,),
        step_icons=STEP_ICONS,
    )
)
