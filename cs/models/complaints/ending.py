"""The end of a complaint: what stands in the way of its close, the close (Q12), and voiding (5.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, Unpack

from cs.models.complaints.blocks import Costs
from cs.models.complaints.clock import ClockBook
from cs.models.complaints.measures import MeasureBook
from cs.models.complaints.meeting import MeetingBook
from cs.procedure.workflow import NotOpen
from cs.records.blockers import blocks_closing
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

    @property
    def lacks_capa(self) -> bool: ...

    @property
    def meeting_book(self) -> MeetingBook: ...

    @property
    def measure_book(self) -> MeasureBook: ...

    @property
    def clock_book(self) -> ClockBook: ...


def open_ends(complaint: EndedComplaint) -> dict[str, list[Any]]:
    """Return what still stands in the way of closing: {capa_wanted, capas, returns, replenishments,
    dispositions, countersigners, plan, measures, effect, clock: what of it}, without the empty ones."""
    meetings, measures = complaint.meeting_book, complaint.measure_book
    ends = {
        "capa_wanted": [complaint] if complaint.lacks_capa else [],
        **blocks_closing.of(complaint),
        "dispositions": meetings.open_dispositions,
        "countersigners": meetings.unsigned,
        "plan": [meetings.to_plan] if meetings.to_plan else [],
        "measures": measures.open,
        "effect": [measures.unchecked] if measures.unchecked else [],
        "clock": complaint.clock_book.all_waiting,
    }
    return {what: found for what, found in ends.items() if found}


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
