"""The fields of the complaint report MJ-QP-12-03 that a verb takes by name, block by block (FORMS 7.4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict


class BlockA(TypedDict, total=False):
    """Receipt (5.2.1.1, 5.2.1.2): quantities in pieces; a field left out stays as it is."""

    customer_id: int | None
    customer_said: str | None
    heard_at: datetime
    channel: str | None
    oral_written: str | None
    contact_name: str | None
    contact_phone: str | None
    customer_ref: str | None
    product_id: int | None
    customer_part_no: str | None
    order_no: str | None
    lot_no: str | None
    produced_on: date | None
    shipped_on: date | None
    shipped_qty: int | None
    checked_qty: int | None
    defect_qty: int | None
    found_at: str | None
    description: str
    demand: list[str] | None  # codes; the column holds them as JSON
    customer_deadline: datetime | None


class Costs(TypedDict, total=False):
    """What a complaint cost, in RMB (7.4-62), beside the goods replaced, which their orders say."""

    cost_rework: Decimal | None
    cost_scrap: Decimal | None
    cost_freight: Decimal | None
    cost_deduction: Decimal | None


class BlockB(TypedDict, total=False):
    """Confirmation (5.2.1.3, 5.2.2.1), with what block A still lacked; a field left out stays as it is."""

    contact_name: str | None
    contact_phone: str | None
    oral_written: str | None
    product_id: int | None
    lot_no: str | None
    checked_qty: int | None
    defect_qty: int | None
    found_at: str | None
    unknown_reason: str | None
    finding: str
    liability: str
    defect_category: str
    defect_code: str
    severity: str
    nature: str
    resp_dept: str | None
    analysis: str
    route: str
    route_reason: str | None
