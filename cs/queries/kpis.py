"""What the figures count (FORMS 6): conditions that a figure and the list behind it share, and the counting,
grouped by the database.

Void complaints and those that sales has not registered count nowhere. Days and months are the factory's:
their bounds are made here and compared as moments, since the databases do not know its zone alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.meeting import Meeting
from cs.models.complaints.reply import Reply
from cs.procedure import complaints as procedure
from cs.records.procedure import local_day, rulebook, zone

Condition = ColumnElement[bool]

REGISTERED = Complaint.state.not_in(procedure.NOT_COUNTED)
COUNTED: Mapping[str, Condition] = {
    "all": REGISTERED,
    "valid": REGISTERED & Complaint.counts_in_kpi.is_(True),
    "not_counted": REGISTERED & Complaint.counts_in_kpi.is_(False),
    "unjudged": REGISTERED & Complaint.counts_in_kpi.is_(None),
}
# By which of its dates a complaint is counted in a period.
DATED: Mapping[str, Any] = {
    "heard": Complaint.heard_at,
    "due": Complaint.first_due_at,
    "replied": Complaint.replied_at,
    "closed": Complaint.closed_at,
}

# The department that the last meeting found responsible (5.2.2.4).
LAST_MEETING = (
    select(Meeting.department)
    .where(Meeting.complaint_id == Complaint.id)
    .order_by(Meeting.round.desc())
    .limit(1)
    .correlate(Complaint)
    .scalar_subquery()
)
RESPONSIBLE = func.coalesce(LAST_MEETING, Complaint.resp_dept)  # of a meeting, or as an old register says
PARETO: Mapping[str, Any] = {
    "category": Complaint.defect_category,
    "code": Complaint.defect_category + "." + Complaint.defect_code,
    "customer": Complaint.customer_id,
    "product": Complaint.product_id,
    "department": RESPONSIBLE,
}
MAX_PARETO_LINES = 20

IN_TIME = Complaint.replied_at <= Complaint.first_due_at
OPEN = Complaint.state.in_(procedure.OPEN)
REPEATED = REGISTERED & Complaint.repeat_of_id.is_not(None)
CLOSED = REGISTERED & Complaint.closed_at.is_not(None)


def reply_conditions(on: datetime) -> dict[str, Condition]:
    """Return the conditions of first replies at `on` against the first due time (5.2.2.6). A reply at the
    very moment is in time; a refusal by the customer changes nothing."""
    passed = Complaint.first_due_at < on
    return {
        "due": REGISTERED & (Complaint.replied_at.is_not(None) | passed),
        "in_time": REGISTERED & IN_TIME,
        "late": REGISTERED & ~IN_TIME,
        "overdue": REGISTERED & Complaint.replied_at.is_(None) & passed,
    }


def first_reply_conditions() -> dict[str, Condition]:
    """Return the conditions of customers' responses to our first reply; no response is not counted."""

    def responded(*words: str) -> Condition:
        return (
            REGISTERED
            & select(Reply.id)
            .where(Reply.complaint_id == Complaint.id, Reply.number == 1, Reply.response.in_(words))
            .correlate(Complaint)
            .exists()
        )

    return {"answered": responded("accepted", "refused"), "accepted": responded("accepted")}


def open_ages(on: datetime) -> dict[str, tuple[int, int | None, Condition]]:
    """Return the age groups of open complaints at `on`, in days since we first heard: {code: (from, to,
    condition)}, both days included, the last without end."""
    today = local_day(on)
    young, middle = rulebook().open_ages

    def heard_since(days: int) -> Condition:
        return Complaint.heard_at >= datetime.combine(today - timedelta(days=days), time(), zone())

    return {
        "young": (0, young, OPEN & heard_since(young)),
        "middle": (young + 1, middle, OPEN & ~heard_since(young) & heard_since(middle)),
        "old": (middle + 1, None, OPEN & ~heard_since(middle)),
    }


# Counting


def within_period(column: Any, begin: datetime, end: datetime) -> Condition:
    """Return the condition of moments from `begin` on and before `end`."""
    return and_(column >= begin, column < end)


def first_heard() -> datetime | None:
    """Return when the first complaint that counts was heard; None while there is none."""
    return db.session.execute(select(func.min(Complaint.heard_at)).where(REGISTERED)).scalar_one()


def count_complaints(*conditions: Condition, where: Condition | None = None) -> tuple[int, ...]:
    """Count the complaints that meet each of the conditions, in one query."""
    query = select(*(func.count().filter(condition) for condition in conditions)).select_from(Complaint)
    return tuple(db.session.execute(query if where is None else query.where(where)).one())


def count_by_span(
    column: Any, begins: Sequence[datetime], end: datetime, conditions: Sequence[Condition]
) -> list[tuple[int, ...]]:
    """Count the same in each of the spans that begin at `begins`, one after another, the last up to `end`."""
    latest_first = reversed(list(enumerate(begins)))
    span = case(*((column >= begin, number) for number, begin in latest_first)).label("span")
    query = (
        select(span, *(func.count().filter(condition) for condition in conditions))
        .select_from(Complaint)
        .where(within_period(column, begins[0], end))
        .group_by("span")
    )
    counts = {number: tuple(of_span) for number, *of_span in db.session.execute(query)}
    none = (0,) * len(conditions)
    return [counts.get(number, none) for number in range(len(begins))]


def most_frequent(
    by: str, begin: datetime, end: datetime, max_lines: int | None = MAX_PARETO_LINES
) -> tuple[list[tuple[Any, int]], int]:
    """Count the valid complaints heard within a period by their most frequent keys.

    Return [(key, how many)], the key None where nothing is stated, and the number of all together.
    """
    query = (
        select(PARETO[by].label("sorted_by"), func.count().label("pieces"), func.sum(func.count()).over())
        .where(COUNTED["valid"], within_period(Complaint.heard_at, begin, end))
        .group_by("sorted_by")
        .order_by(func.count().desc(), literal_column("sorted_by").asc().nulls_last())
        .limit(max_lines)
    )
    rows = db.session.execute(query).all()
    return [(row[0], row[1]) for row in rows], int(rows[0][2]) if rows else 0


class seconds_between(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The seconds from one moment to another, which the two databases compute differently."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between)
def _in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM ({last} - {first}))"


@compiles(seconds_between, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({last}) - julianday({first})) * 86400.0)"


@dataclass(frozen=True)
class Durations:
    """Number, mean and median of durations; mean and median are None where there are none."""

    number: int
    mean: timedelta | None
    median: timedelta | None


def durations_in_period(column: Any, begin: datetime, end: datetime) -> Durations:
    """Measure from when we first heard to the moment in `column`, for the complaints of which that moment
    lies within a period."""
    took = (
        select(seconds_between(Complaint.heard_at, column).label("took")).where(
            REGISTERED, within_period(column, begin, end)
        )
    ).subquery()
    ranked = select(
        took.c.took,
        func.row_number().over(order_by=took.c.took).label("rank"),
        func.count().over().label("number"),
    ).subquery()
    in_middle = (ranked.c.rank * 2 >= ranked.c.number) & (ranked.c.rank * 2 <= ranked.c.number + 2)
    query = select(func.count(), func.avg(ranked.c.took), func.avg(ranked.c.took).filter(in_middle))
    number, mean, median = db.session.execute(query.select_from(ranked)).one()
    return Durations(number, _whole_seconds(mean), _whole_seconds(median))


def _whole_seconds(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=round(seconds))
