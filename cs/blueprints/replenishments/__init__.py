"""Replenishment 补货 (5.3.4): the list, the application as a page with its signatures, the urgent order, and
the form of each step."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.replenishments import forms
from cs.blueprints.replenishments.listing import LISTING
from cs.blueprints.replenishments.page import page_of_replenishment
from cs.models.holidays import work_calendar
from cs.models.replenishments.application import Replenishment
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Permission
from cs.records.sections import RecordSection
from cs.registers.replenishment_papers import REPLENISHMENT_APPLICATION, URGENT_ORDER
from cs.registers.replenishments import REPLENISHMENT_REGISTER
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("replenishments", __name__, url_prefix="/replenishments")

FORMS: dict[str, type[StepForm]] = {
    "file": forms.FileForm,
    "sign": forms.SignForm,
    "refuse": forms.RefuseForm,
    "file_again": forms.FileAgainForm,
    "accept_refusal": forms.EmptyForm,
    "see_change": forms.EmptyForm,
    "order": forms.EmptyForm,
    "change": forms.AmendForm,
    "schedule": forms.ScheduleForm,
    "reschedule": forms.ScheduleForm,
    "make": forms.MakeForm,
    "ship": forms.ShipForm,
    "void": ReasonForm,
}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the replenishments that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("replenishments.index"))
    creating_step = SECTION.creating_step(current_user)
    return show(
        "replenishments/list.html",
        "replenishments/_rows.html",
        page=page,
        creates=creating_step and creating_step.name,
        end_of=work_calendar().end_of,
        not_counted=procedure.NOT_COUNTED,
    )


STEP_ICONS = {
    "file": "plus-circle",
    "sign": "pen",
    "refuse": "arrow-counterclockwise",
    "file_again": "arrow-clockwise",
    "accept_refusal": "eye",
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
        context=page_of_replenishment,
        papers=(REPLENISHMENT_APPLICATION, URGENT_ORDER),
        registers=(REPLENISHMENT_REGISTER,),
        step_icons=STEP_ICONS,
    )
)
