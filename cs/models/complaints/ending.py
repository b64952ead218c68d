"""The end of a complaint: its close (Q12), voiding (5.6), and reopening for goods that come later (5.3.5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, Unpack

from cs.models.complaints.blocks import Costs
from cs.procedure.workflow import NotOpen
from cs.records.types import exact_number
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class EndedComplaint(AdvancingRecord, Protocol):
    """What its end needs of a complaint."""

    closed_at: datetime | None
    closing_note: str | None
    void_reason: str | None

    @property
    def goods_on_the_way(self) -> list[Any]: ...


def close(
    complaint: EndedComplaint, *, closing_note: str | None, by: User, on: datetime, **costs: Unpack[Costs]
) -> None:
    """Close and sign it (Q12): only after the customer accepted, or stayed silent and a note says what was
    tried. What it cost is recorded with it (7.4-62)."""
    with complaint.advancing("close", by, on):
        complaint.closed_at, complaint.closing_note = on, closing_note
        for name, amount in costs.items():
            setattr(complaint, name, exact_number(amount))


def void(complaint: EndedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Take it out of the count with a reason (5.6); it stays readable and its number taken. Raise NotOpen
    while goods move under it (5.3.5)."""
    if complaint.goods_on_the_way:
        raise NotOpen("void")
    with complaint.advancing("void", by, on, note=reason):
        complaint.void_reason = reason


def reopen(complaint: EndedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Take a complaint back to where it waits for its close, with the reason (5.3.5).

    The customer's answer stands, the reply keeps its time, and the signature of the first close stays.
    """
    with complaint.advancing("reopen", by, on, note=reason):
        complaint.closed_at = complaint.closing_note = None
