"""What a return slip is compared with before it is registered (5.3.1, 5.3.3): shipments and other returns.

Each finding is a warning that sales may pass with a reason, never a refusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import func, select

from cs.extensions import db
from cs.models.customers import Shipment
from cs.models.lots import lot_key
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.models.returns.slip import SlipLine
from cs.procedure import returns as procedure
from cs.records.texts import comparable

Goods = tuple[int, str]  # model and key of the lot


@dataclass(frozen=True)
class SlipWarning:
    """A warning about one row of a slip, counted from 0.

    `finding`: unknown_lot, other_model, more_than_shipped, more_of_model, twice, in_open_return.
    """

    row: int
    finding: str
    quantity: Decimal = procedure.NOTHING  # that can still come back, where more is on the slip
    numbers: tuple[str, ...] = ()  # of the open returns


@dataclass(frozen=True)
class _Known:
    """What is on record about the goods of one customer."""

    shipped: dict[Goods, Decimal]
    came_back: dict[Goods, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    open_returns: dict[Goods, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, customer_id: int, lots: set[str], record: Return | None) -> _Known:
        """Read the shipments of these lots to the customer, and what of them came back beside `record`."""
        known = cls(_shipped(customer_id, lots))
        back = func.coalesce(ReturnLine.counted_qty, ReturnLine.slip_qty)
        query = (
            select(ReturnLine.product_id, ReturnLine.lot_key, back, Return.number, Return.state)
            .join(Return, Return.id == ReturnLine.return_id)
            .where(Return.customer_id == customer_id, ReturnLine.lot_key.in_(lots))
            .where(Return.state.not_in(procedure.WITHOUT_GOODS), Return.id != (record.id if record else 0))
            .order_by(Return.id)
        )
        for product_id, lot, quantity, number, state in db.session.execute(query):
            goods = (product_id, str(lot))
            known.came_back[goods] += quantity
            if state in procedure.UNFINISHED and number not in known.open_returns[goods]:
                known.open_returns[goods].append(number)
        return known

    def left(self, goods: Goods) -> Decimal:
        """Return how much of what was shipped has not come back yet."""
        return max(self.shipped[goods] - self.came_back[goods], procedure.NOTHING)


def _shipped(customer_id: int, lots: set[str]) -> dict[Goods, Decimal]:
    query = (
        select(Shipment.product_id, Shipment.lot_key, func.sum(Shipment.quantity))
        .where(Shipment.customer_id == customer_id, Shipment.lot_key.in_(lots), Shipment.state == "active")
        .group_by(Shipment.product_id, Shipment.lot_key)
    )
    rows = db.session.execute(query)
    return {(product_id, str(lot)): Decimal(quantity) for product_id, lot, quantity in rows}


def _left_of_models(customer_id: int, models: set[int], record: Return | None) -> dict[int, Decimal]:
    """Return how much of all that was shipped of each model to a customer has not come back yet, beside
    `record`."""
    shipped = (
        select(Shipment.product_id, func.sum(Shipment.quantity))
        .where(Shipment.customer_id == customer_id, Shipment.product_id.in_(models))
        .where(Shipment.state == "active")
        .group_by(Shipment.product_id)
    )
    back = (
        select(ReturnLine.product_id, func.sum(func.coalesce(ReturnLine.counted_qty, ReturnLine.slip_qty)))
        .join(Return, Return.id == ReturnLine.return_id)
        .where(Return.customer_id == customer_id, ReturnLine.product_id.in_(models))
        .where(Return.state.not_in(procedure.WITHOUT_GOODS), Return.id != (record.id if record else 0))
        .group_by(ReturnLine.product_id)
    )
    left = dict.fromkeys(models, procedure.NOTHING)
    for query, sign in ((shipped, 1), (back, -1)):
        for product_id, quantity in db.session.execute(query) if models else ():
            left[product_id] += sign * Decimal(quantity)
    return {product_id: max(quantity, procedure.NOTHING) for product_id, quantity in left.items()}


def slip_warnings(
    customer_id: int, rows: Sequence[SlipLine], record: Return | None = None
) -> list[SlipWarning]:
    """Return the warnings about the rows of a slip in order; `record` is the return that they change."""
    lots = [lot_key(row["lot_no"]) for row in rows]
    known = _Known.of(customer_id, {lot for lot in lots if lot}, record)
    without_lot = {row["product_id"] for row, lot in zip(rows, lots, strict=True) if not lot}
    left = _left_of_models(customer_id, without_lot, record)
    warnings: list[SlipWarning] = []
    seen: set[tuple[int, str | None, str]] = set()
    entered: dict[Goods, Decimal] = defaultdict(Decimal)
    of_model: dict[int, Decimal] = defaultdict(Decimal)  # up to a row without a lot: all that name one too
    for row, lot in zip(rows, lots, strict=True):
        of_model[row["product_id"]] += row["slip_qty"] if lot else 0
    for index, (row, lot) in enumerate(zip(rows, lots, strict=True)):
        line = (row["product_id"], lot, comparable(row["order_no"]))
        if line in seen:
            warnings.append(SlipWarning(index, "twice"))
        seen.add(line)
        if lot:
            goods = (row["product_id"], lot)
            entered[goods] += row["slip_qty"]
            warnings += _of_goods(index, goods, entered[goods], known)
            continue
        model = row["product_id"]
        of_model[model] += row["slip_qty"]
        if of_model[model] > left[model]:
            warnings.append(SlipWarning(index, "more_of_model", quantity=left[model]))
    return warnings


def _of_goods(index: int, goods: Goods, quantity: Decimal, known: _Known) -> list[SlipWarning]:
    """Return the warnings about a row whose lot is named; `quantity` is that of the slip up to this row."""
    found = []
    if known.open_returns[goods]:
        found.append(SlipWarning(index, "in_open_return", numbers=tuple(known.open_returns[goods])))
    if goods in known.shipped:
        if quantity > known.left(goods):
            found.append(SlipWarning(index, "more_than_shipped", quantity=known.left(goods)))
    elif any(lot == goods[1] for _product_id, lot in known.shipped):
        found.append(SlipWarning(index, "other_model"))
    else:
        found.append(SlipWarning(index, "unknown_lot"))
    return found
