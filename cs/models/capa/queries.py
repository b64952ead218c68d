"""CAPAs by the record that they were issued for: a complaint does not know them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint


def capas_of_complaint(complaint: Complaint) -> list[Capa]:
    """Return all CAPAs of a complaint, void ones too, oldest first; with their actions and verifications,
    while the rows that only their own page shows are left until somebody asks for them."""
    query = select(Capa).where(Capa.complaint_id == complaint.id).order_by(Capa.id)
    own_page = (lazyload(Capa.whys), lazyload(Capa.bones), lazyload(Capa.past_rounds))
    return list(db.session.execute(query.options(*own_page)).scalars())
