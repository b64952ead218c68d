"""What its CAPAs keep a complaint from (Q12): closing."""

from __future__ import annotations

from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.records.blockers import blocks_closing, open_records


@blocks_closing("complaint", "capas")
def open_capas(complaint: Complaint) -> list[Capa]:
    """Return the CAPAs of a complaint that are not verified (Q12)."""
    return open_records(Capa, Capa.complaint_id == complaint.id)
