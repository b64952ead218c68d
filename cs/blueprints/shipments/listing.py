"""The list of shipments: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from cs.models.customers import Customer, Product, Shipment
from cs.queries.filter_options import customer_filter, product_options
from cs.queries.listing import Filter, Listing, Sort
from cs.wording.labels import state_name, term

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
        customer_filter(Shipment.customer_id),
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
    period=Shipment.shipped_on,
)
