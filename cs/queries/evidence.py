"""What the records show for the clauses of the procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.reply import Reply
from cs.procedure import complaints as procedure
from cs.queries.kpis import REGISTERED, reply_conditions
from cs.records.events import Event, SiteHead
from cs.records.procedure import local_day, zone


@dataclass(frozen=True)
class ComplaintsOfYear:
    """What the complaints of one year show for the clauses; see `complaints_of_year`."""

    logged: int
    passed_on: int
    declined: int
    waiting_for_sales: int
    due: int
    in_time: int
    overdue: int
    settled: int
    same_day: int


def complaints_of_year(year: int, on: datetime) -> ComplaintsOfYear:
    """Count the complaints heard in a year of the factory's calendar, and which replies were due and sent in
    time.

    A reply counts as due once it was sent or its first due date has passed; not what is void or was not
    registered.
    """
    begin, end = datetime(year, 1, 1, tzinfo=zone()), datetime(year + 1, 1, 1, tzinfo=zone())
    heard = (Complaint.heard_at >= begin) & (Complaint.heard_at < end)
    counted, replied = heard & REGISTERED, reply_conditions(on)
    waiting = Complaint.state.in_(procedure.UNANSWERED)
    query = select(
        func.count().filter(counted),
        func.count().filter(heard & (Complaint.state == "declined")),
        func.count().filter(Complaint.state == procedure.PASSED_ON),
        func.count().filter(heard & replied["due"]),
        func.count().filter(heard & replied["in_time"]),
        func.count().filter(waiting & (Complaint.reply_due_at < on)),
    ).select_from(Complaint)
    logged, declined, waiting_for_sales, replies_due, in_time, overdue = db.session.execute(query).one()
    passed_on = (
        select(func.count())
        .select_from(Event)
        .where(Event.kind == "complaint", Event.name == "pass_on", Event.at >= begin, Event.at < end)
    )
    # The day of a moment depends on the factory's zone, which the databases do not know alike.
    settled: Sequence[Any] = db.session.execute(
        select(Reply.settled_on, Reply.quality_replied_at)
        .join(Complaint)
        .where(counted, Reply.settled_on.is_not(None))
    ).all()
    return ComplaintsOfYear(
        logged=logged,
        passed_on=db.session.execute(passed_on).scalar_one(),
        declined=declined,
        waiting_for_sales=waiting_for_sales,
        due=replies_due,
        in_time=in_time,
        overdue=overdue,
        settled=len(settled),
        same_day=sum(local_day(written_at) <= settled_on for settled_on, written_at in settled),
    )


@dataclass(frozen=True)
class AuditTrail:
    """How many events are kept, and when the last one was."""

    events: int
    last_event_at: datetime | None


def audit_trail() -> AuditTrail:
    """Count the events of all records since the beginning (5.6)."""
    head = db.session.get(SiteHead, 1)
    return AuditTrail(head.seq if head else 0, head.at if head else None)
