"""Contacts with the customer and defect samples 缺陷样板 (5.2.1.3, 5.2.2.1): what a complaint's analysis
rests on, and where it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.records.procedure import rulebook
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class CustomerContact(Model):
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


class Sample(Model):
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
        """Return whether it is on its way or here, without an end yet."""
        return self.ended_on is None


@dataclass(frozen=True)
class SampleBook:
    """The samples of one complaint, and what is asked about all of them together (5.2.1.3, 5.2.2.1)."""

    samples: Sequence[Sample]

    @property
    def has_awaited(self) -> bool:
        return any(sample.is_awaited for sample in self.samples)

    @property
    def has_here(self) -> bool:
        return any(sample.is_here for sample in self.samples)

    @property
    def has_open(self) -> bool:
        return any(sample.is_open for sample in self.samples)

    @property
    def expected_days(self) -> list[date]:
        """Return the days on which the awaited samples should be here, as far as they are known."""
        return [sample.expected_on for sample in self.samples if sample.is_awaited and sample.expected_on]

    @property
    def due_at(self) -> datetime | None:
        """Return the end of the first day on which an awaited sample should be here."""
        return work_calendar().end_of(min(self.expected_days)) if self.expected_days else None

    @property
    def waits(self) -> list[tuple[date, date]]:
        """Return from when to when each sample was awaited; of one on its way, to the day it is expected."""
        return [
            (
                sample.requested_on,
                sample.received_on or sample.ended_on or sample.expected_on or sample.requested_on,
            )
            for sample in self.samples
        ]

    def sample(self, sample_id: int) -> Sample:
        """Return one of them by its id. StopIteration where it is none of this complaint's."""
        return next(sample for sample in self.samples if sample.id == sample_id)


# The steps that concern talks and samples. Complaint names them among its verbs.


class SampledComplaint(AdvancingRecord, Protocol):
    """What these steps need of a complaint."""

    contacts: list[CustomerContact]
    samples: list[Sample]

    @property
    def sample_book(self) -> SampleBook: ...

    def start_clock(self) -> None: ...


def _move_the_limit(complaint: SampledComplaint) -> None:
    """Count the reply's limit again where the procedure file pauses it for awaited samples (5.2.2.6)."""
    if rulebook().reply.paused_by_sample and complaint.state in procedure.BEFORE_THE_REPLY:
        complaint.start_clock()


def contact(
    complaint: SampledComplaint,
    *,
    at: datetime,
    channel: str,
    contact_name: str,
    said: str,
    by: User,
    on: datetime,
) -> None:
    """Write down a talk of quality or sales with the customer (5.2.1.3)."""
    with complaint.advancing("contact", by, on):
        complaint.contacts.append(
            CustomerContact(at=at, channel=channel, contact_name=contact_name, said=said, by=by, by_id=by.id)
        )


def request_sample(
    complaint: SampledComplaint,
    *,
    quantity: int,
    requested_on: date,
    expected_on: date | None,
    note: str | None,
    by: User,
    on: datetime,
) -> None:
    """Ask the customer for defect samples (5.2.1.3: 如有需要可先向客户索取缺陷样板)."""
    with complaint.advancing("request_sample", by, on):
        complaint.samples.append(
            Sample(quantity=quantity, requested_on=requested_on, expected_on=expected_on, note=note)
        )
        _move_the_limit(complaint)


def receive_sample(
    complaint: SampledComplaint,
    *,
    sample_id: int,
    sent_on: date | None,
    received_on: date,
    received_qty: int,
    location: str,
    by: User,
    on: datetime,
) -> None:
    """Record that a sample is here, so that the analysis can go on (5.2.1.3)."""
    with complaint.advancing("receive_sample", by, on):
        sample = complaint.sample_book.sample(sample_id)
        sample.sent_on, sample.received_on, sample.received_qty, sample.location = (
            sent_on,
            received_on,
            received_qty,
            location,
        )
        _move_the_limit(complaint)


def move_sample(
    complaint: SampledComplaint, *, sample_id: int, location: str, by: User, on: datetime
) -> None:
    """Record where a sample is now (5.2.1.3)."""
    with complaint.advancing("move_sample", by, on):
        complaint.sample_book.sample(sample_id).location = location


def end_sample(
    complaint: SampledComplaint,
    *,
    sample_id: int,
    sample_end: str,
    ended_on: date,
    note: str | None,
    by: User,
    on: datetime,
) -> None:
    """Record how a sample ended: given back to the customer, scrapped, or it never came (5.2.1.3)."""
    with complaint.advancing("end_sample", by, on):
        sample = complaint.sample_book.sample(sample_id)
        sample.sample_end, sample.ended_on, sample.note = sample_end, ended_on, note or sample.note
        _move_the_limit(complaint)
