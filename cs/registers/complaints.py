"""客户抱怨明细表 MJ-QP-12-05: a view of the complaint reports (Q9), nothing is typed twice."""
from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from cs.lists import Filter, Listing, Sort
from cs.models.complaints import Complaint, Reply
from cs.models.customers import Customer, Product
from cs.models.meetings import Meeting
from cs.models.procedure import zone
from cs.procedure import complaints as procedure
from cs.registers.definition import Column, Register
from cs.words import choice, choices, defect, defect_category, department_name, state_name, term

LAST = aliased(Reply)


def _shown_states() -> list[tuple[str, str]]:
    return [(state.code, state_name("complaint", state.code)) for state in procedure.STATES if state.code not in procedure.NOT_REGISTERED]


LAST_REPLY = select(func.max(Reply.number)).where(Reply.complaint_id == Complaint.id).correlate(Complaint).scalar_subquery()

LAST_MEETING = select(Meeting.department).where(Meeting.complaint_id == Complaint.id).order_by(Meeting.round.desc()).limit(1).correlate(Complaint).scalar_subquery()

LISTING = Listing(
    Complaint,
    select(Complaint.id, Complaint.number, Complaint.heard_at, Customer.short_name, Customer.customer_level, Product.model, Product.spec,
           Complaint.lot_no, Complaint.shipped_qty, Complaint.checked_qty, Complaint.defect_qty, Complaint.description,
           Complaint.defect_category, Complaint.defect_code, Complaint.severity, Complaint.nature, Complaint.liability, Complaint.first_due_at,
           Complaint.replied_at, Complaint.closed_at, Complaint.state, Complaint.late_reply_reason, Complaint.closing_note,
           Complaint.repeat_of_id, LAST_MEETING.label("department"), LAST.cause, LAST.actions, LAST.reply_text, LAST.response)
    .join(Customer, Customer.id == Complaint.customer_id).outerjoin(Product, Product.id == Complaint.product_id)
    .outerjoin(LAST, (LAST.complaint_id == Complaint.id) & (LAST.number == LAST_REPLY))
    .where(Complaint.state.not_in(procedure.NOT_REGISTERED)),
    {"oldest": Sort(lambda: gettext("Oldest first"), Complaint.heard_at), "newest": Sort(lambda: gettext("Newest first"), Complaint.heard_at, True),
     "number": Sort(lambda: term("complaint_no"), Complaint.number)},
    (Filter("state", lambda: term("status"), _shown_states, lambda value: Complaint.state == value),
     Filter("severity", lambda: term("severity"), lambda: choices("severity"), lambda value: Complaint.severity == value),
     Filter("liability", lambda: term("liability"), lambda: choices("liability"), lambda value: Complaint.liability == value)),
    search_label=lambda: gettext("Number, customer, model, lot, description"), period=Complaint.heard_at)


def _rate(row: Row[Any]) -> Decimal | None:
    if not row.checked_qty or row.defect_qty is None:
        return None
    return (Decimal(row.defect_qty * 100) / row.checked_qty).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _symptom(row: Row[Any]) -> tuple[str, ...]:
    named = defect(row.defect_category, row.defect_code)
    return (named, row.description) if named else (row.description,)


def _in_time(row: Row[Any]) -> bool | None:
    return None if row.replied_at is None else row.replied_at <= row.first_due_at


COMPLAINT_REGISTER = Register(
    "complaints", "complaint_register", "complaint", LISTING,
    (
        Column("complaint_no", lambda row: row.number, 18),
        Column("complaint_date", lambda row: row.heard_at.astimezone(zone()).date(), 11, "day", under=True),
        Column("customer", lambda row: row.short_name, 16),
        Column("customer_level", lambda row: row.customer_level, 8, under=True),
        Column("model", lambda row: row.model, 14),
        Column("product_name", lambda row: row.spec, 18, under=True),
        Column("lot_no", lambda row: row.lot_no, 13),
        Column("shipped_qty", lambda row: row.shipped_qty, 9, "whole", under=True),
        Column("checked_qty", lambda row: row.checked_qty, 9, "whole"),
        Column("defect_qty", lambda row: row.defect_qty, 9, "whole", under=True),
        Column("defect_rate", _rate, 9, "percent", under=True),
        Column("symptom", _symptom, 36),
        Column("defect_category", lambda row: defect_category(row.defect_category), 13),
        Column("severity", lambda row: choice("severity", row.severity), 10, under=True),
        Column("nature", lambda row: choice("nature", row.nature), 8),
        Column("is_repeat", lambda row: row.repeat_of_id is not None if row.severity else None, 8, "yes_no", under=True),
        Column("resp_dept", lambda row: department_name(row.department), 11),
        Column("liability", lambda row: choice("liability", row.liability), 10, under=True),
        Column("cause_brief", lambda row: row.cause, 26),
        Column("measure_brief", lambda row: row.actions or row.reply_text, 26),
        Column("reply_due_at", lambda row: row.first_due_at, 16, "moment"),
        Column("replied_at", lambda row: row.replied_at, 16, "moment", under=True),
        Column("on_time", _in_time, 7, "yes_no"),
        Column("response", lambda row: choice("response", row.response), 9, under=True),
        Column("closed_on", lambda row: row.closed_at.astimezone(zone()).date() if row.closed_at else None, 13, "day"),
        Column("status", lambda row: state_name("complaint", row.state), 12, under=True),
        Column("late_reply_reason", lambda row: row.late_reply_reason, 16),
        Column("remarks", lambda row: row.closing_note, 16),
    ),
    address=lambda row: url_for("complaints.detail", record_id=row.id))
