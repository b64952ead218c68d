"""Inspecting and reworking returned goods (5.3.1, 3.4 to 3.6): each portion is a booking of its line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from cs.models.returns.lines import Booking, ReturnLine
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class InspectedReturn(AdvancingRecord, Protocol):
    """What inspection and rework need of a return."""

    bookings: list[Booking]

    def line(self, line_id: int) -> ReturnLine: ...


# The steps. Return names them among its verbs.


def inspect(
    record: InspectedReturn,
    *,
    line_id: int,
    bookings: dict[str, Decimal],
    note: str | None,
    by: User,
    on: datetime,
) -> None:
    """Inspect a line, or a portion, and decide: accepted, as is, to rework, scrapped (5.3.1).

    Raise TooMuch for more than is uninspected.
    """
    _book(record, "inspect", line_id, bookings, note, by, on)


def reinspect(
    record: InspectedReturn,
    *,
    line_id: int,
    bookings: dict[str, Decimal],
    note: str | None,
    by: User,
    on: datetime,
) -> None:
    """Inspect reworked goods again: passed or scrapped (5.3). Raise TooMuch for more than is reworked."""
    _book(record, "reinspect", line_id, bookings, note, by, on)


def rework(
    record: InspectedReturn, *, line_id: int, quantity: Decimal, note: str | None, by: User, on: datetime
) -> None:
    """Book what production has reworked, in portions (3.5). Raise TooMuch for more than is to rework."""
    _book(record, "rework", line_id, {"reworked": quantity}, note, by, on)


def _book(
    record: InspectedReturn,
    step: str,
    line_id: int,
    bookings: dict[str, Decimal],
    note: str | None,
    by: User,
    on: datetime,
) -> None:
    with record.advancing(step, by, on, note=note):
        line = record.line(line_id)
        for booking, quantity in bookings.items():
            record.bookings.append(line.book(booking, quantity, by, on, note))


def instruct(
    record: InspectedReturn,
    *,
    line_ids: list[int],
    instruction: str,
    instruction_no: str | None,
    by: User,
    on: datetime,
) -> None:
    """Set how process engineering has these lines reworked (3.4)."""
    with record.advancing("instruct", by, on):
        for line in map(record.line, line_ids):
            line.instruct(instruction, instruction_no, by, on)


def plan_rework(
    record: InspectedReturn,
    *,
    line_ids: list[int],
    rework_on: date,
    note: str | None = None,
    by: User,
    on: datetime,
) -> None:
    """Schedule the rework by the day that the goods are due back; later, `note` says why (3.6)."""
    with record.advancing("plan_rework", by, on, note=note):
        for line in map(record.line, line_ids):
            line.rework_on = rework_on
