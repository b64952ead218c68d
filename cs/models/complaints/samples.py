"""Contacts with the customer and defect samples 缺陷样板 (5.2.1.3, 5.2.2.1): what a complaint's analysis
rests on, and where it is now."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from cs.extensions import db
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.records.procedure import rulebook
from cs.records.types import Moment
from cs.records.users import User

if TYPE_CHECKING:
    from cs.models.complaints.complaint import Complaint


class CustomerContact(db.Model):
    """One talk with the customer about a complaint."""

    __tablename__ = "complaint_contacts"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    channel: Mapped[str]
    contact_name: Mapped[str]
    said: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by: Mapped[User] = relationship(lazy="joined")


class Sample(db.Model):
    """A defect sample: asked for, sent, arrived, where it is, given back or scrapped."""

    __tablename__ = "complaint_samples"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    quantity: Mapped[int]
    requested_on: Mapped[date]
    expected_on: Mapped[date | None]
    sent_on: Mapped[date | None]
    received_on: Mapped[date | None]
    received_qty: Mapped[int | None]
    location: Mapped[str | None]
    ended_on: Mapped[date | None]
    sample_end: Mapped[str | None]  # given_back, scrapped, never_came
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (CheckConstraint("quantity > 0", name="some"),)

    @property
    def is_awaited(self) -> bool:
        return self.received_on is None and self.ended_on is None

    @property
    def is_here(self) -> bool:
        return self.received_on is not None and self.ended_on is None

    @property
    def is_open(self) -> bool:
        """On its way or here: its end is not recorded yet."""
        return self.ended_on is None


class SampleSteps:
    """The verbs and questions of a complaint that concern contacts and samples."""

    @declared_attr
    def contacts(cls) -> Mapped[list[CustomerContact]]:
        return relationship(
            CustomerContact, cascade="all, delete-orphan", order_by=CustomerContact.id, lazy="selectin"
        )

    @declared_attr
    def samples(cls) -> Mapped[list[Sample]]:
        return relationship(Sample, cascade="all, delete-orphan", order_by=Sample.id, lazy="selectin")

    def sample_awaited(self: Complaint, on: datetime) -> bool:
        return any(sample.is_awaited for sample in self.samples)

    def sample_here(self: Complaint, on: datetime) -> bool:
        return any(sample.is_here for sample in self.samples)

    def sample_kept(self: Complaint, on: datetime) -> bool:
        return any(sample.is_open for sample in self.samples)

    @property
    def sample_due_at(self: Complaint) -> datetime | None:
        """The end of the first day on which an awaited sample should be here."""
        days = [sample.expected_on for sample in self.samples if sample.is_awaited and sample.expected_on]
        return work_calendar().end_of(min(days)) if days else None

    @property
    def waits(self: Complaint) -> list[tuple[date, date]]:
        """From when to when each sample was awaited; of one on its way, to the day it is expected."""
        return [
            (one.requested_on, one.received_on or one.ended_on or one.expected_on or one.requested_on)
            for one in self.samples
        ]

    @property
    def paused_until(self: Complaint) -> date | None:
        """The day until which the limit stands still for an awaited sample; None where it runs, or where the
        customer has named a deadline."""
        if (
            not rulebook().reply.paused_by_sample
            or self.state not in procedure.BEFORE_THE_REPLY
            or self.customer_deadline
        ):
            return None
        return max(
            (one.expected_on for one in self.samples if one.is_awaited and one.expected_on), default=None
        )

    def _move_the_limit(self: Complaint) -> None:
        """A sample was asked for, came or came to nothing: where the procedure file pauses the limit, it is
        counted anew."""
        if rulebook().reply.paused_by_sample and self.state in procedure.BEFORE_THE_REPLY:
            self.start_clock()

    def contact(
        self: Complaint, *, at: datetime, channel: str, contact_name: str, said: str, by: User, on: datetime
    ) -> None:
        """5.2.1.3: quality or sales speaks with the customer, and writes down what was said."""
        with self.advancing("contact", by, on):
            self.contacts.append(
                CustomerContact(
                    at=at, channel=channel, contact_name=contact_name, said=said, by=by, by_id=by.id
                )
            )

    def request_sample(
        self: Complaint,
        *,
        quantity: int,
        requested_on: date,
        expected_on: date | None,
        note: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.1.3: 如有需要可先向客户索取缺陷样板."""
        with self.advancing("request_sample", by, on):
            self.samples.append(
                Sample(quantity=quantity, requested_on=requested_on, expected_on=expected_on, note=note)
            )
            self._move_the_limit()

    def receive_sample(
        self: Complaint,
        *,
        sample_id: int,
        sent_on: date | None,
        received_on: date,
        received_qty: int,
        location: str,
        by: User,
        on: datetime,
    ) -> None:
        """The sample is here, so that the analysis can go on."""
        with self.advancing("receive_sample", by, on):
            sample = self._sample(sample_id)
            sample.sent_on, sample.received_on, sample.received_qty, sample.location = (
                sent_on,
                received_on,
                received_qty,
                location,
            )
            self._move_the_limit()

    def move_sample(self: Complaint, *, sample_id: int, location: str, by: User, on: datetime) -> None:
        """Where the sample is now."""
        with self.advancing("move_sample", by, on):
            self._sample(sample_id).location = location

    def end_sample(
        self: Complaint,
        *,
        sample_id: int,
        sample_end: str,
        ended_on: date,
        note: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """Given back to the customer, scrapped, or it never came."""
        with self.advancing("end_sample", by, on):
            sample = self._sample(sample_id)
            sample.sample_end, sample.ended_on, sample.note = sample_end, ended_on, note or sample.note
            self._move_the_limit()

    def _sample(self: Complaint, sample_id: int) -> Sample:
        return next(sample for sample in self.samples if sample.id == sample_id)
