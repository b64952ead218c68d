"""客户抱怨明细表 MJ-QP-12-05: a view of the complaint reports (Q9), nothing is typed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Row, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.capa.parts import Verification
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.reply import Reply
from cs.models.customers import Customer, Product
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.printing.definition import Column, Register
from cs.procedure import complaints as procedure
from cs.procedure.reading import CODE
from cs.queries import kpis as figures
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.rates import WITH_COST, result_conditions
from cs.records.procedure import local_day, local_day_if_any
from cs.records.record import MAX_ID, Record
from cs.wording.formats import format_day
from cs.wording.labels import (
    choice,
    choices,
    defect_category_name,
    defect_name,
    department_name,
    state_name,
    term,
)

LAST = aliased(Reply)
MAX_ID_LENGTH = len(str(MAX_ID))


def _shown_states() -> list[tuple[str, str]]:
    return [
        (state.code, state_name("complaint", state.code))
        for state in procedure.STATES
        if state.code not in procedure.NOT_REGISTERED
    ]


LAST_REPLY = (
    select(func.max(Reply.number))
    .where(Reply.complaint_id == Complaint.id)
    .correlate(Complaint)
    .scalar_subquery()
)

# 7.5-22: whether goods of it came back or were replaced
GOODS_BACK_OR_REPLACED = (
    exists().where(Return.complaint_id == Complaint.id, Return.state != "void").correlate(Complaint)
) | (
    exists()
    .where(Replenishment.complaint_id == Complaint.id, Replenishment.state.not_in(("void", "rejected")))
    .correlate(Complaint)
)


# 7.5-23: the last proof of effect of the complaint's CARs
PROOF, ANY_PROOF = aliased(Verification), aliased(Verification)
LAST_PROOF = (
    select(func.max(ANY_PROOF.id))
    .join(Capa, Capa.id == ANY_PROOF.capa_id)
    .where(Capa.complaint_id == Complaint.id, Capa.state != "void")
    .correlate(Complaint)
    .scalar_subquery()
)


NOT_STATED = "none"  # a line of the Pareto in the address, where the complaints name nothing


def _choice_of(group: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: choices(group)


def _yes_option() -> list[tuple[str, str]]:
    return [("yes", choice("yes_no", "yes"))]


def _age_options() -> list[tuple[str, str]]:
    return [
        ("all", gettext("all")),
        *(
            (code, age_in_words(first, last))
            for code, (first, last, _condition) in figures.open_ages(datetime.now(UTC)).items()
        ),
    ]


def _open_for(value: str) -> ColumnElement[bool]:
    return figures.OPEN if value == "all" else figures.open_ages(datetime.now(UTC))[value][-1]


def age_in_words(first: int, last: int | None) -> str:
    """Return a span of days in words, both included; without end where `last` is None."""
    return str(
        gettext("%(first)s–%(last)s days", first=first, last=last)
        if last is not None
        else gettext("over %(days)s days", days=first - 1)
    )


NAMED_BY_RECORD: dict[str, tuple[type[Record], Any]] = {
    "customer": (Customer, Customer.short_name),
    "product": (Product, Product.model),
}


def keys_in_words(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    """Return the names of the Pareto's lines: categories, codes, customers, models, departments. Unknown keys
    are left out."""
    keys = list(keys)
    names: dict[Any, str] = {key: gettext("not stated") for key in keys if key in (None, NOT_STATED)}
    if by in NAMED_BY_RECORD:
        model, name = NAMED_BY_RECORD[by]
        ids = {
            int(key): key
            for key in keys
            if str(key).isdecimal() and len(str(key)) <= MAX_ID_LENGTH and int(key) <= MAX_ID
        }
        return names | {
            ids[row_id]: row_name
            for row_id, row_name in db.session.execute(select(model.id, name).where(model.id.in_(ids)))
        }
    split_keys = (key.split(".") for key in keys if key not in names)
    coded = [parts for parts in split_keys if all(map(CODE.fullmatch, parts))]
    match by:
        case "code":
            return names | {
                ".".join(parts): f"{defect_name(*parts)} · {defect_category_name(parts[0])}"
                for parts in coded
                if len(parts) == 2
            }
        case "category":
            return names | {
                ".".join(parts): defect_category_name(parts[0]) for parts in coded if len(parts) == 1
            }
    return names | {".".join(parts): department_name(parts[0]) for parts in coded if len(parts) == 1}


def _pareto_line_filter(by: str) -> Filter:
    """Return the filter by one line of the Pareto."""
    column: SQLColumnExpression[Any] = figures.PARETO[by]

    def condition(value: str) -> ColumnElement[bool]:
        if value == NOT_STATED:
            return column.is_(None)
        return column == (int(value) if by in ("customer", "product") else value)

    return Filter(
        by,
        lambda: choice("pareto_by", by),
        list,
        condition,
        named=lambda value: keys_in_words(by, [value]).get(value),
        quiet=True,
    )


# What the figures lead to: each number is the length of one of these lists.
OF_THE_FIGURES = (
    Filter(
        "counted",
        lambda: term("counts_in_kpi"),
        _choice_of("counted"),
        lambda value: figures.COUNTED[value],
        quiet=True,
    ),
    Filter(
        "reply",
        lambda: term("reply"),
        _choice_of("reply_state"),
        lambda value: figures.reply_conditions(datetime.now(UTC))[value],
        quiet=True,
    ),
    Filter(
        "first_reply",
        lambda: term("first_reply"),
        _choice_of("first_reply"),
        lambda value: figures.first_reply_conditions()[value],
        quiet=True,
    ),
    Filter(
        "result",
        lambda: term("same_day"),
        _choice_of("result"),
        lambda value: result_conditions()[value],
        quiet=True,
    ),
    Filter("open", lambda: term("open_for"), _age_options, _open_for, quiet=True),
    Filter("is_repeat", lambda: term("is_repeat"), _yes_option, lambda _value: figures.REPEATED, quiet=True),
    Filter("has_cost", lambda: term("cost_total"), _yes_option, lambda _value: WITH_COST, quiet=True),
    Filter("is_closed", lambda: term("closed_on"), _yes_option, lambda _value: figures.CLOSED, quiet=True),
    *(_pareto_line_filter(by) for by in figures.PARETO),
)

LISTING = Listing(
    Complaint,
    select(
        Complaint.id,
        Complaint.number,
        Complaint.heard_at,
        Customer.short_name,
        Customer.customer_level,
        func.coalesce(Product.model, Complaint.old_model).label("model"),
        Product.spec,
        Complaint.lot_no,
        Complaint.shipped_qty,
        Complaint.checked_qty,
        Complaint.defect_qty,
        Complaint.description,
        Complaint.defect_category,
        Complaint.defect_code,
        Complaint.severity,
        Complaint.nature,
        Complaint.liability,
        Complaint.first_due_at,
        Complaint.replied_at,
        Complaint.closed_at,
        Complaint.state,
        Complaint.late_reply_reason,
        Complaint.closing_note,
        Complaint.repeat_of_id,
        Complaint.analysed_at,
        Complaint.old_number,
        Complaint.old_notes,
        figures.RESPONSIBLE.label("department"),
        GOODS_BACK_OR_REPLACED.label("goods_back_or_replaced"),
        PROOF.effect,
        PROOF.period_to.label("proven_on"),
        LAST.cause,
        LAST.actions,
        LAST.reply_text,
        LAST.response,
    )
    .join(Customer, Customer.id == Complaint.customer_id)
    .outerjoin(Product, Product.id == Complaint.product_id)
    .outerjoin(LAST, (LAST.complaint_id == Complaint.id) & (LAST.number == LAST_REPLY))
    .outerjoin(PROOF, PROOF.id == LAST_PROOF)
    .where(
        Complaint.state.not_in(procedure.NOT_REGISTERED),
        # void before sales had registered it: it has no number of the register
        Complaint.passed_on_number.is_(None) | (Complaint.passed_on_number != Complaint.number),
    ),
    {
        "oldest": Sort(lambda: gettext("Oldest first"), Complaint.heard_at),
        "newest": Sort(lambda: gettext("Newest first"), Complaint.heard_at, True),
        "number": Sort(lambda: term("complaint_no"), Complaint.number),
    },
    (
        Filter("state", lambda: term("status"), _shown_states, lambda value: Complaint.state == value),
        Filter(
            "severity",
            lambda: term("severity"),
            lambda: choices("severity"),
            lambda value: Complaint.severity == value,
        ),
        Filter(
            "liability",
            lambda: term("liability"),
            lambda: choices("liability"),
            lambda value: Complaint.liability == value,
        ),
        *OF_THE_FIGURES,
    ),
    search_label=lambda: gettext("Number, customer, model, lot, description"),
    period=Complaint.heard_at,
    dates={by: (partial(choice, "dated", by), column) for by, column in figures.DATED.items()},
)


def _symptom_with_defect(row: Row[Any]) -> tuple[str, ...]:
    named = defect_name(row.defect_category, row.defect_code)
    return (named, row.description) if named and named != row.description else (row.description,)


def _effect_in_words(row: Row[Any]) -> tuple[str, str] | None:
    """Return the effect with the last day of the lots or months watched."""
    return (choice("effect", row.effect), format_day(row.proven_on)) if row.effect else None


def _remarks_of_line(row: Row[Any]) -> tuple[Any, ...] | None:
    """Return the closing note; of a line of an old register its own number and what it said beside the
    columns."""
    remarks = (
        (term("old_number"), row.old_number) if row.old_number else None,
        row.old_notes,
        row.closing_note,
    )
    return tuple(remark for remark in remarks if remark) or None


COMPLAINT_REGISTER = Register(
    "complaints",
    "complaint_register",
    "complaint",
    LISTING,
    (
        Column("complaint_no", lambda row: row.number, 18),
        Column("complaint_date", lambda row: local_day(row.heard_at), 11, "day", under=True),
        Column("customer", lambda row: row.short_name, 16),
        Column("customer_level", lambda row: row.customer_level, 8, under=True),
        Column("model", lambda row: row.model, 14),
        Column("product_name", lambda row: row.spec, 18, under=True),
        Column("lot_no", lambda row: row.lot_no, 13),
        Column("shipped_qty", lambda row: row.shipped_qty, 9, "whole", under=True),
        Column("checked_qty", lambda row: row.checked_qty, 9, "whole"),
        Column("defect_qty", lambda row: row.defect_qty, 9, "whole", under=True),
        Column(
            "defect_rate",
            lambda row: procedure.defect_rate(row.defect_qty, row.checked_qty),
            9,
            "percent",
            under=True,
        ),
        Column("symptom", _symptom_with_defect, 34),
        Column("defect_category", lambda row: defect_category_name(row.defect_category), 13),
        Column("severity", lambda row: choice("severity", row.severity), 10, under=True),
        Column("nature", lambda row: choice("nature", row.nature), 8),
        Column(
            "is_repeat",
            lambda row: row.repeat_of_id is not None if row.analysed_at else None,
            8,
            "yes_no",
            under=True,
        ),
        Column("resp_dept", lambda row: department_name(row.department), 11),
        Column("liability", lambda row: choice("liability", row.liability), 10, under=True),
        Column("cause_brief", lambda row: row.cause, 26),
        Column("measure_brief", lambda row: row.actions or row.reply_text, 26),
        Column("reply_due_at", lambda row: row.first_due_at, 16, "moment"),
        Column("replied_at", lambda row: row.replied_at, 16, "moment", under=True),
        Column(
            "on_time", lambda row: procedure.replied_in_time(row.replied_at, row.first_due_at), 7, "yes_no"
        ),
        Column("response", lambda row: choice("response", row.response), 9, under=True),
        Column("goods_back_or_replaced", lambda row: row.goods_back_or_replaced, 8, "yes_no"),
        Column("effect", _effect_in_words, 11, under=True),
        Column(
            "closed_on",
            lambda row: local_day_if_any(row.closed_at),
            11,
            "day",
        ),
        Column("status", lambda row: state_name("complaint", row.state), 10, under=True),
        Column("late_reply_reason", lambda row: row.late_reply_reason, 16),
        Column("remarks", _remarks_of_line, 16, under=True),
    ),
    address=lambda row: url_for("complaints.detail", record_id=row.id),
)
