"""Customer returns 客户退货 (5.3): the list, the return slip as a page with its quantities, and the form of
each step."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.returns.in_the_way import reasons_of
from cs.blueprints.returns.listing import LISTING
from cs.blueprints.returns.page import page_of_return
from cs.blueprints.returns.scanning import mount_scanning
from cs.blueprints.returns.step_forms import FORMS
from cs.models.holidays import work_calendar
from cs.models.returns.customer_return import Return
from cs.procedure import returns as procedure
from cs.procedure.authority import Permission
from cs.records.sections import RecordSection
from cs.registers.return_papers import RETURN_SLIP
from cs.registers.returns import RETURN_REGISTER
from cs.registers.rework_paper import REWORK_INSTRUCTION
from cs.web.access import requires
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("returns", __name__, url_prefix="/returns")


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the returns that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("returns.index"))
    creating_step = SECTION.creating_step(current_user)
    return show(
        "returns/list.html",
        "returns/_rows.html",
        page=page,
        creates=creating_step and creating_step.name,
        end_of=work_calendar().end_of,
        waiting=procedure.UNFINISHED,
    )


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
    "decline_goods": "x-circle",
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
    "judge_effect": "graph-up-arrow",
}

SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Returns"),
        "box-arrow-in-left",
        model=Return,
        forms=FORMS,
        context=page_of_return,
        papers=(RETURN_SLIP, REWORK_INSTRUCTION),
        registers=(RETURN_REGISTER,),
        step_icons=STEP_ICONS,
        obstacles=reasons_of,
        starts_from_my_work=True,
    )
)
