"""What the page of a product model shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from cs.extensions import db
from cs.models.customers import Product, Shipment
from cs.web.record_page import common_parts

SHIPMENTS_SHOWN = 10


def page_of_product(record: Product, on: datetime) -> dict[str, Any]:
    of_model = (Shipment.product_id == record.id, Shipment.state == "active")
    newest = (
        select(Shipment)
        .where(*of_model)
        .order_by(Shipment.shipped_on.desc(), Shipment.id.desc())
        .limit(SHIPMENTS_SHOWN)
    )
    return {
        **common_parts(record, on),
        "shipments": list(db.session.execute(newest).scalars()),
        "shipped": db.session.execute(select(func.count()).where(*of_model)).scalar_one(),
    }
