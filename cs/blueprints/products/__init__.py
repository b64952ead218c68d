"""Products 产品: the models that the factory makes, and the numbers under which customers order them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, exists, func, select
from wtforms import SubmitField

from cs.extensions import db
from cs.imports.master_data import PRODUCTS
from cs.models.customers import CustomerPart, Product, Shipment, comparable
from cs.procedure import customers as procedure
from cs.procedure.authority import Permission
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.sections import RecordSection
from cs.web.access import requires
from cs.web.fields import Choice, ReasonForm, Reference, StepForm, Text
from cs.web.options import customers_to_choose, record_link
from cs.web.record_page import files, other_steps, timeline
from cs.web.responses import show
from cs.web.rows import RowForm, Rows, WithRows
from cs.web.steps import mount
from cs.wording.words import choices, label, state_name, term

blueprint = Blueprint("products", __name__, url_prefix="/products")

SHIPMENTS_SHOWN = 10


# The forms of the steps


class PartForm(RowForm):
    """A customer and its own number for the model."""

    customer_id = Reference("customer")
    part_no = Text("customer_part_no", most=60)

    decisive = ("customer_id", "part_no")

    def check(self) -> None:
        if not self.customer_id.data:
            self.fault("customer_id", gettext("Whose number is this?"))
        if not self.part_no.data:
            self.fault("part_no", gettext("Fill in the number, or empty the row."))


class ProductForm(WithRows, StepForm):
    model = Text("model", required=True, most=60)
    spec = Text("spec", required=True, most=200)
    part_no = Text("part_no", most=60)
    unit = Choice("unit", "unit", required=True)
    customer_parts = Rows(PartForm, label("customer_parts"))
    more_rows = SubmitField()

    rows = "customer_parts"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_parts.stand_ready(1 if self.customer_parts.entries else self.ready)
        kept = [part.customer_id for part in record.customer_parts] if record is not None else []
        offered = customers_to_choose(*kept)
        for row in self.customer_parts:
            row.form.customer_id.choices = offered

    def fill(self, record: Any, on: datetime) -> None:
        if record is None:
            self.unit.data = "pcs"
            return
        for name in ("model", "spec", "part_no", "unit"):
            self[name].process_data(getattr(record, name))
        self.customer_parts.refill(record.customer_parts)
        self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        seen: set[tuple[int, str]] = set()
        for row in self.customer_parts.filled:
            part = (row.customer_id.data, comparable(row.part_no.data))
            if part in seen:
                row.fault("part_no", gettext("This number stands here twice."))
            seen.add(part)
        self.customer_parts.gather()
        if self.model.data and (same := Product.same(Product.key_of(self.model.data), other_than=record)):
            self.fault(
                "model",
                record_link(
                    gettext("This model is in the list already:"),
                    url_for("products.detail", record_id=same.id),
                    same.title,
                ),
            )

    def values(self) -> dict[str, Any]:
        parts = [
            {"customer_id": row.customer_id.data, "part_no": row.part_no.data}
            for row in self.customer_parts.filled
        ]
        return super().values() | {"customer_parts": parts}


FORMS: dict[str, type[StepForm]] = {"create": ProductForm, "edit": ProductForm, "void": ReasonForm}


# The list


def _of_customer(value: str) -> ColumnElement[bool]:
    return exists().where(CustomerPart.product_id == Product.id, CustomerPart.customer_id == int(value))


SHIPPED = (
    select(func.count())
    .where(Shipment.product_id == Product.id, Shipment.state == "active")
    .correlate(Product)
    .scalar_subquery()
)
LAST_SHIPPED = (
    select(func.max(Shipment.shipped_on))
    .where(Shipment.product_id == Product.id, Shipment.state == "active")
    .correlate(Product)
)
PARTS = select(func.count()).where(CustomerPart.product_id == Product.id).correlate(Product).scalar_subquery()

LISTING = Listing(
    Product,
    select(
        Product.id,
        Product.model,
        Product.spec,
        Product.part_no,
        Product.unit,
        Product.state,
        PARTS.label("parts"),
        SHIPPED.label("shipped"),
        LAST_SHIPPED.scalar_subquery().label("last_shipped"),
    ),
    {
        "model": Sort(lambda: term("model"), Product.model),
        "newest": Sort(lambda: gettext("Newest first"), Product.created_at, descending=True),
    },
    (
        Filter(
            "state",
            lambda: term("state"),
            lambda: [(code, state_name("product", code)) for code in ("active", "void")],
            lambda value: Product.state == value,
        ),
        Filter("unit", lambda: term("unit"), lambda: choices("unit"), lambda value: Product.unit == value),
        Filter(
            "customer",
            lambda: term("customer_part_no"),
            lambda: customer_options(CustomerPart.customer_id),
            _of_customer,
        ),
    ),
    search_label=lambda: gettext("Model, specification, part number"),
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All models, narrowed by the address."""
    page = LISTING.page(request.args, url_for("products.index"))
    return show(
        "products/list.html",
        "products/_rows.html",
        page=page,
        may_edit=current_user.may(procedure.PRODUCT.step("create").permission),
    )


# The page


def _page(record: Product, on: datetime) -> dict[str, Any]:
    of_it = (Shipment.product_id == record.id, Shipment.state == "active")
    newest = (
        select(Shipment)
        .where(*of_it)
        .order_by(Shipment.shipped_on.desc(), Shipment.id.desc())
        .limit(SHIPMENTS_SHOWN)
    )
    return {
        "actions": other_steps(record, record.steps_for(current_user, on), "products"),
        "timeline": timeline(record),
        "files": files(record),
        "shipments": list(db.session.execute(newest).scalars()),
        "shipped": db.session.execute(select(func.count()).where(*of_it)).scalar_one(),
    }


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: gettext("Products"),
        "speaker",
        model=Product,
        forms=FORMS,
        context=_page,
        table=PRODUCTS,
    )
)
