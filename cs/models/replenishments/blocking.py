"""What its replenishments keep a complaint from (5.3.5): closing, voiding, another customer."""

from __future__ import annotations

from cs.models.complaints.complaint import Complaint
from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.queries import replenishments_of_complaint
from cs.records.blockers import blocks_closing, blocks_reassigning, blocks_voiding, open_records


@blocks_voiding("complaint", "replenishments")
@blocks_closing("complaint", "replenishments")
def open_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not shipped (5.3.5)."""
    return open_records(Replenishment, Replenishment.complaint_id == complaint.id)


@blocks_reassigning("complaint", "replenishments")
def valid_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not void: they are of the same customer."""
    return [record for record in replenishments_of_complaint(complaint) if record.void_reason is None]
