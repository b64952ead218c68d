"""Forms of a product model and of customers' own numbers for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from wtforms import SubmitField

from cs.models.customers import Product
from cs.procedure.replenishments import MOST_PRICE, PRICE_DECIMALS
from cs.records.texts import comparable
from cs.web.fields import Choice, Reference, StepForm, Text, WithAmendmentReason
from cs.web.number_fields import Number
from cs.web.options import customers_to_choose, record_link
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.labels import label


class PartForm(RowForm):
    """A customer and its own number for the model."""

    customer_id = Reference("customer")
    part_no = Text("customer_part_no", most=60)

    decisive = ("customer_id", "part_no")

    def check(self) -> None:
        if not self.customer_id.data:
            self.fault("customer_id", gettext("Whose number is this?"))
        if not self.part_no.data:
            self.fault("part_no", gettext("Fill in the number, or clear the row."))


class ProductForm(WithRows, StepForm):
    model = Text("model", required=True, most=60)
    spec = Text("spec", required=True, most=200)
    part_no = Text("part_no", most=60)
    unit = Choice("unit", "unit", required=True)
    unit_price = Number("unit_price", most=str(MOST_PRICE), places=PRICE_DECIMALS)
    customer_parts = Rows(PartForm, label("customer_parts"))
    more_rows = SubmitField()

    rows = "customer_parts"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_parts.stand_ready(1 if self.customer_parts.entries else self.ready)
        already_named = [part.customer_id for part in record.customer_parts] if record is not None else []
        offered = customers_to_choose(*already_named)
        for row in self.customer_parts:
            row.form.customer_id.choices = offered

    def fill(self, record: Any, on: datetime) -> None:
        if record is None:
            self.unit.data = "pcs"
            return
        for name in ("model", "spec", "part_no", "unit", "unit_price"):
            self[name].process_data(getattr(record, name))
        self.customer_parts.refill(record.customer_parts)
        self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        seen: set[tuple[int, str]] = set()
        for row in self.customer_parts.filled:
            part = (row.customer_id.data, comparable(row.part_no.data))
            if part in seen:
                row.fault("part_no", gettext("This number appears twice."))
            seen.add(part)
        self.customer_parts.gather()
        if self.model.data and (same := Product.same(Product.key_of(self.model.data), other_than=record)):
            self.fault(
                "model",
                record_link(
                    gettext("This model is already on record:"),
                    url_for("products.detail", record_id=same.id),
                    same.title,
                ),
            )

    def values(self) -> dict[str, Any]:
        parts = [
            {"customer_id": row.customer_id.data, "part_no": row.part_no.data}
            for row in self.customer_parts.filled
        ]
        price = self.unit_price.data or None
        return super().values() | {"customer_parts": parts, "unit_price": price}


class EditProductForm(WithAmendmentReason, ProductForm):
    """5.6: the product model with changes, and why."""
