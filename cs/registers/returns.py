"""客户退货明细表 (5.3): a line for each line of each return slip, with what became of its quantities."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Row, select

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.printing.definition import Column, Register
from cs.queries.filter_options import customer_filter, state_filter
from cs.queries.listing import Listing, Sort
from cs.records.procedure import local_day_if_any
from cs.wording.labels import choice, state_name, term

LISTING = Listing(
    Return,
    select(
        Return.id,
        Return.number,
        Return.registered_at,
        Customer.short_name,
        Return.customer_slip_no,
        Return.return_kind,
        Complaint.number.label("complaint"),
        Product.model,
        Product.unit,
        ReturnLine.lot_no,
        ReturnLine.order_no,
        ReturnLine.return_reason,
        ReturnLine.slip_qty,
        ReturnLine.counted_qty,
        ReturnLine.accepted_qty,
        ReturnLine.ntf_qty,
        ReturnLine.as_is_qty,
        ReturnLine.rework_qty,
        ReturnLine.scrapped_qty,
        ReturnLine.passed_qty,
        ReturnLine.failed_qty,
        ReturnLine.difference_reason,
        Return.liability,
        Return.outcome,
        Return.cost_bearer,
        Return.arrived_at,
        Return.given_back_on,
        Return.closed_at,
        Return.effect,
        Return.state,
        Return.void_reason,
    )
    .join(ReturnLine, ReturnLine.return_id == Return.id)
    .join(Product, Product.id == ReturnLine.product_id)
    .join(Customer, Customer.id == Return.customer_id)
    .outerjoin(Complaint, Complaint.id == Return.complaint_id),
    {
        "oldest": Sort(lambda: gettext("Oldest first"), Return.registered_at),
        "newest": Sort(lambda: gettext("Newest first"), Return.registered_at, True),
        "number": Sort(lambda: term("return_no"), Return.number),
    },
    (
        state_filter(Return),
        customer_filter(Return.customer_id),
    ),
    search_label=lambda: gettext("Number, customer, model, lot, slip no."),
    period=Return.registered_at,
    tie=ReturnLine.id,
)


def _difference_with_sign(row: Row[Any]) -> Any:
    return (
        None if row.counted_qty is None or row.counted_qty == row.slip_qty else row.counted_qty - row.slip_qty
    )


RETURN_REGISTER = Register(
    "returns",
    "return_register",
    "return",
    LISTING,
    (
        Column("return_no", lambda row: row.number, 17),
        Column("registered_at", lambda row: local_day_if_any(row.registered_at), 11, "day"),
        Column("customer", lambda row: row.short_name, 14),
        Column("customer_slip_no", lambda row: row.customer_slip_no, 14),
        Column("return_kind", lambda row: choice("return_kind", row.return_kind), 12),
        Column("complaint_no", lambda row: row.complaint, 16),
        Column("model", lambda row: row.model, 14),
        Column("lot_no", lambda row: row.lot_no, 12),
        Column("order_no", lambda row: row.order_no, 12),
        Column("return_reason", lambda row: row.return_reason, 24),
        Column("unit", lambda row: choice("unit", row.unit), 6),
        Column("slip_qty", lambda row: row.slip_qty, 9, "quantity"),
        Column("counted_qty", lambda row: row.counted_qty, 9, "quantity"),
        Column("difference", _difference_with_sign, 8, "quantity"),
        Column("difference_reason", lambda row: row.difference_reason, 20),
        Column("accepted_qty", lambda row: row.accepted_qty, 8, "quantity"),
        Column("ntf_qty", lambda row: row.ntf_qty, 8, "quantity"),
        Column("as_is_qty", lambda row: row.as_is_qty, 8, "quantity"),
        Column("rework_qty", lambda row: row.rework_qty, 8, "quantity"),
        Column("passed_qty", lambda row: row.passed_qty, 8, "quantity"),
        Column("to_scrap", lambda row: row.scrapped_qty + row.failed_qty, 8, "quantity"),
        Column("liability", lambda row: choice("liability", row.liability), 9),
        Column("outcome", lambda row: choice("return_outcome", row.outcome), 10),
        Column("cost_bearer", lambda row: choice("cost_bearer", row.cost_bearer), 9),
        Column("arrived_at", lambda row: local_day_if_any(row.arrived_at), 11, "day"),
        Column("given_back_on", lambda row: row.given_back_on, 11, "day"),
        Column("closed_on", lambda row: local_day_if_any(row.closed_at), 11, "day"),
        Column("rework_effect", lambda row: choice("effect", row.effect) if row.rework_qty else None, 8),
        Column("status", lambda row: state_name("return", row.state), 12),
        Column("remarks", lambda row: row.void_reason, 16),
    ),
    address=lambda row: url_for("returns.detail", record_id=row.id),
)
