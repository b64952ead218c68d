"""The lines of a return slip 退货单 (5.3.3) and the bookings by which their quantities are counted, decided
on and reworked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cs.extensions import Model, db
from cs.models.customers import Product
from cs.models.lots import WithLot
from cs.models.returns.slip import SlipLine
from cs.procedure import returns as procedure
from cs.procedure.returns import Tally
from cs.records.types import Moment, Quantity, exact_number
from cs.records.users import User

COLUMNS = {
    "counted": "counted_qty",
    "accepted": "accepted_qty",
    "ntf": "ntf_qty",
    "as_is": "as_is_qty",
    "rework": "rework_qty",
    "scrapped": "scrapped_qty",
    "reworked": "reworked_qty",
    "passed": "passed_qty",
    "failed": "failed_qty",
}  # booking → its total on the line
REMAINDERS = {"uninspected": "uninspected_qty", "rework_open": "rework_open_qty"}
TOTALS = (*COLUMNS.values(), *REMAINDERS.values())


class ReturnLine(WithLot, Model):
    """One line of the slip. Its totals stand beside the bookings that they are the sums of; the database
    refuses what does not add up."""

    derived = frozenset({"lot_key"})
    __tablename__ = "return_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    lot_no: Mapped[str | None]
    order_no: Mapped[str | None]
    return_reason: Mapped[str] = mapped_column(Text)
    slip_qty: Mapped[Decimal] = mapped_column(Quantity)
    counted_qty: Mapped[Decimal | None] = mapped_column(Quantity)
    accepted_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    ntf_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    as_is_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    rework_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    scrapped_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    uninspected_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    reworked_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    passed_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    failed_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    rework_open_qty: Mapped[Decimal] = mapped_column(Quantity, default=0)
    return_place: Mapped[str | None]
    difference_reason: Mapped[str | None] = mapped_column(Text)
    difference_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    difference_at: Mapped[datetime | None] = mapped_column(Moment)
    instruction: Mapped[str | None] = mapped_column(Text)
    instruction_no: Mapped[str | None]
    instructed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    instructed_at: Mapped[datetime | None] = mapped_column(Moment)
    rework_on: Mapped[date | None]
    product: Mapped[Product] = relationship(lazy="joined")
    difference_by: Mapped[User | None] = relationship(foreign_keys=[difference_by_id])
    instructed_by: Mapped[User | None] = relationship(foreign_keys=[instructed_by_id])
    __table_args__ = (
        CheckConstraint("slip_qty > 0", name="some"),
        CheckConstraint(
            "counted_qty >= 0 AND accepted_qty >= 0 AND ntf_qty >= 0 AND as_is_qty >= 0 AND rework_qty "
            ">= 0 AND scrapped_qty >= 0 AND uninspected_qty >= 0",
            name="not_negative",
        ),
        CheckConstraint(
            "coalesce(counted_qty, 0) = accepted_qty + ntf_qty + as_is_qty + rework_qty + scrapped_qty + "
            "uninspected_qty",
            name="counted_adds_up",
        ),
        CheckConstraint("rework_qty = passed_qty + failed_qty + rework_open_qty", name="rework_adds_up"),
        CheckConstraint(
            "passed_qty >= 0 AND failed_qty >= 0 AND passed_qty + failed_qty <= reworked_qty AND "
            "reworked_qty <= rework_qty",
            name="reworked_before_inspected",
        ),
    )

    @validates("slip_qty", *TOTALS)
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)

    @property
    def tally(self) -> Tally:
        """Return the quantities of the line, which know what can still be booked."""
        totals = {name: getattr(self, column) for name, column in COLUMNS.items()}
        return Tally(
            self.slip_qty,
            **{
                name: value if name == "counted" or value is not None else procedure.NOTHING
                for name, value in totals.items()
            },
        )

    def set_totals(self, tally: Tally) -> None:
        """Store a tally's quantities and remainders in the line's columns."""
        for name, column in (COLUMNS | REMAINDERS).items():
            setattr(self, column, getattr(tally, name))

    @property
    def differs(self) -> bool:
        """Slip and count differ, and nobody has settled it yet (5.3.3)."""
        return self.tally.difference not in (None, 0) and self.difference_at is None

    def fill(self, values: SlipLine) -> None:
        """Set what the slip says of the line; its id stays."""
        for name, value in values.items():
            if name != "id":
                setattr(self, name, value)
        self.product = db.session.get_one(Product, self.product_id)
        self.set_totals(self.tally)

    def count(
        self, quantity: Decimal, return_place: str, by: User, on: datetime, note: str | None
    ) -> Booking:
        """Set the counted quantity, first or again, and where the goods stand (5.3.3).

        Return the booking of what was counted more or less than before. Raise TooMuch for less than is
        inspected already.
        """
        more = quantity - (self.counted_qty or 0)
        self.set_totals(self.tally.count(quantity))
        self.return_place = return_place
        return Booking(
            line_id=self.id, booking="counted", quantity=more, at=on, by=by, by_id=by.id, note=note
        )

    def book(self, booking: str, quantity: Decimal, by: User, on: datetime, note: str | None) -> Booking:
        """Add to one total of the line and return the booking. Raise TooMuch for more than is open."""
        self.set_totals(self.tally.book(booking, quantity))
        return Booking(
            line_id=self.id, booking=booking, quantity=quantity, at=on, by=by, by_id=by.id, note=note
        )

    def settle_difference(self, reason: str, by: User, on: datetime) -> None:
        """Record who settled the difference between slip and count, and why (5.3.3)."""
        self.difference_reason = reason
        self.difference_by = by
        self.difference_by_id = by.id
        self.difference_at = on

    def reopen_difference(self) -> None:
        """Clear what was settled about a difference: the line was counted again (5.3.3)."""
        self.difference_reason = None
        self.difference_by = None
        self.difference_by_id = None
        self.difference_at = None

    def instruct(self, instruction: str, instruction_no: str | None, by: User, on: datetime) -> None:
        """Set how the line is reworked (3.4)."""
        self.instruction = instruction
        self.instruction_no = instruction_no
        self.instructed_by = by
        self.instructed_by_id = by.id
        self.instructed_at = on

    def adds_up(self, bookings: Iterable[Booking]) -> bool:
        """Return whether the totals of the line are the sums of its bookings among these."""
        sums: dict[str, Decimal] = {}
        for row in bookings:
            if row.line_id == self.id and row.booking in COLUMNS:
                sums[row.booking] = sums.get(row.booking, procedure.NOTHING) + row.quantity
        booked = Tally(self.slip_qty, **sums)
        totals = COLUMNS | REMAINDERS
        return all(getattr(booked, name) == getattr(self, column) for name, column in totals.items())


# What a step of the workflow asks of a return, answered line by line: the step is open while the answer is
# yes for any line (Return.holds), and its form offers these lines (Return.lines_for).
LINE_QUESTIONS: dict[str, Callable[[ReturnLine], bool]] = {
    "uncounted": lambda line: line.counted_qty is None,
    "recountable": lambda line: line.counted_qty is not None,
    "differs": lambda line: line.differs,
    "uninspected": lambda line: line.tally.uninspected > 0,
    "uninstructed": lambda line: line.tally.rework_open > 0 and line.instruction is None,
    "unplanned": lambda line: line.instruction is not None and line.rework_on is None,
    "to_rework": lambda line: line.rework_on is not None and line.tally.to_rework > 0,
    "to_reinspect": lambda line: line.tally.to_reinspect > 0,
}


def lines_of_slip(rows: Iterable[SlipLine], lines: Iterable[ReturnLine]) -> list[ReturnLine]:
    """Return the lines that the rows of the slip describe, oldest first.

    A row with the id of one of `lines` changes that line; the others are new.
    """
    by_id: dict[int | None, ReturnLine] = {line.id: line for line in lines}
    filled = []
    for values in rows:
        line = by_id.pop(values.get("id"), None) or ReturnLine()
        line.fill(values)
        filled.append(line)
    return sorted(filled, key=lambda line: line.id or 2**31)


class Booking(Model):
    """A quantity of a line, counted, inspected or reworked by a person.

    Bookings are only added; a recount adds the difference to the count before.
    """

    __tablename__ = "return_bookings"
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("return_lines.id"), index=True)
    booking: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by: Mapped[User] = relationship(lazy="joined")
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (CheckConstraint("booking = 'counted' OR quantity > 0", name="some"),)

    @validates("quantity")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)
