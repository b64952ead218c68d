"""What several forms of a complaint refuse alike: lots, quantities, the pieces complained of."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from cs.models.customers import Shipment
from cs.procedure.meetings import place_faults


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


def fault_of_place(fault: str, complained: int | None) -> str:
    """Return in words what is wrong with the pieces at a place (7.4-38)."""
    messages = {
        "complained_of": gettext(
            "%(count)s defective pieces are complained of: enter where all of them are. If there are fewer, "
            "sales corrects the complaint first, with the reason.",
            count=complained,
        ),
        "complained_defective": gettext(
            "%(count)s defective pieces are complained of. If fewer are defective, sales corrects the "
            "complaint first, with the reason.",
            count=complained,
        ),
        "more_than_found": gettext("More are defective than were found at this place."),
    }
    return str(messages[fault])


def decided_faults(form: Any, record: Any) -> None:
    """Refuse more pieces complained of than the meeting of this round has decided on (5.2.2.4)."""
    places = record.current_meeting.places if record.current_meeting else []
    number = form.defect_qty.data
    if not places or not number or number <= (record.defect_qty or 0):
        return
    found = {place.place: place.found_qty for place in places}
    defective = {place.place: place.defect_qty or 0 for place in places}
    if place_faults(found, defective, number):
        form.fault(
            "defect_qty",
            gettext("The meeting has decided on the pieces. Log further ones as a complaint of their own."),
        )
