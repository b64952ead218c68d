"""What its replenishments keep a complaint from (5.3.5), and those that a return has (5.3.4)."""

from __future__ import annotations

from cs.models.complaints.complaint import Complaint
from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.queries import replenishments_of_complaint, replenishments_of_return
from cs.models.returns.customer_return import Return
from cs.records.blockers import blocks_closing, blocks_reassigning, blocks_voiding, open_records, records_made


@blocks_voiding("complaint", "replenishments")
@blocks_closing("complaint", "replenishments")
def open_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not shipped (5.3.5)."""
    return open_records(Replenishment, Replenishment.complaint_id == complaint.id)


@blocks_reassigning("complaint", "replenishments")
def valid_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not void: they are of the same customer."""
    return [record for record in replenishments_of_complaint(complaint) if record.void_reason is None]


@records_made("return", Replenishment.kind)
def applications(record: Return) -> list[Replenishment]:
    """Return the replenishments applied for from a return that are not void (5.3.4)."""
    return [
        application for application in replenishments_of_return(record) if application.void_reason is None
    ]
