"""The list of CARs: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from cs.models.capa import Capa
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.procedure import capa as procedure
from cs.queries.filter_options import customer_options
from cs.queries.listing import Filter, Listing, Sort
from cs.records.procedure import zone
from cs.wording.words import choices, department_name, departments, state_name, term

NOTHING_AWAITED = date(2999, 1, 1)


def _states() -> list[tuple[str, str]]:
    return [
        ("open", gettext("All open")),
        *((state.code, state_name("capa", state.code)) for state in procedure.STATES),
    ]


def _in_state(value: str) -> ColumnElement[bool]:
    return Capa.state.in_(procedure.UNFINISHED) if value == "open" else Capa.state == value


def _lateness(value: str) -> ColumnElement[bool]:
    """What is awaited is late once its day's business has ended."""
    now = datetime.now(UTC)
    today = now.astimezone(zone()).date()
    over = today if now > work_calendar().end_of(today) else today - timedelta(days=1)
    return Capa.awaited_on() <= over if value == "late" else Capa.awaited_on() > over


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
        Filter("state", lambda: term("status"), _states, _in_state),
        Filter(
            "due",
            lambda: term("due_at"),
            lambda: [("late", gettext("Overdue")), ("waiting", gettext("Not due yet"))],
            _lateness,
        ),
        Filter(
            "department",
            lambda: term("resp_dept"),
            lambda: [(code, department_name(code)) for code in departments()],
            lambda value: Capa.department == value,
        ),
        Filter(
            "source",
            lambda: term("source"),
            lambda: choices("capa_source"),
            lambda value: Capa.source == value,
        ),
        Filter(
            "customer",
            lambda: term("customer"),
            lambda: customer_options(Capa.customer_id),
            lambda value: Capa.customer_id == int(value),
        ),
    ),
    search_label=lambda: gettext("Number, customer, problem, number of the source"),
    period=Capa.issued_at,
)
