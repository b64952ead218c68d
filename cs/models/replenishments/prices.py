"""Unit prices that are known: of the last shipment to a customer, else of the product (Q23)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from cs.extensions import db
from cs.models.customers import Product, Shipment
from cs.procedure import replenishments as procedure


def known_price(product_id: int, customer_id: int | None, currency: str) -> Decimal | None:
    """Return the price at which the customer last got the product in this currency; else, in RMB, that of
    the product; None where neither is on record."""
    last = (
        select(Shipment.unit_price)
        .where(
            Shipment.product_id == product_id,
            Shipment.customer_id == customer_id,
            Shipment.state == "active",
            Shipment.unit_price.is_not(None),
            func.coalesce(Shipment.currency, procedure.RMB) == currency,
        )
        .order_by(Shipment.shipped_on.desc(), Shipment.id.desc())
        .limit(1)
    )
    price: Decimal | None = db.session.execute(last).scalar()
    if price is None and currency == procedure.RMB:
        price = db.session.execute(select(Product.unit_price).where(Product.id == product_id)).scalar()
    return price
