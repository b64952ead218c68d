"""The complaints of a return: the one it joins or opens (5.3.5), and recurrences after rework (3.4)."""

from __future__ import annotations

from cs.models.complaints.complaint import Complaint
from cs.procedure import complaints
from cs.procedure.workflow import NotOpen
from cs.records.record import find

MOST_LATER = 20


def complaint_to_join(complaint_id: int) -> Complaint:
    """The complaint that a return or a replenishment joins (5.3.5). NotOpen where it has ended, perhaps just
    now."""
    complaint = find(Complaint, complaint_id)
    if complaint is None or complaint.state not in complaints.OPEN:
        raise NotOpen("complaint_to_join")
    return complaint
