"""Filters that many lists share: by state, by customer, by product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, request
from flask_babel import gettext
from sqlalchemy import ColumnElement, exists, select

from cs.extensions import db
from cs.models.customers import Customer, Product
from cs.queries.listing import Filter
from cs.records.workflowed import Workflowed
from cs.wording.labels import state_name, term

MAX_OPTIONS = 200  # a longer list is not read: there is the search


def state_filter(model: type[Workflowed], unfinished: Iterable[str] = ()) -> Filter:
    """Return the filter by a section's states; with `unfinished`, also by all of these together."""

    def options() -> list[tuple[str, str]]:
        states = [(state.code, state_name(model.kind, state.code)) for state in model.workflow.states]
        return [("open", gettext("All open")), *states] if unfinished else states

    def condition(value: str) -> ColumnElement[bool]:
        return model.state.in_(unfinished) if value == "open" else model.state == value

    return Filter("state", lambda: term("status"), options, condition)


def customer_filter(customer_id: Any) -> Filter:
    """Return the filter by the customer that the column `customer_id` names."""
    return Filter(
        "customer",
        lambda: term("customer"),
        lambda: customer_options(customer_id),
        lambda value: customer_id == int(value),
    )


def customer_options(used: Any) -> list[tuple[str, str]]:
    """Return the customers that the column `used` names, and the one in the URL."""
    return _cached_options(
        "customer", select(Customer.id, Customer.short_name).order_by(Customer.sort_name), Customer.id, used
    )


def product_options(used: Any) -> list[tuple[str, str]]:
    return _cached_options(
        "product", select(Product.id, Product.model).order_by(Product.model), Product.id, used
    )


def _cached_options(name: str, query: Any, key: Any, used: Any) -> list[tuple[str, str]]:
    """Read once a request: a list needs them more than once."""
    cache: dict[str, list[tuple[str, str]]] = g.setdefault("filter_options", {})
    if name not in cache:
        options = _read_options(query.where(exists().where(used == key)).limit(MAX_OPTIONS))
        chosen = request.args.get(name, "")
        if chosen.isdecimal() and len(chosen) < 10 and chosen not in dict(options):
            options += _read_options(query.where(key == int(chosen)))
        cache[name] = options
    return cache[name]


def _read_options(query: Any) -> list[tuple[str, str]]:
    return [(str(row_id), label) for row_id, label in db.session.execute(query)]
