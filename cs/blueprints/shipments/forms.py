"""The form of a shipment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from cs.models.customers import Shipment
from cs.procedure.replenishments import MOST_PRICE, PRICE_DECIMALS
from cs.records.procedure import local_day
from cs.web.fields import Choice, Day, Reference, StepForm, Text, WithAmendmentReason
from cs.web.number_fields import Number, Whole
from cs.web.options import customers_to_choose, products_to_choose, record_link


class ShipmentForm(StepForm):
    customer_id = Reference("customer", required=True)
    product_id = Reference("model", required=True)
    order_no = Text("order_no", required=True, most=60)
    lot_no = Text("lot_no", required=True, most=60)
    quantity = Whole("shipped_qty", required=True, least=1)
    shipped_on = Day("shipped_on", required=True)
    produced_on = Day("produced_on")
    unit_price = Number("unit_price", most=str(MOST_PRICE), places=PRICE_DECIMALS)
    currency = Choice("currency", "currency")

    def offer(self, record: Any, on: datetime) -> None:
        self.customer_id.choices = customers_to_choose(record.customer_id if record else None)
        self.product_id.choices = products_to_choose(record.product_id if record else None)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record is None:
            self.shipped_on.data = local_day(on)

    def values(self) -> dict[str, Any]:
        return super().values() | {"unit_price": self.unit_price.data or None}

    def check(self, record: Any, on: datetime) -> None:
        shipped_on, produced_on = self.shipped_on.data, self.produced_on.data
        if shipped_on and shipped_on > local_day(on):
            self.fault("shipped_on", gettext("This is in the future."))
        if shipped_on and produced_on and produced_on > shipped_on:
            self.fault("produced_on", gettext("The production date is after the shipping date."))
        if not self.errors:
            key = Shipment.key_of(
                self.customer_id.data, self.product_id.data, self.order_no.data, self.lot_no.data, shipped_on
            )
            if same := Shipment.same(key, other_than=record):
                self.fault(
                    "lot_no",
                    record_link(
                        gettext("This shipment is already on record:"),
                        url_for("shipments.detail", record_id=same.id),
                        same.title,
                    ),
                )


class EditShipmentForm(WithAmendmentReason, ShipmentForm):
    """5.6: the shipment with changes, and why."""
