"""What its returns keep a complaint from (5.3.5): closing, voiding, another customer."""

from __future__ import annotations

from cs.models.complaints.complaint import Complaint
from cs.models.returns.customer_return import Return
from cs.models.returns.queries import returns_of_complaint
from cs.records.blockers import blocks_closing, blocks_reassigning, blocks_voiding, open_records


@blocks_voiding("complaint", "returns")
@blocks_closing("complaint", "returns")
def open_returns(complaint: Complaint) -> list[Return]:
    """Return the returns of a complaint that are not closed (5.3.5)."""
    return open_records(Return, Return.complaint_id == complaint.id)


@blocks_reassigning("complaint", "returns")
def valid_returns(complaint: Complaint) -> list[Return]:
    """Return the returns of a complaint that are not void: they are of the same customer."""
    return [record for record in returns_of_complaint(complaint) if record.void_reason is None]
