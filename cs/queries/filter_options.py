"""The customers and products by which a list can be filtered: those that its records name."""

from __future__ import annotations

from typing import Any

from flask import g, request
from sqlalchemy import Select, exists, select

from cs.extensions import db
from cs.models.customers import Customer, Product

MOST_OPTIONS = 200  # a longer list is not read: there is the search


def customer_options(used: Any) -> list[tuple[str, str]]:
    """The options of a filter by customer: those that the column `used` names, and the one asked for."""
    return _options(
        "customer", select(Customer.id, Customer.short_name).order_by(Customer.sort_name), Customer.id, used
    )


def product_options(used: Any) -> list[tuple[str, str]]:
    return _options("product", select(Product.id, Product.model).order_by(Product.model), Product.id, used)


def _options(name: str, query: Select[Any], key: Any, used: Any) -> list[tuple[str, str]]:
    """Read once a request: a list asks for them more than once."""
    kept: dict[str, list[tuple[str, str]]] = g.setdefault("filter_options", {})
    if name not in kept:
        asked = request.args.get(name, "")
        found = [
            (str(row[0]), row[1])
            for row in db.session.execute(query.where(exists().where(used == key)).limit(MOST_OPTIONS))
        ]
        if asked.isdecimal() and len(asked) < 10 and asked not in dict(found):
            found += [(str(row[0]), row[1]) for row in db.session.execute(query.where(key == int(asked)))]
        kept[name] = found
    return kept[name]
