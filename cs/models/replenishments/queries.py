"""Replenishments by the record that they were applied for: complaints and returns do not know them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return


def replenishments_of_complaint(complaint: Complaint) -> list[Replenishment]:
    """Return all replenishments of a complaint, void ones too, oldest first."""
    return _replenishments(Replenishment.complaint_id == complaint.id)


def replenishments_of_return(record: Return) -> list[Replenishment]:
    """Return all replenishments applied for from a return, void ones too, oldest first."""
    return _replenishments(Replenishment.return_id == record.id)


def replacement_cost(complaint: Complaint) -> Decimal | None:
    """Return what the goods ordered to replace those of a complaint are worth, in RMB (7.4-62): of the orders
    for which the customer does not pay. None where there are none."""
    query = select(func.sum(Replenishment.amount)).where(
        Replenishment.complaint_id == complaint.id,
        Replenishment.order_number.is_not(None),
        Replenishment.charged.is_(False),
        Replenishment.state != "void",
    )
    return db.session.execute(query).scalar_one()


def _replenishments(condition: ColumnElement[bool]) -> list[Replenishment]:
    query = select(Replenishment).where(condition).order_by(Replenishment.id)
    return list(db.session.execute(query).scalars())
