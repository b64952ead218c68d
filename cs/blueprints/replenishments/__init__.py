"""Replenishment 补货 (5.3.4): the list, the application as a page with its signatures, the urgent order, and
the form of each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, select

from cs.blueprints.replenishments import forms
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.models.replenishments import Replenishment
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Permission
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.sections import RecordSection
from cs.registers.replenishment_papers import REPLENISHMENT_APPLICATION, URGENT_ORDER
from cs.registers.replenishments import REPLENISHMENT_REGISTER
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.record_page import files, flow, next_action, other_steps, timeline
from cs.web.responses import show
from cs.web.steps import mount
from cs.wording.words import state_name, term

blueprint = Blueprint("replenishments", __name__, url_prefix="/replenishments")

FORMS: dict[str, type[StepForm]] = {
    "file": forms.FileForm,
    "sign": forms.SignForm,
    "refuse": forms.RefuseForm,
    "see_change": forms.NothingForm,
    "order": forms.NothingForm,
    "change": forms.ChangeForm,
    "schedule": forms.ScheduleForm,
    "reschedule": forms.ScheduleForm,
    "make": forms.MakeForm,
    "ship": forms.ShipForm,
    "void": ReasonForm,
}


def _states() -> list[tuple[str, str]]:
    return [
        ("open", gettext("All open")),
        *((state.code, state_name("replenishment", state.code)) for state in procedure.STATES),
    ]


def _in_state(value: str) -> ColumnElement[bool]:
    return Replenishment.state.in_(procedure.UNFINISHED) if value == "open" else Replenishment.state == value


LISTING = Listing(
    Replenishment,
    select(
        Replenishment.id,
        Replenishment.number,
        Replenishment.order_number,
        Replenishment.filed_at,
        Customer.short_name.label("customer"),
        Complaint.number.label("complaint"),
        Replenishment.complaint_id,
        Replenishment.amount,
        Replenishment.state,
        Replenishment.wanted_on,
        Replenishment.sent_off_on,
        Replenishment.replenishment_reason,
    )
    .join(Customer, Customer.id == Replenishment.customer_id)
    .join(Complaint, Complaint.id == Replenishment.complaint_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Replenishment.filed_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Replenishment.filed_at),
        "wanted": Sort(lambda: gettext("Wanted first"), Replenishment.wanted_on),
        "number": Sort(lambda: term("replenishment_no"), Replenishment.number, descending=True),
    },
    (
        Filter("state", lambda: term("status"), _states, _in_state),
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Replenishment.customer_id),
            lambda value: Replenishment.customer_id == int(value),
        ),
    ),
    search_label=lambda: gettext("Number, order, customer, model, complaint"),
    period=Replenishment.filed_at,
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All replenishments, narrowed by the address."""
    page = LISTING.page(request.args, url_for("replenishments.index"))
    begins = SECTION.creating_step(current_user)
    return show(
        "replenishments/list.html",
        "replenishments/_rows.html",
        page=page,
        creates=begins and begins.name,
        end_of=work_calendar().end_of,
        not_counted=procedure.NOT_COUNTED,
    )


def _page(record: Replenishment, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    voided = [one for one in record.approvals if one.chain != record.chain and one.user_id is not None]
    return {
        "flow": flow(record),
        "next": next_action(record, steps, "replenishments", on),
        "others": other_steps(record, steps, "replenishments"),
        "timeline": timeline(record),
        "files": files(record),
        "voided": voided,
        "due_counts": record.state not in procedure.NOT_COUNTED,
    }


STEP_ICONS = {
    "file": "plus-circle",
    "sign": "pen",
    "refuse": "arrow-counterclockwise",
    "see_change": "eye",
    "order": "lightning-charge",
    "change": "pencil",
    "schedule": "calendar-check",
    "reschedule": "calendar-check",
    "make": "check2-square",
    "ship": "truck",
}

SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Replenishment"),
        "lightning-charge",
        model=Replenishment,
        forms=FORMS,
        context=_page,
        papers=(REPLENISHMENT_APPLICATION, URGENT_ORDER),
        registers=(REPLENISHMENT_REGISTER,),
        step_icons=STEP_ICONS,
    )
)
