"""纠正预防措施改善追踪表 DC-FM-04 (7.6): a line for each measure of each CAR; a round without measures yet is
one line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Row, and_, case, func, select, union
from sqlalchemy.orm import aliased

from cs.models.capa.capa import Capa
from cs.models.capa.parts import Action, PastRound, Verification
from cs.models.customers import Customer
from cs.printing.definition import Column, Register
from cs.procedure import capa as procedure
from cs.queries.filter_options import state_filter
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.rates import measure_conditions
from cs.records.procedure import local_day_if_any
from cs.records.users import User
from cs.wording.formats import format_day, local_today
from cs.wording.labels import choice, choices, department_name, departments_by_code, state_name, term

OWNER, ISSUER = aliased(User), aliased(User)
ROUNDS = union(
    select(Capa.id.label("capa_id"), Capa.round), select(PastRound.capa_id, PastRound.round)
).subquery()
ROUND = ROUNDS.c.round
RUNS = Capa.round == ROUND  # whether the line is of the round that runs
AFTER_ALL = 2**30  # a round without measures is a CAR's last line


def _of_round(name: str) -> Any:
    return case((RUNS, getattr(Capa, name)), else_=getattr(PastRound, name)).label(name)


LISTING = Listing(
    Capa,
    select(
        Capa.id,
        Capa.number,
        Capa.source,
        Capa.source_no,
        Customer.short_name,
        Capa.issued_at,
        ISSUER.name.label("issuer"),
        Capa.problem,
        Capa.department,
        Capa.state,
        Capa.sent_back_reason,
        Capa.closed_at,
        Capa.void_reason,
        ROUND.label("round"),
        RUNS.label("runs"),
        _of_round("due_on"),
        _of_round("occurrence_cause"),
        _of_round("escape_cause"),
        Action.action_kind,
        Action.content,
        Action.planned_on,
        Action.done_on,
        Action.done_note,
        OWNER.name.label("owner"),
        Verification.verification_method,
        Verification.period_to,
        Verification.effect,
    )
    .join(ROUNDS, ROUNDS.c.capa_id == Capa.id)
    .outerjoin(Action, and_(Action.capa_id == Capa.id, Action.round == ROUND))
    .outerjoin(OWNER, OWNER.id == Action.owner_id)
    .outerjoin(ISSUER, ISSUER.id == Capa.created_by_id)
    .outerjoin(Customer, Customer.id == Capa.customer_id)
    .outerjoin(PastRound, and_(PastRound.capa_id == Capa.id, PastRound.round == ROUND))
    .outerjoin(Verification, and_(Verification.capa_id == Capa.id, Verification.round == ROUND)),
    {
        "oldest": Sort(lambda: gettext("Oldest first"), Capa.issued_at),
        "newest": Sort(lambda: gettext("Newest first"), Capa.issued_at, True),
        "number": Sort(lambda: term("capa_no"), Capa.number),
    },
    (
        state_filter(Capa),
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
        Filter(
            "measure",
            lambda: term("measures_in_time"),
            lambda: choices("kept"),
            lambda value: measure_conditions(datetime.now(UTC))[value],
            quiet=True,
        ),
    ),
    search_label=lambda: gettext("Number, customer, problem, number of the source"),
    period=Capa.issued_at,
    dates={
        "issued": (lambda: term("issued_at"), Capa.issued_at),
        "planned": (lambda: term("planned_on"), Action.planned_on),
    },
    tie=func.coalesce(Action.id, Capa.id + AFTER_ALL),
)


def _days_overdue(row: Row[Any]) -> int | None:
    """Count the days after the planned day (7.6-17); of a CAR without measures, those after the answer was
    wanted. Nothing where all is in time or ended."""
    wanted = row.planned_on or row.due_on
    stands = row.runs and row.state in procedure.UNFINISHED
    until = row.done_on or (local_today() if stands else None)
    late = (until - wanted).days if until and wanted else 0
    return late if late > 0 else None


def _causes_in_words(row: Row[Any]) -> tuple[tuple[str, str], ...] | None:
    causes = (("occurrence", row.occurrence_cause), ("escape", row.escape_cause))
    return tuple((choice("cause_kind", kind), text) for kind, text in causes if text) or None


def _status_in_words(row: Row[Any]) -> str:
    if not row.runs:
        return term("reopened")
    sent_back = row.sent_back_reason and row.state in procedure.UNANSWERED
    return term("sent_back") if sent_back else state_name("capa", row.state)


def _verification_in_words(row: Row[Any]) -> str | None:
    return f"{row.verification_method} · {format_day(row.period_to)}" if row.verification_method else None


CAPA_REGISTER = Register(
    "capa",
    "car_tracker",
    "capa",
    LISTING,
    (
        Column("capa_no", lambda row: row.number, 14),
        Column("round", lambda row: row.round, 6, "whole", under=True),
        Column("source", lambda row: choice("capa_source", row.source), 11),
        Column("source_no", lambda row: row.source_no, 16, under=True),
        Column("customer", lambda row: row.short_name, 14),
        Column("issued_at", lambda row: local_day_if_any(row.issued_at), 11, "day"),
        Column("issued_by", lambda row: row.issuer, 10, under=True),
        Column("problem", lambda row: row.problem, 32, once=True),
        Column("resp_dept", lambda row: department_name(row.department), 10),
        Column("due_on", lambda row: row.due_on, 11, "day", under=True),
        Column("owner", lambda row: row.owner, 10, under=True),
        Column("cause", _causes_in_words, 32, once=True),
        Column("action_kind", lambda row: choice("action_kind", row.action_kind), 10),
        Column("corrective_action", lambda row: row.content if row.action_kind != "preventive" else None, 30),
        Column(
            "preventive_action",
            lambda row: row.content if row.action_kind == "preventive" else None,
            30,
            under=True,
        ),
        Column("planned_on", lambda row: row.planned_on, 11, "day"),
        Column("done_on", lambda row: row.done_on, 11, "day", under=True),
        Column("overdue_days", _days_overdue, 8, "whole"),
        Column("method_and_day", _verification_in_words, 22),
        Column("effect", lambda row: choice("effect", row.effect), 8, under=True),
        Column("status", _status_in_words, 12),
        Column(
            "closed_on",
            lambda row: local_day_if_any(row.closed_at) if row.runs else None,
            11,
            "day",
            under=True,
        ),
        Column("remarks", lambda row: row.void_reason or row.done_note, 22),
    ),
    address=lambda row: url_for("capa.detail", record_id=row.id),
    case=lambda row: (row.id, row.round),
)
