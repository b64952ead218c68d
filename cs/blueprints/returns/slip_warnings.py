"""The warnings beside the fields of a slip, which sales passes with a reason (5.3.1, 5.3.3).

The warehouse at the gate is not asked: goods that are there are registered, and sales sees the warnings when
it takes them over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from flask_babel import gettext

from cs.extensions import db
from cs.models.customers import Product
from cs.models.returns.slip_checks import SlipWarning, slip_warnings
from cs.records.texts import comparable
from cs.web.fields import LongText
from cs.wording.formats import list_in_words
from cs.wording.labels import in_unit

FIELD_OF = {
    "unknown_lot": "lot_no",
    "other_model": "lot_no",
    "more_than_shipped": "slip_qty",
    "more_of_model": "slip_qty",
    "twice": "lot_no",
    "in_open_return": "lot_no",
}


COMPARED = ("product_id", "lot_no", "order_no", "slip_qty")


class WithWarnings:
    """A slip whose rows are compared with shipments and other returns."""

    warning_reason = LongText("warning_reason", most=500)

    has_warnings = False
    reason_of_before: str | None = None

    def accepts(self: Any, record: Any, on: datetime) -> bool:
        """Check the form; where nothing else is wrong with it, warn."""
        self.reason_of_before = record.warning_reason if record else None
        return super().accepts(record, on) and self._passes(record)  # type: ignore[misc]

    def values(self: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().values()  # type: ignore[misc]
        reason = self.warning_reason.data if self.has_warnings else self.reason_of_before
        return values | {"warning_reason": reason}

    def _passes(self: Any, record: Any) -> bool:
        """Put the warnings beside their fields, unless a reason is given."""
        rows = self.lines.filled
        lines = [_compared(row) for row in rows]
        known = _lines_of_before(record)
        warnings = [
            warning
            for warning in slip_warnings(self.customer_id.data, lines, record)
            if _as_compared(lines[warning.row].values()) not in known
        ]
        self.has_warnings = bool(warnings)
        if not warnings or self.warning_reason.data:
            return True
        for warning in warnings:
            row = rows[warning.row]
            row.fault(FIELD_OF[warning.finding], warning_in_words(warning, row))
        self.lines.gather()
        self.fault("warning_reason", gettext("If the slip is right all the same, say why."))
        return False


def _lines_of_before(record: Any) -> set[tuple[Any, ...]]:
    """Return the lines that sales has registered already: one that is left alone is not warned of again."""
    if record is None or record.complaint_id is None:
        return set()
    columns = attrgetter(*COMPARED)
    return {_as_compared(columns(line)) for line in record.lines}


def _as_compared(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(comparable(value) if isinstance(value, str) else value for value in values)


def _compared(row: Any) -> dict[str, Any]:
    """Return what of a row is compared with what is on record."""
    return {name: row[name].data for name in COMPARED}


def warning_in_words(warning: SlipWarning, row: Any) -> str:
    """Return a warning as it stands beside its field."""
    product = db.session.get_one(Product, row.product_id.data)
    words = {
        "unknown_lot": lambda: gettext("No shipment of this lot to this customer is on record."),
        "other_model": lambda: gettext(
            "This lot was shipped to this customer, but not with the model %(model)s.", model=product.model
        ),
        "more_than_shipped": lambda: gettext(
            "More than was shipped: not yet come back of this lot: %(quantity)s.",
            quantity=in_unit(warning.quantity, product),
        ),
        "more_of_model": lambda: gettext(
            "More than was shipped: not yet come back of this model: %(quantity)s.",
            quantity=in_unit(warning.quantity, product),
        ),
        "twice": lambda: gettext("The same model, lot and order stand in a line above."),
        "in_open_return": lambda: gettext(
            "Goods of this lot are in the open return %(numbers)s already.",
            numbers=list_in_words(warning.numbers),
        ),
    }
    return str(words[warning.finding]())
