"""The KPIs that set one record against another (FORMS 6): results recorded the same day, CARs, complaints and
returns against shipments, replenishments and what complaints cost.

As in `cs.queries.kpis`, a figure and the list behind it share their conditions. One query counts all of them,
for all periods that are shown beside one another, and the database adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, cast, func, literal, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.capa.parts import Action, PastRound, Verification
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.reply import Reply
from cs.models.customers import Shipment
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.queries.kpis import CLOSED, COUNTED, REGISTERED, Condition, seconds_between, within_period
from cs.records.events import Event
from cs.records.procedure import local_day, zone

Days = tuple[date, date]  # the first and the last day of a period


class day_in_zone(FunctionElement[date]):  # noqa: N801 - a function of SQL
    """The day of a moment in a time zone: of (moment, name of the zone). SQLite has it from
    `cs.extensions`."""

    type = Date()
    name = "day_in_zone"
    inherit_cache = True


@compiles(day_in_zone, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    moment, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"day_in_zone({moment}, {name})"


@compiles(day_in_zone, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(timezone({name}, {moment}) AS DATE)"


def _local_day(moment: Any) -> Any:
    """Return the SQL of the factory's day of a moment."""
    return day_in_zone(moment, literal(zone().key, String()))


# 5.2.2.3: results recorded the same day


def result_conditions() -> dict[str, Condition]:
    """Return the conditions of results on the simple route, by our first reply: recorded at all, on the
    day that the matter was settled, later."""

    def first_reply(*conditions: Condition) -> Condition:
        return (
            select(Reply.id)
            .where(
                Reply.complaint_id == Complaint.id,
                Reply.number == 1,
                Reply.route == "occasional",
                Reply.settled_on.is_not(None),
                *conditions,
            )
            .correlate(Complaint)
            .exists()
        )

    recorded_on = _local_day(Reply.quality_replied_at)
    return {
        "settled": REGISTERED & first_reply(),
        "same_day": REGISTERED & first_reply(recorded_on <= Reply.settled_on),
        "later": REGISTERED & first_reply(recorded_on > Reply.settled_on),
    }


# 5.2.2.5: CARs

VALID_CAPA = Capa.state != "void"
FIRST_DUE_ON = func.coalesce(
    select(PastRound.due_on)
    .where(PastRound.capa_id == Capa.id, PastRound.round == 1)
    .correlate(Capa)
    .scalar_subquery(),
    Capa.due_on,
    type_=Date(),
)
ANSWERED_AT = (
    select(func.min(Event.at))
    .where(Event.kind == Capa.kind, Event.record_id == Capa.id, Event.name == "set_measures")
    .correlate(Capa)
    .scalar_subquery()
)
FIRST_VERIFIED_AT = (
    select(Verification.verified_at)
    .where(Verification.capa_id == Capa.id, Verification.round == 1)
    .correlate(Capa)
    .scalar_subquery()
)
FIRST_EFFECT = (
    select(Verification.effect)
    .where(Verification.capa_id == Capa.id, Verification.round == 1)
    .correlate(Capa)
    .scalar_subquery()
)


def _by_day(valid: Condition, due_on: Any, done_on: Any, on: datetime) -> dict[str, Condition]:
    """Return the conditions of what is due on a day: done or past it by now, done by it, done later, past it
    and not done."""
    done, passed = done_on.is_not(None), due_on < local_day(on)
    return {
        "due": valid & (done | passed),
        "in_time": valid & (done_on <= due_on),
        "late": valid & (done_on > due_on),
        "overdue": valid & ~done & passed,
    }


def answer_conditions(on: datetime) -> dict[str, Condition]:
    """Return the conditions of the departments' first answers to CARs at `on`, against the first day set for
    them (7.6-10): causes and measures are there by the end of it."""
    return _by_day(VALID_CAPA, FIRST_DUE_ON, _local_day(ANSWERED_AT), on)


def measure_conditions(on: datetime) -> dict[str, Condition]:
    """Return the conditions of measures of CARs at `on`, against their planned day (7.6-15, 7.6-16)."""
    return _by_day(VALID_CAPA, Action.planned_on, Action.done_on, on)


FIRST_EFFECTS: Mapping[str, Condition] = {
    "proven": VALID_CAPA & FIRST_EFFECT.is_not(None),
    "effective": VALID_CAPA & (FIRST_EFFECT == "effective"),
    "ineffective": VALID_CAPA & (FIRST_EFFECT == "ineffective"),
}

# 5.3: goods

SHIPPED = Shipment.state == "active"
RETURNS: Mapping[str, Condition] = {
    "arrived": (Return.state != "void") & Return.arrived_at.is_not(None),
    "handled": Return.arrived_at.is_not(None) & Return.closed_at.is_not(None),
}
ORDERED = Replenishment.order_number.is_not(None) & (Replenishment.state != "void")


def delivery_conditions(on: datetime) -> dict[str, Condition]:
    """Return the conditions of urgent orders at `on`, against the day on which the customer wants the goods
    (5.3.4)."""
    return _by_day(ORDERED, Replenishment.wanted_on, Replenishment.sent_off_on, on)


# 7.4-62: what complaints cost

RECORDED_COSTS = (
    Complaint.cost_rework,
    Complaint.cost_scrap,
    Complaint.cost_freight,
    Complaint.cost_deduction,
)
REPLACEMENT_COST = (
    select(func.sum(Replenishment.amount))
    .where(Replenishment.complaint_id == Complaint.id, ORDERED, Replenishment.charged.is_(False))
    .correlate(Complaint)
    .scalar_subquery()
)
WITH_COST = CLOSED & or_(*(cost.is_not(None) for cost in (*RECORDED_COSTS, REPLACEMENT_COST)))

# Counting

Sums = dict[str, Any]
Aggregate = Callable[[Condition], ColumnElement[Any]]  # what is summed of the rows that meet a condition


def within_days(column: Any, days: Days) -> Condition:
    """Return the condition of days or moments in a period, whose last day is included."""
    first, last = days
    if isinstance(column.type, Date):
        return and_(column >= first, column <= last)
    begin, end = (datetime.combine(day, time(), zone()) for day in (first, last + timedelta(days=1)))
    return within_period(column, begin, end)


def _count(dated: Any, condition: Condition) -> tuple[Any, Aggregate]:
    return dated, lambda within: func.count().filter(within & condition)


def _sum(dated: Any, column: Any, condition: Condition) -> tuple[Any, Aggregate]:
    return dated, lambda within: func.sum(column).filter(within & condition)


def _distinct(dated: Any, column: Any, condition: Condition) -> tuple[Any, Aggregate]:
    return dated, lambda within: func.count(column.distinct()).filter(within & condition)


def _sums_query(rows: Any, periods: Sequence[Days], aggregates: Mapping[str, tuple[Any, Aggregate]]) -> Any:
    """Return the query of one row with the aggregates over `rows`, of one period after another.

    An aggregate is (the column by which it is dated, what is summed within the period). Only rows of some
    period are read where all of them are dated by one column.
    """
    dated_sums = [(days, *of) for days in periods for of in aggregates.values()]
    columns = [
        aggregate(within_days(dated, days)).label(f"sum_{number}")
        for number, (days, dated, aggregate) in enumerate(dated_sums)
    ]
    query = rows.with_only_columns(*columns, maintain_column_froms=True)
    dates = {id(dated): dated for dated, _aggregate in aggregates.values()}
    if len(dates) == 1:
        whole = min(first for first, _last in periods), max(last for _first, last in periods)
        query = query.where(within_days(next(iter(dates.values())), whole))
    return query.subquery()


def _by_period(sums: Sequence[Any], names: Sequence[str]) -> list[Sums]:
    """Return {name: sum} of each period."""
    starts = range(0, len(sums), len(names))
    return [dict(zip(names, sums[start : start + len(names)], strict=True)) for start in starts]


def _lot_of(product_id: Any, lot_key: Any) -> Any:
    """Return what makes a lot one and the same: the model with its lot number."""
    return cast(product_id, String) + "/" + lot_key


@dataclass(frozen=True)
class Rates:
    """The sums of one period, by the record that they are counted of."""

    complaints: Sums
    shipments: Sums
    returns: Sums
    cycles: Sums
    capas: Sums
    measures: Sums
    replenishments: Sums
    costs: Sums


def rates_of(periods: Sequence[Days], on: datetime) -> list[Rates]:
    """Return the sums of each period at `on`, all in one query: a row of sums for each record that they are
    counted of, side by side."""
    valid, heard_at = COUNTED["valid"], Complaint.heard_at
    complaints = {name: _count(heard_at, is_so) for name, is_so in result_conditions().items()} | {
        "valid": _count(heard_at, valid),
        "defective": _sum(heard_at, Complaint.defect_qty, valid),
    }
    sent, lot_sent = Shipment.shipped_on, _lot_of(Shipment.product_id, Shipment.lot_key)
    shipments = {
        "rows": _count(sent, SHIPPED),
        "pieces": _sum(sent, Shipment.quantity, SHIPPED),
        "lots": _distinct(sent, lot_sent, SHIPPED),
    }
    arrived, lot_back = Return.arrived_at, _lot_of(ReturnLine.product_id, ReturnLine.lot_key)
    returns = {
        "rows": _distinct(arrived, Return.id, RETURNS["arrived"]),
        "pieces": _sum(arrived, ReturnLine.counted_qty, RETURNS["arrived"]),
        "lots": _distinct(arrived, lot_back, RETURNS["arrived"]),
    }
    took, handled = seconds_between(Return.arrived_at, Return.closed_at), RETURNS["handled"]
    cycles = {
        "rows": _count(Return.closed_at, handled),
        "seconds": (Return.closed_at, lambda within: func.avg(took).filter(within & handled)),
    }
    capas = {name: _count(FIRST_DUE_ON, is_so) for name, is_so in answer_conditions(on).items()} | {
        name: _count(FIRST_VERIFIED_AT, is_so) for name, is_so in FIRST_EFFECTS.items()
    }
    measures = {name: _count(Action.planned_on, is_so) for name, is_so in measure_conditions(on).items()}
    orders = {name: _count(Replenishment.wanted_on, is_so) for name, is_so in delivery_conditions(on).items()}
    costs = {"rows": _count(Complaint.closed_at, WITH_COST)} | {
        cost.key: _sum(Complaint.closed_at, cost, WITH_COST) for cost in RECORDED_COSTS
    }
    costs["replaced"] = _sum(Complaint.closed_at, REPLACEMENT_COST, WITH_COST)
    tables = (
        (select(Complaint), complaints),
        (select(Shipment), shipments),
        (select(Return).join(ReturnLine, ReturnLine.return_id == Return.id), returns),
        (select(Return), cycles),
        (select(Capa), capas),
        (select(Action).join(Capa, Capa.id == Action.capa_id), measures),
        (select(Replenishment), orders),
        (select(Complaint), costs),
    )
    queries = [_sums_query(rows, periods, aggregates) for rows, aggregates in tables]
    together = queries[0]
    for query in queries[1:]:
        together = together.join(query, true())
    columns = [column for query in queries for column in query.c]
    row = iter(db.session.execute(select(*columns).select_from(together)).one())
    counted = [
        _by_period(list(islice(row, len(query.c))), list(aggregates))
        for query, (_rows, aggregates) in zip(queries, tables, strict=True)
    ]
    return [Rates(*of_period) for of_period in zip(*counted, strict=True)]
