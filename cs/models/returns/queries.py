"""Returns by the record that they belong to: a complaint does not know them."""

from __future__ import annotations

from sqlalchemy import select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.returns.customer_return import Return


def returns_of_complaint(complaint: Complaint) -> list[Return]:
    """Return all returns of a complaint, void ones too, oldest first."""
    query = select(Return).where(Return.complaint_id == complaint.id).order_by(Return.id)
    return list(db.session.execute(query).scalars())
