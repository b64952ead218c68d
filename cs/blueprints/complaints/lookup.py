"""What is known already while a complaint is written down: the contacts of the customer, the shipments of the
lot.

Plain buttons of the form fill it in and show it again, nothing is checked or stored; htmx only shows the
buttons sooner.
"""

from __future__ import annotations

from typing import Any

from wtforms import Field

from cs.models.customers import Contact, Customer, Shipment
from cs.records.record import find
from cs.web.fields import can_be_kept

MOST_OFFERED = 12


def contacts_of(customer_id: int | None) -> list[Contact]:
    """Return the people of a customer, in the order of its file."""
    customer = find(Customer, customer_id) if customer_id else None
    return customer.contacts[:MOST_OFFERED] if customer else []


def shipments_of(lot_no: str | None, customer_id: int | None) -> list[Shipment]:
    """Return the shipments of a lot, to the customer if one is chosen; newest first."""
    if not lot_no or not can_be_kept(lot_no) or (customer_id and find(Customer, customer_id) is None):
        return []
    return Shipment.of_lot(lot_no, customer_id or None, MOST_OFFERED)


class Pressed(Field):
    """Which button of several was pressed: its value, None for none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else None

    def _value(self) -> str:
        return ""


class WithLookUp:
    """A form about a customer's goods. `fill_in` is `contacts` or `lot` (look it up), or one of what was
    offered: `contact-3`, `shipment-5`."""

    fill_in = Pressed("")

    @property
    def redraws(self) -> bool:
        return bool(self.fill_in.data)

    def looked_up(self, *what: str) -> bool:
        """Return whether that is what was filled in last: the form goes on there."""
        return (self.fill_in.data or "").partition("-")[0] in what

    @property
    def offered_contacts(self: Any) -> list[Contact]:
        return contacts_of(self.customer_id.data)

    @property
    def offered_shipments(self: Any) -> list[Shipment]:
        return shipments_of(self.lot_no.data, self.customer_id.data)

    def redraw(self) -> None:
        """Fill in what was chosen. A look-up that finds one alone fills that in, where nothing is typed
        yet."""
        number = (self.fill_in.data or "").partition("-")[2]
        if self.looked_up("contact", "contacts"):
            self._fill_one(
                self.offered_contacts,
                number,
                lambda one: {"contact_name": one.name, "contact_phone": one.phone},
            )
        elif self.looked_up("shipment", "lot"):
            self._fill_one(
                self.offered_shipments,
                number,
                lambda one: {
                    "customer_id": one.customer_id,
                    "product_id": one.product_id,
                    "order_no": one.order_no,
                    "produced_on": one.produced_on,
                    "shipped_on": one.shipped_on,
                    "shipped_qty": one.quantity,
                },
            )

    def _fill_one(self: Any, offered: list[Any], number: str, facts: Any) -> None:
        if number:
            chosen = [record for record in offered if str(record.id) == number]
        else:
            chosen = offered if len(offered) == 1 else []
        for name, value in facts(chosen[0]).items() if chosen else ():
            if name in self and (number or self[name].data in (None, "")):
                self[name].raw_data = None
                self[name].process_data(value)
