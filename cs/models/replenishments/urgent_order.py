"""The urgent order 紧急订单 (5.3.4) that an application becomes: planned, made and shipped."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from cs.models.holidays import work_calendar
from cs.procedure.authority import Actor
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class UrgentOrder(Workflowed):
    """What of a replenishment is the order."""

    __abstract__ = True
    order_number: Mapped[str | None] = mapped_column(unique=True)
    ordered_at: Mapped[datetime | None] = mapped_column(Moment)
    work_order: Mapped[str | None]
    scheduled_on: Mapped[date | None]
    made_on: Mapped[date | None]
    sent_off_on: Mapped[date | None]
    delivery_no: Mapped[str | None]

    @property
    def schedule_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.scheduled_on) if self.scheduled_on else None

    def order(self, *, by: Actor, on: datetime) -> None:
        """Make it an urgent order 紧急订单 with a number of its own, after the last signature (5.3.4)."""
        with self.advancing("order", by, on):
            self.order_number = next_number("urgent_order", local_day(on))
            self.ordered_at = on

    def schedule(
        self, *, work_order: str, scheduled_on: date, note: str | None = None, by: User, on: datetime
    ) -> None:
        """Schedule the urgent order; later than the customer wants it, `note` says why (3.6)."""
        with self.advancing("schedule", by, on, note=note):
            self.work_order, self.scheduled_on = work_order, scheduled_on

    def reschedule(
        self, *, work_order: str, scheduled_on: date, note: str | None = None, by: User, on: datetime
    ) -> None:
        """Set another work order or day; later than the customer wants it, `note` says why (3.6)."""
        with self.advancing("reschedule", by, on, note=note):
            self.work_order, self.scheduled_on = work_order, scheduled_on

    def make(self, *, made_on: date, by: User, on: datetime) -> None:
        """Report it as made, by production (3.5)."""
        with self.advancing("make", by, on):
            self.made_on = made_on

    def ship(self, *, sent_off_on: date, delivery_no: str, by: User, on: datetime) -> None:
        """Send the goods to the customer (5.3.4)."""
        with self.advancing("ship", by, on):
            self.sent_off_on, self.delivery_no = sent_off_on, delivery_no
