"""Counting returned goods against the slip (5.3.3), and settling what differs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol

from cs.models.returns.lines import Booking, ReturnLine
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class CountedReturn(AdvancingRecord, Protocol):
    """What the count needs of a return."""

    arrived_at: datetime | None
    bookings: list[Booking]

    def line(self, line_id: int) -> ReturnLine: ...

    def counted(self, on: datetime) -> bool: ...


# The steps. Return names them among its verbs.


def count(
    record: CountedReturn, *, line_id: int, quantity: Decimal, return_place: str, by: User, on: datetime
) -> None:
    """Count a line against the slip and place it; the last line ends the count (5.3.3)."""
    with record.advancing("count", by, on):
        record.arrived_at = record.arrived_at or on
        record.bookings.append(record.line(line_id).count(quantity, return_place, by, on, None))
    if record.counted(on):
        all_counted(record, by=by, on=on)


def all_counted(record: CountedReturn, *, by: User, on: datetime) -> None:
    """End the count: every line is counted, quality inspects (5.3.3)."""
    with record.advancing("all_counted", by, on):
        pass


def recount(
    record: CountedReturn,
    *,
    line_id: int,
    quantity: Decimal,
    return_place: str,
    reason: str,
    by: User,
    on: datetime,
) -> None:
    """Count a line again, with the reason; a settled difference is open again (5.3.3).
    Raise TooMuch for less than is inspected already."""
    with record.advancing("recount", by, on, note=reason):
        line = record.line(line_id)
        record.bookings.append(line.count(quantity, return_place, by, on, reason))
        line.reopen_difference()


def settle_difference(
    record: CountedReturn, *, line_id: int, difference_reason: str, by: User, on: datetime
) -> None:
    """Settle a difference between slip and count with a reason; both numbers stay (5.3.3)."""
    with record.advancing("settle_difference", by, on):
        record.line(line_id).settle_difference(difference_reason, by, on)
