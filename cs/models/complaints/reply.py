"""The numbered replies to a complaint (5.2.2.2, 5.2.2.3, 5.2.2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.models.complaints.samples import SampledComplaint
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.records.procedure import local_day, rulebook, zone
from cs.records.types import Moment
from cs.records.users import User


class Reply(Model):
    """One numbered answer to the customer: what quality prepared, when sales sent it, what the customer
    said."""

    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    number: Mapped[int]
    route: Mapped[
        str | None
    ]  # of a reply out of an old register neither way, text nor who prepared it are known
    reply_text: Mapped[str | None] = mapped_column(Text)  # what was settled, or why it is not ours
    cause: Mapped[str | None] = mapped_column(Text)
    actions: Mapped[str | None] = mapped_column(Text)
    agreed_with: Mapped[str | None]
    settled_on: Mapped[date | None]
    late_reason: Mapped[str | None] = mapped_column(
        Text
    )  # why the result was not recorded the same day (5.2.2.3)
    quality_replied_at: Mapped[datetime | None] = mapped_column(Moment)
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    recorded_at: Mapped[datetime | None] = mapped_column(Moment)  # where it was sent at another time
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply_channel: Mapped[str | None]
    reply_to: Mapped[str | None]
    response: Mapped[str | None]
    response_on: Mapped[date | None]
    response_note: Mapped[str | None] = mapped_column(Text)
    # 5.2.2.5 in short form (Q11): why it got out, and the check of what its measures bring
    escape_cause: Mapped[str | None] = mapped_column(Text)
    check_on: Mapped[date | None]
    verification_method: Mapped[str | None] = mapped_column(Text)
    verification_data: Mapped[str | None] = mapped_column(Text)
    effect: Mapped[str | None]
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    prepared_by: Mapped[User | None] = relationship(foreign_keys=[prepared_by_id], viewonly=True)
    replied_by: Mapped[User | None] = relationship(foreign_keys=[replied_by_id], viewonly=True)
    verified_by: Mapped[User | None] = relationship(foreign_keys=[verified_by_id], viewonly=True)
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    @property
    def recorded_same_day(self) -> bool:
        """Return whether the record was made the same day (5.2.2.3 当天把处理结果记录), counted from the
        day the matter was settled (Q16)."""
        return (
            self.settled_on is None
            or self.quality_replied_at is None
            or local_day(self.quality_replied_at) <= self.settled_on
        )

    @property
    def is_overtaken(self) -> bool:
        """Return whether another reply must follow: the customer refused this one, or its measures had no
        effect."""
        return self.response == "refused" or self.effect == "ineffective"

    @property
    def overtaken_on(self) -> date | None:
        """Return the day from which another reply is owed; None where none is."""
        if self.effect == "ineffective" and self.verified_at is not None:
            return local_day(self.verified_at)
        return self.response_on

    @property
    def in_time(self) -> bool | None:
        return None if self.replied_at is None else self.replied_at <= self.due_at


def last_refusal(replies: Sequence[Reply]) -> date | None:
    """Return the day on which the customer last refused a reply, or its measures had no effect; None while
    neither happened."""
    return next((reply.overtaken_on for reply in reversed(replies) if reply.is_overtaken), None)


@dataclass(frozen=True)
class ReplyClock:
    """When the reply to a complaint is due (5.2.2.6), from what the complaint says now."""

    heard_at: datetime
    refused_on: date | None  # the last refusal: the limit starts again at its noon
    customer_deadline: datetime | None
    agreed_days: int | None  # agreed with the customer; None: as many as the procedure file says
    waits: Sequence[tuple[date, date]]  # the spans in which samples were awaited

    @property
    def due_at(self) -> datetime:
        """Return the customer's own deadline, else the end of the agreed limit, else that of the procedure
        file (5.2.2.6).

        Where the procedure file pauses the limit, it moves by the days on which samples were awaited.
        """
        since = datetime.combine(self.refused_on, time(12), zone()) if self.refused_on else self.heard_at
        return rulebook().reply.due_at(
            since,
            work_calendar(),
            customer_deadline=self.customer_deadline,
            agreed_days=self.agreed_days,
            waits=self.waits,
        )


class AnsweredComplaint(SampledComplaint, Protocol):
    """What the clock and the steps of the answer need of a complaint, beside what those of samples need."""

    heard_at: datetime
    customer_deadline: datetime | None
    route: str | None
    reply_due_at: datetime
    first_due_at: datetime | None
    replied_at: datetime | None
    late_reply_reason: str | None
    follow_up_due_at: datetime | None
    customer: Customer | None
    replies: list[Reply]

    reply_days: int | None

    @property
    def customer_id(self) -> int | None: ...

    @property
    def answer_is_ready(self) -> bool: ...

    @property
    def limit_days(self) -> int | None: ...

    def replace_deadline(
        self, step: str, deadline: datetime | None, evidence_id: int | None, on: datetime
    ) -> None: ...


def limit_of(customer_id: int | None) -> int:
    """Return the days in which a reply to a customer is due now: as agreed, else by the procedure file."""
    customer = db.session.get(Customer, customer_id) if customer_id else None
    agreed = customer.reply_days if customer else None
    return rulebook().reply.days if agreed is None else agreed


def restart_clock(complaint: AnsweredComplaint) -> None:
    """Set when the reply to a complaint is due, counted from what it says (5.2.2.6).

    The first due date stays after a refusal. A reply that quality has prepared and that is not sent yet is
    due with it.
    """
    refused_on = last_refusal(complaint.replies)
    clock = ReplyClock(
        complaint.heard_at,
        refused_on,
        complaint.customer_deadline,
        complaint.limit_days,
        complaint.sample_book.waits,
    )
    complaint.reply_due_at = clock.due_at
    if not refused_on:
        complaint.first_due_at = complaint.reply_due_at
    if complaint.answer_is_ready:
        complaint.replies[-1].due_at = complaint.reply_due_at


def paused_until(complaint: AnsweredComplaint) -> date | None:
    """Return the day until which the limit stands still for an awaited sample (5.2.2.6); None where it runs,
    or where the customer has named a deadline."""
    runs = complaint.customer_deadline or not rulebook().reply.paused_by_sample
    if runs or complaint.state not in procedure.BEFORE_THE_REPLY:
        return None
    return max(complaint.sample_book.expected_days, default=None)


# The steps of the answer. Complaint names them among its verbs.


def explain(complaint: AnsweredComplaint, *, reply_text: str, by: User, on: datetime) -> None:
    """Say why it is not our responsibility (5.2.2.2, Q17); the evidence is among the complaint's files."""
    with prepare_reply(complaint, "explain", by, on, reply_text=reply_text):
        pass


@contextmanager
def prepare_reply(
    complaint: AnsweredComplaint,
    step: str,
    by: User,
    on: datetime,
    *,
    reply_text: str,
    cause: str | None = None,
    actions: str | None = None,
    agreed_with: str | None = None,
    settled_on: date | None = None,
    late_reason: str | None = None,
) -> Iterator[Reply]:
    """Add the next numbered reply, prepared by quality in the step named; the caller adds to it."""
    with complaint.advancing(step, by, on):
        reply = Reply(
            number=len(complaint.replies) + 1,
            route=complaint.route,
            quality_replied_at=on,
            prepared_by_id=by.id,
            due_at=complaint.reply_due_at,
            reply_text=reply_text,
            cause=cause,
            actions=actions,
            agreed_with=agreed_with,
            settled_on=settled_on,
            late_reason=late_reason,
        )
        complaint.replies.append(reply)
        yield reply


def accept(
    complaint: AnsweredComplaint, *, response_on: date, response_note: str | None, by: User, on: datetime
) -> None:
    """Record that the customer accepts (5.2.2.3)."""
    with _responding(complaint, "accept", "accepted", response_on, response_note, by, on):
        pass


def refuse(
    complaint: AnsweredComplaint,
    *,
    response_on: date,
    response_note: str,
    customer_deadline: datetime | None = None,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
) -> None:
    """Record that the customer does not accept: back to analysis (5.2.2.3, 5.2.2.6). The limit starts again,
    as long as it is agreed now, unless the customer says by when it wants the next reply: with the evidence,
    a file that is named or came with the step. A deadline named before was that of the reply refused."""
    named = {} if evidence_id is None or customer_deadline is None else {"evidence": evidence_id}
    with _responding(complaint, "refuse", "refused", response_on, response_note, by, on, **named):
        complaint.replace_deadline("refuse", customer_deadline, evidence_id, on)
        complaint.reply_days = limit_of(complaint.customer_id)
        complaint.start_clock()


def no_answer(complaint: AnsweredComplaint, *, response_note: str, by: User, on: datetime) -> None:
    """Record that the customer was silent for the set number of days (Q12); the note says what was tried."""
    with _responding(complaint, "no_answer", "no_answer", local_day(on), response_note, by, on):
        pass


@contextmanager
def _responding(
    complaint: AnsweredComplaint,
    step: str,
    response: str,
    response_on: date,
    note: str | None,
    by: User,
    on: datetime,
    **details: int,
) -> Iterator[None]:
    """Record the customer's response in the step named, and what the caller adds to it; `details` stand in
    the event."""
    with complaint.advancing(step, by, on, note=note, **details):
        reply = complaint.replies[-1]
        reply.response, reply.response_on, reply.response_note = response, response_on, note
        complaint.follow_up_due_at = None
        yield
