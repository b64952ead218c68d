"""Corrective and preventive actions 纠正预防措施 (5.2.2.5, 5.4.6): the list, the CAR sheet as a page, its
fishbone, the form of each step."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.capa.forms import FORMS
from cs.blueprints.capa.listing import LISTING
from cs.blueprints.capa.page import page_of_car
from cs.models.capa.capa import Capa
from cs.models.holidays import work_calendar
from cs.procedure.authority import Permission
from cs.records.record import find
from cs.records.sections import RecordSection
from cs.registers.capa import CAPA_REGISTER
from cs.registers.car_sheet import CAR_SHEET, fishbone_of
from cs.web.access import requires
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("capa", __name__, url_prefix="/capa")


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the CARs that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("capa.index"))
    creating_step = SECTION.creating_step(current_user)
    return show(
        "capa/list.html",
        "capa/_rows.html",
        page=page,
        creates=creating_step and creating_step.name,
        end_of=work_calendar().end_of,
    )


@blueprint.route("/<int:record_id>/fishbone.svg")
@requires(Permission.READ)
def fishbone(record_id: int) -> Response:
    """Draw the fishbone of the current round, or of ?round=1, in the reader's language."""
    record = find(Capa, record_id) or abort(404)
    requested = request.args.get("round", "")
    number = int(requested) if requested.isdecimal() and len(requested) < 5 else record.round
    drawing = fishbone_of(record, record.of_round(number)) or abort(404)
    return Response(drawing, mimetype="image/svg+xml")


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
        context=page_of_car,
        papers=(CAR_SHEET,),
        registers=(CAPA_REGISTER,),
        step_icons=STEP_ICONS,
    )
)
