"""What a return slip says, as the verbs that register it take it by name (5.3.1, 5.3.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict


class SlipLine(TypedDict):
    """One line of the slip; with the id of a line that the return has already, it corrects that one."""

    id: NotRequired[int]
    product_id: int
    lot_no: str | None
    order_no: str | None
    return_reason: str
    slip_qty: Decimal


class Slip(TypedDict, total=False):
    """What stands on the slip beside customer and lines; a field left out stays as it is."""

    customer_slip_no: str | None
    warning_reason: str | None
    return_kind: str | None
    cost_bearer: str | None
    wants_goods: bool
    goods_wanted_on: date | None
    return_by: date | None
