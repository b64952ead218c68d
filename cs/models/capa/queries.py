"""CAPAs by the record that they were issued for: a complaint does not know them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import lazyload, selectinload

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint


def capas_of_complaint(complaint: Complaint, *, with_causes: bool = False) -> list[Capa]:
    """Return all CAPAs of a complaint, void ones too, oldest first; with their actions and verifications,
    and with 5-why and fishbone where asked. Other rows that only their own page shows are left until somebody
    asks for them."""
    query = select(Capa).where(Capa.complaint_id == complaint.id).order_by(Capa.id)
    causes = selectinload if with_causes else lazyload
    options = (causes(Capa.whys), causes(Capa.bones), lazyload(Capa.past_rounds))
    return list(db.session.execute(query.options(*options)).scalars())
