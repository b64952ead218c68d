"""The list of product models: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import ColumnElement, exists, func, select

from cs.models.customers import CustomerPart, Product, Shipment
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.wording.labels import choices, state_name, term


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
