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
from cs.records.procedure import rulebook, zone

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
MOST_LINES = 20

IN_TIME = Complaint.replied_at <= Complaint.first_due_at
OPEN = Complaint.state.in_(procedure.OPEN)
REPEATED = REGISTERED & Complaint.repeat_of_id.is_not(None)
CLOSED = REGISTERED & Complaint.closed_at.is_not(None)


def replies(on: datetime) -> dict[str, Condition]:
    """How the first replies stand at `on`, against the first due time (5.2.2.6): a reply at the very moment
    is in time, a refusal changes nothing."""
    passed = Complaint.first_due_at < on
    return {
        "due": REGISTERED & (Complaint.replied_at.is_not(None) | passed),
        "in_time": REGISTERED & IN_TIME,
        "late": REGISTERED & ~IN_TIME,
        "overdue": REGISTERED & Complaint.replied_at.is_(None) & passed,
    }


def first_replies() -> dict[str, Condition]:
    """What customers said to our first reply; who said nothing is not counted."""

    def said(*words: str) -> Condition:
        return (
            REGISTERED
            & select(Reply.id)
            .where(Reply.complaint_id == Complaint.id, Reply.number == 1, Reply.response.in_(words))
            .correlate(Complaint)
            .exists()
        )

    return {"answered": said("accepted", "refused"), "accepted": said("accepted")}


def open_ages(on: datetime) -> dict[str, tuple[int, int | None, Condition]]:
    """Open complaints by days since we first heard, at `on`: {code: (from, to, condition)}, both days
    included, the last without end."""
    today = on.astimezone(zone()).date()
    young, middle = rulebook().open_ages

    def heard_since(days: int) -> Condition:
        return Complaint.heard_at >= datetime.combine(today - timedelta(days=days), time(), zone())

    return {
        "young": (0, young, OPEN & heard_since(young)),
        "middle": (young + 1, middle, OPEN & ~heard_since(young) & heard_since(middle)),
        "old": (middle + 1, None, OPEN & ~heard_since(middle)),
    }


# Counting


def within(column: Any, begin: datetime, end: datetime) -> Condition:
    """From `begin` on and before `end`."""
    return and_(column >= begin, column < end)


def first_heard() -> datetime | None:
    """When the first complaint that counts was heard; None while there is none."""
    return db.session.execute(select(func.min(Complaint.heard_at)).where(REGISTERED)).scalar_one()


def count(*conditions: Condition, where: Condition | None = None) -> tuple[int, ...]:
    """How many complaints meet each of the conditions, in one reading."""
    query = select(*(func.count().filter(one) for one in conditions)).select_from(Complaint)
    return tuple(db.session.execute(query if where is None else query.where(where)).one())


def count_by_span(
    column: Any, begins: Sequence[datetime], end: datetime, conditions: Sequence[Condition]
) -> list[tuple[int, ...]]:
    """The same for each of the spans that begin at `begins`, one after another, the last up to `end`."""
    span = case(*((column >= begin, number) for number, begin in reversed(list(enumerate(begins))))).label(
        "span"
    )
    query = (
        select(span, *(func.count().filter(one) for one in conditions))
        .select_from(Complaint)
        .where(within(column, begins[0], end))
        .group_by("span")
    )
    found = {row[0]: tuple(row[1:]) for row in db.session.execute(query)}
    return [found.get(number, (0,) * len(conditions)) for number in range(len(begins))]


def most_frequent(
    by: str, begin: datetime, end: datetime, most: int | None = MOST_LINES
) -> tuple[list[tuple[Any, int]], int]:
    """Valid complaints heard within a period: [(key, how many)] of the `most` frequent keys, None where
    nothing is stated, and all together."""
    query = (
        select(PARETO[by].label("sorted_by"), func.count().label("pieces"), func.sum(func.count()).over())
        .where(COUNTED["valid"], within(Complaint.heard_at, begin, end))
        .group_by("sorted_by")
        .order_by(func.count().desc(), literal_column("sorted_by").asc().nulls_last())
        .limit(most)
    )
    rows = db.session.execute(query).all()
    return [(row[0], row[1]) for row in rows], int(rows[0][2]) if rows else 0


class seconds_between(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The seconds from one moment to another, which the two databases compute differently."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between)
def _in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(one, **options) for one in element.clauses)
    return f"EXTRACT(EPOCH FROM ({last} - {first}))"


@compiles(seconds_between, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(one, **options) for one in element.clauses)
    return f"((julianday({last}) - julianday({first})) * 86400.0)"


@dataclass(frozen=True)
class Durations:
    """How many there were, their mean and their median; both None where there was none."""

    number: int
    mean: timedelta | None
    median: timedelta | None


def durations(column: Any, begin: datetime, end: datetime) -> Durations:
    """From when we first heard to the moment in `column`, of the complaints for which that moment lies within
    a period."""
    took = (
        select(seconds_between(Complaint.heard_at, column).label("took")).where(
            REGISTERED, within(column, begin, end)
        )
    ).subquery()
    placed = select(
        took.c.took,
        func.row_number().over(order_by=took.c.took).label("place"),
        func.count().over().label("number"),
    ).subquery()
    in_middle = (placed.c.place * 2 >= placed.c.number) & (placed.c.place * 2 <= placed.c.number + 2)
    number, mean, median = db.session.execute(
        select(func.count(), func.avg(placed.c.took), func.avg(placed.c.took).filter(in_middle)).select_from(
            placed
        )
    ).one()
    return Durations(
        number, *(None if one is None else timedelta(seconds=round(one)) for one in (mean, median))
    )
