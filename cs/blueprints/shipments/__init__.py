"""Shipments 出货记录: what was sent to whom, by order, lot and day. Complaints and returns are compared with
them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from cs.extensions import db
from cs.imports.master_data import SHIPMENTS
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product, Shipment
from cs.procedure import customers as procedure
from cs.procedure.authority import Permission
from cs.queries.filter_options import customer_options, product_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.procedure import zone
from cs.records.sections import RecordSection
from cs.web.access import requires
from cs.web.fields import Day, ReasonForm, Reference, StepForm, Text, Whole
from cs.web.options import customers_to_choose, products_to_choose, record_link
from cs.web.record_page import files, other_steps, timeline
from cs.web.responses import show
from cs.web.steps import mount
from cs.wording.words import state_name, term

blueprint = Blueprint("shipments", __name__, url_prefix="/shipments")

COMPLAINTS_SHOWN = 10


# The forms of the steps


class ShipmentForm(StepForm):
    customer_id = Reference("customer", required=True)
    product_id = Reference("model", required=True)
    order_no = Text("order_no", required=True, most=60)
    lot_no = Text("lot_no", required=True, most=60)
    quantity = Whole("shipped_qty", required=True, least=1)
    shipped_on = Day("shipped_on", required=True)
    produced_on = Day("produced_on")

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_id.choices = customers_to_choose(record.customer_id if record else None)
        self.product_id.choices = products_to_choose(record.product_id if record else None)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is None:
            self.shipped_on.data = on.astimezone(zone()).date()

    def check(self, record: Any, on: datetime) -> None:
        shipped_on, produced_on = self.shipped_on.data, self.produced_on.data
        if shipped_on and shipped_on > on.astimezone(zone()).date():
            self.fault("shipped_on", gettext("This lies in the future."))
        if shipped_on and produced_on and produced_on > shipped_on:
            self.fault("produced_on", gettext("Made after it was shipped."))
        if not self.errors:
            key = Shipment.key_of(
                self.customer_id.data, self.product_id.data, self.order_no.data, self.lot_no.data, shipped_on
            )
            if same := Shipment.same(key, other_than=record):
                self.fault(
                    "lot_no",
                    record_link(
                        gettext("This shipment is in the list already:"),
                        url_for("shipments.detail", record_id=same.id),
                        same.title,
                    ),
                )


FORMS: dict[str, type[StepForm]] = {"create": ShipmentForm, "edit": ShipmentForm, "void": ReasonForm}


# The list


LISTING = Listing(
    Shipment,
    select(
        Shipment.id,
        Shipment.shipped_on,
        Shipment.order_no,
        Shipment.lot_no,
        Shipment.quantity,
        Shipment.produced_on,
        Shipment.state,
        Customer.short_name.label("customer"),
        Product.model,
        Product.unit,
    )
    .join(Customer, Customer.id == Shipment.customer_id)
    .join(Product, Product.id == Shipment.product_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Shipment.shipped_on, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Shipment.shipped_on),
        "order": Sort(lambda: term("order_no"), Shipment.order_no),
        "lot": Sort(lambda: term("lot_no"), Shipment.lot_no),
    },
    (
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Shipment.customer_id),
            lambda value: Shipment.customer_id == int(value),
        ),
        Filter(
            "product",
            lambda: term("model"),
            lambda: product_options(Shipment.product_id),
            lambda value: Shipment.product_id == int(value),
        ),
        Filter(
            "state",
            lambda: term("state"),
            lambda: [(code, state_name("shipment", code)) for code in ("active", "void")],
            lambda value: Shipment.state == value,
        ),
    ),
    search_label=lambda: gettext("Order, lot, model, customer"),
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All shipments, narrowed by the address."""
    page = LISTING.page(request.args, url_for("shipments.index"))
    return show(
        "shipments/list.html",
        "shipments/_rows.html",
        page=page,
        may_edit=current_user.may(procedure.SHIPMENT.step("create").permission),
    )


# The page


def _page(record: Shipment, on: datetime) -> dict[str, Any]:
    about = (
        select(Complaint.id, Complaint.number, Complaint.description, Complaint.state, Complaint.heard_at)
        .where(Complaint.customer_id == record.customer_id, Complaint.lot_no == record.lot_no)
        .order_by(Complaint.heard_at.desc(), Complaint.id.desc())
        .limit(COMPLAINTS_SHOWN)
    )
    return {
        "actions": other_steps(record, record.steps_for(current_user, on), "shipments"),
        "timeline": timeline(record),
        "files": files(record),
        "complaints": list(db.session.execute(about)),
    }


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Shipments"),
        "truck",
        model=Shipment,
        forms=FORMS,
        context=_page,
        table=SHIPMENTS,
    )
)
