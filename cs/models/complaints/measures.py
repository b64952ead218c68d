"""The measures of a complaint that needs no CAR (5.2.2.5 in short form, Q11): what is done against its cause,
by whom and by when, and the check that it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from cs.models.complaints.owners import awaited_owners, rows_of_owner
from cs.models.complaints.reply import AnsweredComplaint, Reply, limit_of, prepare_reply
from cs.models.holidays import work_calendar
from cs.models.measures import (
    Measure,
    PlannedMeasure,
    first_due_at,
    open_measures,
    replace_open_measures,
    reported_on,
)
from cs.procedure.workflow import NotOpen
from cs.records.procedure import local_day, rulebook
from cs.records.users import User

EFFECTIVE, INEFFECTIVE = "effective", "ineffective"


class ComplaintMeasure(Measure):
    """One measure of a reply, whose number is its round. That of an owner who has left the quality supervisor
    carries out."""

    __tablename__ = "complaint_measures"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    # who recorded it: its owner, or who leads the case instead of one who has left; empty where it is older
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


@dataclass(frozen=True)
class MeasureBook:
    """The measures of one complaint with its replies, and what is asked about all of them together.

    Those of a reply that the customer refused, or that had no effect, wait for nobody: the next reply sets
    its own.
    """

    measures: Sequence[ComplaintMeasure]
    replies: Sequence[Reply]

    def of_reply(self, number: int) -> list[ComplaintMeasure]:
        return [row for row in self.measures if row.round == number]

    @property
    def reply(self) -> Reply | None:
        """Return the reply in hand; None after a setback."""
        reply = self.replies[-1] if self.replies else None
        return None if reply is None or reply.is_overtaken else reply

    @property
    def current(self) -> list[ComplaintMeasure]:
        return self.of_reply(self.reply.number) if self.reply else []

    @property
    def open(self) -> list[ComplaintMeasure]:
        return open_measures(self.current)

    @property
    def unchecked(self) -> Reply | None:
        """Return the reply whose measures are all carried out and whose effect nobody has checked."""
        awaited = self.reply is not None and self.current and not self.open and self.reply.effect is None
        return self.reply if awaited else None

    @property
    def done_on(self) -> date | None:
        """Return the day on which the last measure was carried out; None while one is open."""
        return None if self.open else max((row.done_on for row in self.current if row.done_on), default=None)

    @property
    def effective_from(self) -> date | None:
        """Return the first day on which they can be signed as effective; None while one is open."""
        reported = reported_on(self.current)
        return rulebook().capa.effective_from(reported) if reported else None

    @property
    def carriers(self) -> set[int]:
        """Return the ids of who carried out what is in hand: the owners, and who did so in their place."""
        done = [row for row in self.current if row.done_on is not None]
        return {row.owner_id for row in done} | {row.done_by_id for row in done if row.done_by_id}

    @property
    def due_at(self) -> datetime | None:
        """Return the end of the first day by which a measure must be carried out."""
        return first_due_at(self.current)

    @property
    def check_due_at(self) -> datetime | None:
        reply = self.unchecked
        return work_calendar().end_of(reply.check_on) if reply and reply.check_on else None

    def open_for(self, by: User) -> list[ComplaintMeasure]:
        """Return the open measures that this person carries out: their own, and for the quality supervisor
        those of people who have left."""
        return rows_of_owner(self.open, by)

    def awaited_owners(self) -> list[int]:
        """Return the owners of what is open; in the place of those who have left, the quality supervisors."""
        return awaited_owners(self.open)


def has_measures(complaint_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return SQL for whether measures are set under a complaint, whose owners or checkers may be awaited."""
    return select(ComplaintMeasure.id).where(ComplaintMeasure.complaint_id == complaint_id).exists()


# The steps of the simple route. Complaint names them among its verbs.


class MeasuredComplaint(AnsweredComplaint, Protocol):
    """What these steps need of a complaint, beside what those of the answer need."""

    measures: list[ComplaintMeasure]

    @property
    def measure_book(self) -> MeasureBook: ...


def settle(
    complaint: MeasuredComplaint,
    *,
    reply_text: str,
    cause: str,
    escape_cause: str | None = None,
    actions: str | None = None,
    measures: Sequence[PlannedMeasure] = (),
    agreed_with: str,
    settled_on: date,
    late_reason: str | None,
    by: User,
    on: datetime,
) -> None:
    """Record what the quality supervisor settled with the customer (5.2.2.3), with both causes and the
    measures against them (5.2.2.5); it is recorded the same day and goes back to sales.

    The registers show as `actions` what the measures say. Open measures of an earlier reply end here: they
    are set again, or dropped.
    """
    with prepare_reply(
        complaint,
        "settle",
        by,
        on,
        reply_text=reply_text,
        cause=cause,
        actions=actions or "\n".join(row["content"] for row in measures),
        agreed_with=agreed_with,
        settled_on=settled_on,
        late_reason=late_reason,
    ) as reply:
        reply.escape_cause = escape_cause
        complaint.measures = replace_open_measures(
            ComplaintMeasure, complaint.measures, reply.number, measures
        )


def do_measure(
    complaint: MeasuredComplaint, *, measure_id: int, done_on: date, done_note: str, by: User, on: datetime
) -> None:
    """Report a measure as carried out; after the last one its effect is due to be checked (7.4-58)."""
    with complaint.advancing("do_measure", by, on):
        row = next(row for row in complaint.measure_book.open_for(by) if row.id == measure_id)
        row.report(done_on, done_note, on)
        row.done_by_id = by.id
        last_day = complaint.measure_book.done_on
        if last_day is not None:
            complaint.replies[-1].check_on = rulebook().capa.check_on(
                last_day, local_day(on), work_calendar()
            )


def check_effect(
    complaint: MeasuredComplaint,
    *,
    verification_method: str,
    verification_data: str,
    by: User,
    on: datetime,
) -> None:
    """Sign that the measures work (5.2.2.5): how that was checked, and with which result. Raise NotOpen
    before their effect can show (7.4-58)."""
    with complaint.advancing("check_effect", by, on):
        begins = complaint.measure_book.effective_from
        if begins is not None and local_day(on) < begins:
            raise NotOpen("check_effect")
        _record_check(complaint.replies[-1], EFFECTIVE, verification_method, verification_data, by, on)


def analyse_again(
    complaint: MeasuredComplaint,
    *,
    verification_method: str,
    verification_data: str,
    by: User,
    on: datetime,
) -> None:
    """Sign that the measures have no effect: back to the analysis, and the customer gets a new reply, whose
    limit starts again. A deadline of the customer's was that of the reply before."""
    with complaint.advancing("analyse_again", by, on, note=verification_data):
        _record_check(complaint.replies[-1], INEFFECTIVE, verification_method, verification_data, by, on)
        complaint.follow_up_due_at = None
        complaint.replace_deadline("analyse_again", None, None, on)
        complaint.reply_days = limit_of(complaint.customer_id)
        complaint.start_clock()


def _record_check(reply: Reply, effect: str, method: str, data: str, by: User, on: datetime) -> None:
    reply.effect, reply.verification_method, reply.verification_data = effect, method, data
    reply.verified_at, reply.verified_by_id = on, by.id
