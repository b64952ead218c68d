"""What a complaint asks of its CAPAs (5.2.2.5, Q12): whether there is one, and what keeps it from closing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.records.blockers import blocks_closing, open_records, records_made


@blocks_closing("complaint", "capas")
def open_capas(complaint: Complaint) -> list[Capa]:
    """Return the CAPAs of a complaint that are not verified (Q12)."""
    return open_records(Capa, Capa.complaint_id == complaint.id)


@records_made("complaint", Capa.kind)
def issued_capas(complaint: Complaint) -> list[Capa]:
    """Return the CAPAs of a complaint that are not void (5.2.2.5)."""
    query = (
        select(Capa)
        .where(Capa.complaint_id == complaint.id, Capa.state != "void")
        .order_by(Capa.id)
        .options(lazyload("*"))
    )
    return list(db.session.execute(query).scalars())
