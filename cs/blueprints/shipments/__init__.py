"""Shipments 出货记录: what was sent to whom, by order, lot and day; complaints and returns refer to them."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.shipments.forms import EditShipmentForm, ShipmentForm
from cs.blueprints.shipments.listing import LISTING
from cs.blueprints.shipments.page import page_of_shipment
from cs.imports.master_data import SHIPMENTS
from cs.models.customers import Shipment
from cs.procedure import customers as procedure
from cs.procedure.authority import Permission
from cs.records.sections import RecordSection
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm
from cs.web.responses import show
from cs.web.steps import mount

blueprint = Blueprint("shipments", __name__, url_prefix="/shipments")


FORMS: dict[str, type[StepForm]] = {"create": ShipmentForm, "edit": EditShipmentForm, "void": ReasonForm}


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List the shipments that match the filters in the URL."""
    page = LISTING.page(request.args, url_for("shipments.index"))
    return show(
        "shipments/list.html",
        "shipments/_rows.html",
        page=page,
        may_edit=current_user.may(procedure.SHIPMENT.step("create").permission),
    )


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Shipments"),
        "truck",
        model=Shipment,
        forms=FORMS,
        context=page_of_shipment,
        table=SHIPMENTS,
    )
)
