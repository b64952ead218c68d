"""The list of returns: what it shows, and how it is narrowed and ordered."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure import returns as procedure
from cs.queries.filter_options import customer_filter, product_options, state_filter
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.rates import RETURNS
from cs.wording.labels import choices, term


def _of_lines(column: Any) -> Any:
    return select(column).where(ReturnLine.return_id == Return.id).correlate(Return).scalar_subquery()


def _has_line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(ReturnLine.id).where(ReturnLine.return_id == Return.id, condition).exists()


UNSETTLED = (ReturnLine.counted_qty != ReturnLine.slip_qty) & ReturnLine.difference_at.is_(None)


FIRST_MODEL = (
    select(Product.model)
    .join(ReturnLine, ReturnLine.product_id == Product.id)
    .where(ReturnLine.return_id == Return.id)
    .order_by(ReturnLine.id)
    .limit(1)
    .correlate(Return)
    .scalar_subquery()
)


LISTING = Listing(
    Return,
    select(
        Return.id,
        Return.number,
        Return.registered_at,
        Customer.short_name.label("customer"),
        Return.state,
        Complaint.number.label("complaint"),
        Return.complaint_id,
        Return.return_by,
        Return.given_back_on,
        Return.customer_slip_no,
        FIRST_MODEL.label("model"),
        _of_lines(func.count(ReturnLine.id)).label("lines"),
        _of_lines(func.sum(ReturnLine.slip_qty)).label("slip"),
        _of_lines(func.sum(ReturnLine.counted_qty)).label("counted"),
        _has_line(UNSETTLED).label("differs"),
    )
    .join(Customer, Customer.id == Return.customer_id)
    .outerjoin(Complaint, Complaint.id == Return.complaint_id),
    {
        "newest": Sort(lambda: gettext("Newest first"), Return.registered_at, descending=True),
        "oldest": Sort(lambda: gettext("Oldest first"), Return.registered_at),
        "number": Sort(lambda: term("return_no"), Return.number, descending=True),
    },
    (
        state_filter(Return, procedure.UNFINISHED),
        Filter(
            "difference",
            lambda: term("difference"),
            lambda: [("open", gettext("Not settled"))],
            lambda _value: _has_line(UNSETTLED),
        ),
        Filter(
            "product",
            lambda: term("model"),
            lambda: product_options(ReturnLine.product_id),
            lambda value: _has_line(ReturnLine.product_id == int(value)),
        ),
        customer_filter(Return.customer_id),
        Filter(
            "goods",
            lambda: term("goods"),
            lambda: choices("return_goods"),
            lambda value: RETURNS[value],
            quiet=True,
        ),
    ),
    search_label=lambda: gettext("Number, customer, model, lot, slip no."),
    period=Return.registered_at,
    dates={
        "slip": (lambda: term("registered_at"), Return.registered_at),
        "arrived": (lambda: term("arrived_at"), Return.arrived_at),
        "close": (lambda: term("closed_on"), Return.closed_at),
    },
)
