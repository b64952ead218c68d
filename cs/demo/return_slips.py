"""The slip of a demo return: its lines, its registration and what sales takes over from the gate (5.3.2)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from cs.demo.errands import Errand
from cs.demo.goods import Slip
from cs.demo.returns_said import (
    AGAIN,
    AGAIN_DEALER,
    MORE,
    OTHER_LOT,
    OTHER_MODEL,
    VOIDED,
)
from cs.demo.stories import Story
from cs.demo.walks import DemoYear, Walk
from cs.models.returns.customer_return import Return

# Working hours that each task takes, in their order.
HOURS = {
    "take_over": 2.0,
    "judge": 6.0,
    "offer": 9.0,
    "arrange": 4.0,
    "count": 11.0,
    "settle_difference": 5.0,
    "inspect": 8.0,
    "instruct": 6.0,
    "plan_rework": 3.0,
    "rework": 14.0,
    "reinspect": 4.0,
    "give_back": 6.0,
    "confirm": 14.0,
    "close": 5.0,
}
KINDS = {
    "incoming": "incoming",
    "line": "use",
    "field": "use",
    "customer_warehouse": "incoming",
}  # by where it came to light
DUE_BACK = 16  # working days
ON_THE_SLIP = (
    "customer_id",
    "channel",
    "heard_at",
    "description",
    "product_id",
    "lot_no",
    "order_no",
)  # what the complaint has from it


def lines_of(story: Story, slip: Slip, rng: Random, *, again: bool) -> list[dict[str, Any]]:
    """Return the lines of the customer's slip: the goods of the case, and what else the customer sends
    along.

    `again`: a later return of the case.
    """
    goods = story.shipment
    if again:
        wanted = rng.randint(3, 12)
    else:
        wanted = story.n + (0 if story.nature == "batch" else rng.choice((2, 3, 4, 5, 7, 9, 12)))
    pieces = min(goods.quantity, wanted)
    if again:
        reason = rng.choice(AGAIN_DEALER if story.dealer else AGAIN).format(n=pieces)
    else:
        reason = story.pick("seen") + (MORE if pieces > story.n else "")
    lines = [
        {
            "product_id": goods.product_id,
            "lot_no": goods.lot_no,
            "order_no": goods.order_no,
            "return_reason": reason,
            "slip_qty": Decimal(pieces),
        }
    ]
    others = [
        shipment
        for shipment in reversed(story.trade.sent)
        if shipment.customer_id == goods.customer_id
        and shipment.id != goods.id
        and shipment.state == "active"
        and shipment.shipped_on < goods.shipped_on
        and shipment.lot_no != goods.lot_no
    ]
    others.sort(key=lambda shipment: shipment.product_id != goods.product_id)
    return lines + [
        {
            "product_id": shipment.product_id,
            "lot_no": shipment.lot_no,
            "order_no": shipment.order_no,
            "return_reason": rng.choice(
                OTHER_LOT if shipment.product_id == goods.product_id else OTHER_MODEL
            ),
            "slip_qty": Decimal(rng.randint(2, min(8, shipment.quantity))),
        }
        for shipment in others[: slip.lines - 1]
    ]


class RegisteredReturn(Errand):
    """The registration of a return, and its people."""

    def __init__(
        self, year: DemoYear, story: Story, slip: Slip, name: str, on: datetime, *, again: bool = False
    ) -> None:
        super().__init__(year, f"return {name}", on)
        self.story, self.slip, self.again = story, slip, again
        self.clerk = story.customer.clerk or year.people["sales_clerk"]
        self.record: Return  # once it is registered

    def _registration(self) -> dict[str, Any]:
        story, rng = self.story, self.rng
        kind = "other" if self.slip.outcome and rng.random() < 0.3 else KINDS[story.found_at]
        return {
            "customer_id": story.shipment.customer_id,
            "customer_slip_no": f"TH{self.on:%y%m}{rng.randint(1, 99):03d}" if rng.random() < 0.8 else None,
            "return_kind": kind,
            "lines": lines_of(story, self.slip, rng, again=self.again),
        }

    def _wishes(self) -> dict[str, Any]:
        wants = bool(self.slip.orders or self.slip.wish)
        return {
            "cost_bearer": "ours" if wants else None,
            "wants_goods": wants,
            "goods_wanted_on": self.days(7) if wants else None,
            "return_by": self.days(self.rng.randint(8, 13) if self.slip.waits_for else DUE_BACK),
        }

    def at_the_gate(self, arrived_at: datetime, on: datetime) -> None:
        """Receive the return that came in unannounced (5.3.2)."""
        self.on = on
        self.record = Return.receive_at_gate(
            arrived_at=arrived_at,
            by=self.one_of("warehouse_keeper", "suqiang"),
            on=on,
            **self._registration(),
        )

    def take_over(self, on: datetime, complaint_id: int | None = None) -> None:
        self.on, record = on, self.record
        lines = [
            {
                "id": line.id,
                "product_id": line.product_id,
                "lot_no": line.lot_no,
                "order_no": line.order_no,
                "return_reason": line.return_reason,
                "slip_qty": line.slip_qty,
            }
            for line in record.lines
        ]
        record.take_over(
            complaint_id=complaint_id,
            customer_id=record.customer_id,
            customer_slip_no=record.customer_slip_no,
            return_kind=record.return_kind,
            lines=lines,
            by=self.clerk,
            on=on,
            **self._wishes(),
        )

    def register(self, on: datetime, complaint_id: int | None = None) -> None:
        self.on = on
        self.record = Return.register(
            complaint_id=complaint_id, by=self.clerk, on=on, **self._registration(), **self._wishes()
        )

    def void(self) -> Walk:
        yield self.later(4)
        self.record.void(reason=self.rng.choice(VOIDED), by=self.year.people["sales_manager"], on=self.on)

    @property
    def condition(self) -> str:
        return "as_is" if self.slip.outcome == "send_as_is" else self.slip.condition
