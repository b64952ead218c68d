"""The lines of a return slip 退货单 (5.3.3) and the bookings by which their quantities are counted, decided
on and reworked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cs.extensions import db
from cs.models.customers import Product
from cs.procedure import returns as procedure
from cs.procedure.returns import Tally
from cs.records.types import Moment, Quantity, exact
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


class ReturnLine(db.Model):
    """One line of the slip. Its totals stand beside the bookings that they are the sums of; the database
    refuses what does not add up."""

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
        return exact(value)

    @property
    def tally(self) -> Tally:
        """Its quantities, and what can still be booked."""
        totals = {name: getattr(self, column) for name, column in COLUMNS.items()}
        return Tally(
            self.slip_qty,
            **{
                name: value if name == "counted" or value is not None else procedure.NOTHING
                for name, value in totals.items()
            },
        )

    def keep(self, tally: Tally) -> None:
        for name, column in (COLUMNS | REMAINDERS).items():
            setattr(self, column, getattr(tally, name))

    @property
    def differs(self) -> bool:
        """Slip and count differ, and nobody has settled it yet (5.3.3)."""
        return self.tally.difference not in (None, 0) and self.difference_at is None


class Booking(db.Model):
    """So much of a line, booked as something by somebody. Only added; a recount adds what it finds more or
    less."""

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
        return exact(value)
