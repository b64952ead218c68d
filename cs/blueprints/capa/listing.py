"""The list of CARs: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from cs.models.capa.capa import Capa
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.procedure import capa as procedure
from cs.queries.filter_options import customer_filter, state_filter
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.rates import FIRST_DUE_ON, FIRST_EFFECTS, FIRST_VERIFIED_AT, answer_conditions
from cs.records.procedure import local_day
from cs.wording.labels import choices, department_name, departments_by_code, term

NOTHING_AWAITED = date(2999, 1, 1)


def _lateness(value: str) -> ColumnElement[bool]:
    """Return the condition for CARs that are overdue, or not yet: they are after business on their day."""
    now = datetime.now(UTC)
    today = local_day(now)
    business_ended = now > work_calendar().end_of(today)
    last_day_over = today if business_ended else today - timedelta(days=1)
    return Capa.awaited_on() <= last_day_over if value == "late" else Capa.awaited_on() > last_day_over


LISTING = Listing(
    Capa,
    select(
        Capa.id,
        Capa.number,
        Capa.round,
        Capa.issued_at,
        Capa.source,
        Capa.source_no,
        Customer.short_name.label("customer"),
        Capa.problem,
        Capa.department,
        Capa.state,
        Capa.sent_back_reason,
        Capa.awaited_on().label("awaited_on"),
        Capa.closed_at,
    ).outerjoin(Customer, Customer.id == Capa.customer_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Capa.issued_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Capa.issued_at),
        "due": Sort(
            lambda: gettext("Earliest due first"),
            func.coalesce(Capa.awaited_on(), NOTHING_AWAITED, type_=Capa.due_on.type),
        ),
        "number": Sort(lambda: term("capa_no"), Capa.number, descending=True),
    },
    (
        state_filter(Capa, procedure.UNFINISHED),
        Filter(
            "due",
            lambda: term("due_at"),
            lambda: [("late", gettext("Overdue")), ("waiting", gettext("Not due yet"))],
            _lateness,
        ),
        Filter(
            "department",
            lambda: term("resp_dept"),
            lambda: [(code, department_name(code)) for code in departments_by_code()],
            lambda value: Capa.department == value,
        ),
        Filter(
            "source",
            lambda: term("source"),
            lambda: choices("capa_source"),
            lambda value: Capa.source == value,
        ),
        customer_filter(Capa.customer_id),
        Filter(
            "answer",
            lambda: term("answer_in_time"),
            lambda: choices("kept"),
            lambda value: answer_conditions(datetime.now(UTC))[value],
            quiet=True,
        ),
        Filter(
            "first_effect",
            lambda: term("effect"),
            lambda: choices("first_effect"),
            lambda value: FIRST_EFFECTS[value],
            quiet=True,
        ),
    ),
    search_label=lambda: gettext("Number, customer, problem, number of the source"),
    period=Capa.issued_at,
    dates={
        "issue": (lambda: term("issued_at"), Capa.issued_at),
        "due": (lambda: term("due_on"), FIRST_DUE_ON),
        "proof": (lambda: term("verified_at"), FIRST_VERIFIED_AT),
    },
)
