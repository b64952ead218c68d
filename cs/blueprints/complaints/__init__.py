"""Complaints 客户投诉 (5.2): the list, the report as a page, and the form of each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.complaints import forms, lookup, meeting_forms, sample_forms
from cs.blueprints.complaints.evidence import complaint_evidence
from cs.blueprints.complaints.listing import LISTING
from cs.blueprints.complaints.page import page_of_complaint
from cs.imports.history import REGISTER as OLD_REGISTER
from cs.models.complaints.complaint import Complaint
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.record import find
from cs.records.sections import RecordSection
from cs.registers.complaint_report import COMPLAINT_REPORT
from cs.registers.complaints import COMPLAINT_REGISTER
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")

FORMS: dict[str, type[StepForm]] = {
    "log": forms.LogForm,
    "pass_on": forms.PassOnForm,
    "register": forms.RegisterForm,
    "decline": ReasonForm,
    "amend": forms.AmendForm,
    "receive": forms.ReceiveForm,
    "confirm": forms.ConfirmForm,
    "settle": forms.SettleForm,
    "explain": forms.ExplainForm,
    "send_reply": forms.ReplyForm,
    "reply_directly": forms.ReplyForm,
    "accept": forms.AnswerForm,
    "refuse": forms.RefuseForm,
    "no_answer": forms.NoAnswerForm,
    "close": forms.CloseForm,
    "void": forms.VoidForm,
    "contact": sample_forms.ContactForm,
    "request_sample": sample_forms.RequestSampleForm,
    "receive_sample": sample_forms.ReceiveSampleForm,
    "move_sample": sample_forms.MoveSampleForm,
    "end_sample": sample_forms.EndSampleForm,
    "meet": meeting_forms.MeetForm,
    "dispose": meeting_forms.DisposeForm,
    "countersign": meeting_forms.CountersignForm,
    "plan": meeting_forms.PlanForm,
    "do_disposition": meeting_forms.DoDispositionForm,
    "issue_result": meeting_forms.ResultForm,
}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All complaints, narrowed by the address."""
    page = LISTING.page(request.args, url_for("complaints.index"))
    begins = SECTION.creating_step(current_user)
    return show(
        "complaints/list.html",
        "complaints/_rows.html",
        page=page,
        creates=begins and begins.name,
        ended_early=procedure.ENDED_EARLY,
        before_reply=procedure.UNANSWERED,
    )


@blueprint.route("/<int:record_id>/like")
@requires(Permission.READ)
def like(record_id: int) -> Any:
    """3.4: the like cases of what is chosen in the form of the analysis so far, and the way that the
    procedure leads to."""
    record = find(Complaint, record_id) or abort(404)
    product = request.args.get("product_id", type=int) or record.product_id
    made = {name: request.args.get(name) for name in forms.PROPOSING}
    return render_template(
        "complaints/_like.html",
        likeness=forms.Likeness.of(record, product, request.args.get("defect_code"), **made),
    )


@blueprint.route("/contacts")
@requires(Permission.READ)
def contacts() -> Any:
    """The contacts of the customer that is chosen in a form, as buttons of it."""
    return render_template(
        "complaints/_contacts.html", offered=lookup.contacts_of(request.args.get("customer_id", type=int))
    )


@blueprint.route("/lot")
@requires(Permission.READ)
def lot() -> Any:
    """The shipments of the lot that is typed in a form, as buttons of it."""
    found = lookup.shipments_of(request.args.get("lot_no"), request.args.get("customer_id", type=int))
    return render_template("complaints/_lot.html", offered=found)


def _page(record: Complaint, on: datetime) -> dict[str, Any]:
    return page_of_complaint(record, current_user, on)


STEP_ICONS = {
    "log": "plus-circle",
    "pass_on": "reply",
    "register": "plus-circle",
    "decline": "x-circle",
    "receive": "inbox",
    "confirm": "clipboard-check",
    "settle": "chat-left-text",
    "explain": "chat-left-text",
    "meet": "people",
    "dispose": "signpost-split",
    "issue_result": "chat-left-text",
    "countersign": "pen",
    "plan": "calendar-check",
    "do_disposition": "check2-square",
    "send_reply": "send",
    "reply_directly": "send",
    "accept": "check2",
    "refuse": "arrow-counterclockwise",
    "no_answer": "hourglass",
    "close": "check2-circle",
    "contact": "telephone",
    "request_sample": "box-arrow-in-left",
    "receive_sample": "box-seam",
    "move_sample": "geo-alt",
    "end_sample": "box-arrow-right",
}

SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Complaints"),
        "chat-left-quote",
        model=Complaint,
        forms=FORMS,
        context=_page,
        papers=(COMPLAINT_REPORT,),
        registers=(COMPLAINT_REGISTER,),
        table=OLD_REGISTER,
        evidence=complaint_evidence,
        step_icons=STEP_ICONS,
        starts_from_my_work=True,
    )
)
