"""What the forms of receipt and of confirmation refuse alike: lots and quantities."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from cs.models.customers import Shipment


def lot_faults(form: Any, customer_id: int | None) -> None:
    """Warn of an unknown lot; it is to be confirmed and never blocks."""
    lot = form.lot_no.data
    form.lot_unknown = bool(lot) and not Shipment.known_lot(lot, customer_id)
    if form.lot_unknown and not form.lot_confirmed.data:
        form.fault(
            "lot_no",
            gettext(
                "No shipment of this lot to this customer is on record. If the lot number is "
                "right, tick the box below."
            ),
        )


def quantity_faults(form: Any, checked: int | None, defect: int | None, shipped: int | None) -> None:
    if checked is not None and defect is not None and defect > checked:
        form.fault(
            "defect_qty" if "defect_qty" in form else "checked_qty",
            gettext(
                "The quantity defective (%(defect)s) cannot exceed the quantity checked (%(checked)s).",
                defect=defect,
                checked=checked,
            ),
        )
    if shipped is not None and checked is not None and checked > shipped and "checked_qty" in form:
        form.fault(
            "checked_qty",
            gettext("The quantity checked exceeds the quantity shipped (%(shipped)s).", shipped=shipped),
        )
