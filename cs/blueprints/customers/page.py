"""What the page of a customer shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from cs.blueprints.customers.listing import OPEN_COMPLAINT
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Shipment
from cs.web.record_page import common_parts
from cs.wording.labels import choice, term

COMPLAINTS_SHOWN = 10


def _complaints_of(record: Customer) -> dict[str, Any]:
    """Return the customer's complaints, open ones first, then the newest; and their numbers."""
    query = select(
        Complaint.id,
        Complaint.number,
        Complaint.description,
        Complaint.state,
        Complaint.heard_at,
        Complaint.reply_due_at,
        Complaint.replied_at,
        Complaint.first_due_at,
    ).where(Complaint.customer_id == record.id)
    open_first = case((Complaint.state.in_(OPEN_COMPLAINT), 0), else_=1)
    rows = list(
        db.session.execute(
            query.order_by(open_first, Complaint.heard_at.desc(), Complaint.id.desc()).limit(COMPLAINTS_SHOWN)
        )
    )
    counted = select(func.count(), func.count().filter(Complaint.state.in_(OPEN_COMPLAINT))).where(
        Complaint.customer_id == record.id
    )
    total, open_count = db.session.execute(counted).one()
    return {"rows": rows, "total": total, "open": open_count}


def page_of_customer(record: Customer, on: datetime) -> dict[str, Any]:
    shipped = db.session.execute(
        select(func.count()).where(Shipment.customer_id == record.id, Shipment.state == "active")
    ).scalar_one()
    missing = (
        [term({"rep_id": "rep", "clerk_id": "clerk"}.get(name, name)) for name in record.missing]
        if record.state == "active"
        else []
    )
    return {
        **common_parts(record, on),
        "complaints": _complaints_of(record),
        "shipped": shipped,
        "missing": missing,
        "product_types": [choice("product_type", code) for code in record.product_type or ()],
    }
