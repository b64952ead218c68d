"""Complaints 客户投诉 (5.2): the list, the report as a page, and the form of each step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.complaints import lookup
from cs.blueprints.complaints.evidence import complaint_evidence
from cs.blueprints.complaints.forms import (
    calls,
    clock,
    confirmation,
    ending,
    intake,
    measures,
    meeting,
    reply,
    samples,
)
from cs.blueprints.complaints.listing import LISTING
from cs.blueprints.complaints.page import obstacles_of, page_of_complaint
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
    "log": intake.LogForm,
    "pass_on": intake.PassOnForm,
    "register": intake.RegisterForm,
    "decline": ReasonForm,
    "see_decline": clock.SeeRefusalForm,
    "pass_on_again": intake.PassOnAgainForm,
    "acknowledge": intake.AcknowledgeForm,
    "amend": intake.AmendForm,
    "receive": confirmation.ReceiveForm,
    "confirm": confirmation.ConfirmForm,
    "confirm_route": confirmation.ConfirmRouteForm,
    "send_back": ReasonForm,
    "settle": measures.SettleForm,
    "explain": reply.ExplainForm,
    "send_reply": reply.ReplyForm,
    "reply_directly": reply.ReplyForm,
    "accept": reply.AnswerForm,
    "refuse": reply.RefuseForm,
    "no_answer": reply.NoAnswerForm,
    "consent_clock": clock.ConsentForm,
    "refuse_clock": clock.RefuseClockForm,
    "see_clock_refusal": clock.SeeClockRefusalForm,
    "claim_sending": reply.ClaimForm,
    "close": ending.CloseForm,
    "reopen": ReasonForm,
    "request_reopen": ReasonForm,
    "grant_reopen": ending.GrantForm,
    "refuse_reopen": ReasonForm,
    "see_reopen_refusal": clock.SeeRefusalForm,
    "void": ending.VoidForm,
    "contact": samples.ContactForm,
    "request_sample": samples.RequestSampleForm,
    "receive_sample": samples.ReceiveSampleForm,
    "move_sample": samples.MoveSampleForm,
    "end_sample": samples.EndSampleForm,
    "call_meeting": calls.CallForm,
    "move_meeting": calls.MoveForm,
    "acknowledge_call": calls.AcknowledgeForm,
    "meet": meeting.MeetForm,
    "dispose": meeting.DisposeForm,
    "countersign": meeting.CountersignForm,
    "plan": meeting.PlanForm,
    "do_disposition": meeting.DoDispositionForm,
    "issue_result": meeting.ResultForm,
    "do_measure": measures.DoMeasureForm,
    "check_effect": measures.CheckEffectForm,
    "analyse_again": measures.AnalyseAgainForm,
}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """List the complaints, narrowed by the address."""
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
    """Show the like cases (3.4) of what is chosen in the form of the analysis so far, and the way that the
    procedure leads to."""
    record = find(Complaint, record_id) or abort(404)
    product = request.args.get("product_id", type=int) or record.product_id
    made = {name: request.args.get(name) for name in confirmation.PROPOSING}
    return render_template(
        "complaints/_like.html",
        likeness=confirmation.Likeness.of(record, product, request.args.get("defect_code"), **made),
    )


@blueprint.route("/contacts")
@requires(Permission.READ)
def contacts() -> Any:
    """Show the contacts of the customer that is chosen in a form, as buttons of it."""
    return render_template(
        "complaints/_contacts.html", offered=lookup.contacts_of(request.args.get("customer_id", type=int))
    )


@blueprint.route("/lot")
@requires(Permission.READ)
def lot() -> Any:
    """Show the shipments of the lot that is typed in a form, as buttons of it."""
    found = lookup.shipments_of(request.args.get("lot_no"), request.args.get("customer_id", type=int))
    return render_template("complaints/_lot.html", offered=found)


STEP_ICONS = {
    "log": "plus-circle",
    "pass_on": "reply",
    "register": "plus-circle",
    "decline": "x-circle",
    "see_decline": "eye",
    "pass_on_again": "reply",
    "acknowledge": "envelope-check",
    "receive": "inbox",
    "confirm": "clipboard-check",
    "confirm_route": "signpost",
    "send_back": "arrow-counterclockwise",
    "settle": "chat-left-text",
    "explain": "chat-left-text",
    "call_meeting": "megaphone",
    "move_meeting": "calendar-event",
    "acknowledge_call": "person-check",
    "meet": "people",
    "dispose": "signpost-split",
    "issue_result": "chat-left-text",
    "issue_capa": "wrench-adjustable",
    "countersign": "pen",
    "plan": "calendar-check",
    "do_disposition": "check2-square",
    "do_measure": "check2-square",
    "check_effect": "graph-up-arrow",
    "analyse_again": "arrow-counterclockwise",
    "send_reply": "send",
    "reply_directly": "send",
    "accept": "check2",
    "refuse": "arrow-counterclockwise",
    "no_answer": "hourglass",
    "consent_clock": "calendar-check",
    "refuse_clock": "calendar-x",
    "see_clock_refusal": "eye",
    "claim_sending": "clock-history",
    "close": "check2-circle",
    "reopen": "arrow-counterclockwise",
    "request_reopen": "question-circle",
    "grant_reopen": "arrow-counterclockwise",
    "refuse_reopen": "x-circle",
    "see_reopen_refusal": "eye",
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
        context=page_of_complaint,
        papers=(COMPLAINT_REPORT,),
        registers=(COMPLAINT_REGISTER,),
        table=OLD_REGISTER,
        evidence=complaint_evidence,
        step_icons=STEP_ICONS,
        obstacles=obstacles_of,
        starts_from_my_work=True,
    )
)
