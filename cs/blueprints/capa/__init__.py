"""Corrective and preventive actions 纠正预防措施 (5.2.2.5, 5.4.6): the list, the CAR sheet as a page, its
fishbone, the form of each step."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select

from cs.blueprints.capa.forms import FORMS
from cs.models.capa import Capa
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.procedure import capa as procedure
from cs.procedure.authority import Permission
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.attachments import Attachment
from cs.records.procedure import zone
from cs.records.record import find
from cs.records.sections import RecordSection
from cs.registers.capa import CAPA_REGISTER
from cs.registers.car_sheet import CAR_SHEET, fishbone_of
from cs.web.access import requires
from cs.web.record_page import files, flow, next_action, other_steps, signatures, timeline
from cs.web.responses import show
from cs.web.steps import mount
from cs.wording.words import choices, department_name, departments, state_name, term

blueprint = Blueprint("capa", __name__, url_prefix="/capa")

NOTHING_AWAITED = date(2999, 1, 1)


# The list


def _states() -> list[tuple[str, str]]:
    return [
        ("open", gettext("All open")),
        *((state.code, state_name("capa", state.code)) for state in procedure.STATES),
    ]


def _in_state(value: str) -> ColumnElement[bool]:
    return Capa.state.in_(procedure.UNFINISHED) if value == "open" else Capa.state == value


def _lateness(value: str) -> ColumnElement[bool]:
    """What is awaited is late once its day's business has ended."""
    now = datetime.now(UTC)
    today = now.astimezone(zone()).date()
    over = today if now > work_calendar().end_of(today) else today - timedelta(days=1)
    return Capa.awaited_on() <= over if value == "late" else Capa.awaited_on() > over


LISTING = Listing(
    Capa,
    select(
        Capa.id,
        Capa.number,
        Capa.round,
        Capa.issued_at,
        Capa.source,
        Capa.source_no,
        Customer.short_name.label("customer"),
        Capa.problem,
        Capa.department,
        Capa.state,
        Capa.sent_back_reason,
        Capa.awaited_on().label("awaited_on"),
        Capa.closed_at,
    ).outerjoin(Customer, Customer.id == Capa.customer_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Capa.issued_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Capa.issued_at),
        "due": Sort(
            lambda: gettext("Due first"),
            func.coalesce(Capa.awaited_on(), NOTHING_AWAITED, type_=Capa.due_on.type),
        ),
        "number": Sort(lambda: term("capa_no"), Capa.number, descending=True),
    },
    (
        Filter("state", lambda: term("status"), _states, _in_state),
        Filter(
            "due",
            lambda: term("due_at"),
            lambda: [("late", gettext("Overdue")), ("waiting", gettext("Still in time"))],
            _lateness,
        ),
        Filter(
            "department",
            lambda: term("resp_dept"),
            lambda: [(code, department_name(code)) for code in departments()],
            lambda value: Capa.department == value,
        ),
        Filter(
            "source",
            lambda: term("source"),
            lambda: choices("capa_source"),
            lambda value: Capa.source == value,
        ),
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Capa.customer_id),
            lambda value: Capa.customer_id == int(value),
        ),
    ),
    search_label=lambda: gettext("Number, customer, problem, number of the source"),
    period=Capa.issued_at,
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All CARs, narrowed by the address."""
    page = LISTING.page(request.args, url_for("capa.index"))
    begins = SECTION.creating_step(current_user)
    return show(
        "capa/list.html",
        "capa/_rows.html",
        page=page,
        creates=begins and begins.name,
        end_of=work_calendar().end_of,
    )


# The page


@blueprint.route("/<int:record_id>/fishbone.svg")
@requires(Permission.READ)
def fishbone(record_id: int) -> Response:
    """The fishbone of a round (the one that runs, or ?round=1), drawn in the reader's language."""
    record = find(Capa, record_id) or abort(404)
    asked = request.args.get("round", "")
    said = record.of_round(int(asked) if asked.isdecimal() and len(asked) < 5 else record.round)
    return Response(fishbone_of(record, said) or abort(404), mimetype="image/svg+xml")


def _page(record: Capa, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    evidence: dict[datetime, list[Attachment]] = {}
    for file in Attachment.of(record):
        if not file.void_reason:
            evidence.setdefault(file.at, []).append(file)
    rounds = [record.of_round(number) for number in range(record.round, 0, -1)]
    return {
        "flow": flow(record),
        "next": next_action(record, steps, "capa", on),
        "others": other_steps(record, steps, "capa"),
        "timeline": timeline(record),
        "files": files(record),
        "signatures": signatures(record),
        "rounds": rounds,
        "evidence": evidence,
        "end_of": work_calendar().end_of,
        "why_kinds": procedure.WHYS,
        "awaits_answer": record.state in procedure.UNANSWERED,
        "unfolded": _unfolded(record, rounds[0]),
    }


def _unfolded(record: Capa, said: dict[str, Any]) -> set[str]:
    """The block on which the work is, or the last that was finished."""
    if said["verification"]:
        return {"G"}
    if record.state not in procedure.UNANSWERED and said["actions"]:
        return {"E"}
    return {"A", "D"} if record.sent_back_reason or not said["occurrence_cause"] else {"D"}


STEP_ICONS = {
    "issue": "plus-circle",
    "analyse": "search",
    "set_measures": "list-check",
    "send_back": "arrow-counterclockwise",
    "do_action": "check2-square",
    "reassign": "person-gear",
    "carry_out": "check2-all",
    "verify": "patch-check",
    "reopen": "arrow-repeat",
}

SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Corrective actions"),
        "wrench-adjustable",
        model=Capa,
        forms=FORMS,
        context=_page,
        papers=(CAR_SHEET,),
        registers=(CAPA_REGISTER,),
        step_icons=STEP_ICONS,
    )
)
