"""What the page of a shipment shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Shipment
from cs.web.record_page import common_parts

COMPLAINTS_SHOWN = 10


def page_of_shipment(record: Shipment, on: datetime) -> dict[str, Any]:
    same_lot = (
        select(Complaint.id, Complaint.number, Complaint.description, Complaint.state, Complaint.heard_at)
        .where(Complaint.customer_id == record.customer_id, Complaint.lot_key == record.lot_key)
        .order_by(Complaint.heard_at.desc(), Complaint.id.desc())
        .limit(COMPLAINTS_SHOWN)
    )
    return {
        **common_parts(record, on),
        "complaints": list(db.session.execute(same_lot)),
    }
