"""How goods come back and are replaced within a complaint of the demo."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cs.demo.goods import Order, Slip
from cs.demo.replenishments import Supply
from cs.demo.returns import HOURS, ON_THE_SLIP, Haul
from cs.demo.returns_said import WRONG_DOOR
from cs.demo.stories import Story
from cs.demo.trade import dice
from cs.demo.walks import Walk
from cs.models.returns.customer_return import Return

if TYPE_CHECKING:
    from cs.demo.cases import Case
    from cs.demo.year import Year


class GoodsWalk:
    """What a case of a complaint has to do with goods that come back or that are sent again."""

    hauls: list[Haul]
    supplies: list[Supply]

    def haul(self: Case, n: int) -> Haul:
        """The n-th return of the case, made when it is first needed."""
        while len(self.hauls) <= n:
            number = len(self.hauls)
            self.hauls.append(
                Haul(
                    self.year,
                    self.story,
                    self.plot.slips[number],
                    f"{self.name} {number}",
                    self.on,
                    again=number > 0,
                )
            )
        return self.hauls[n]

    def _come_in(self: Case, facts: dict[str, Any]) -> Walk:
        """5.3.5: the return makes the complaint; sales completes what the slip does not say."""
        haul = self.haul(0)
        if haul.slip.gate:
            yield from self._until("pass_on")
            haul.at_the_gate(self.heard_at, self.on)
            yield from self._until("first")
            haul.take_over(self.on)
        else:
            yield from self._until("first")
            haul.register(self.on)
        self.complaint = haul.record.complaint  # type: ignore[assignment]
        yield from self._for(0.1)
        self.complaint.amend(
            by=self.clerk,
            on=self.on,
            **{field: value for field, value in facts.items() if field not in ON_THE_SLIP},
        )

    def send_goods(self: Case) -> None:
        """Once quality has confirmed the complaint, its returns go their way."""
        if len(self.complaint.replies):
            return
        for n, slip in enumerate(self.plot.slips):
            self.year.start(self._return_walk(n, slip, self.on))

    def _return_walk(self: Case, n: int, slip: Slip, on: datetime) -> Walk:
        haul = self.haul(n)
        haul.on = on
        if slip.waits_for:
            haul.fit(haul.hours(), slip.days)
        if not slip.makes:
            yield haul.later(HOURS["take_over"])
            if slip.gate:
                haul.at_the_gate(haul.on, haul.on)
                yield haul.later(HOURS["take_over"])
                haul.take_over(haul.on, self.complaint.id)
            else:
                haul.register(haul.on, self.complaint.id)
        self.supply(slip.orders, f"{self.name} return {n}", haul.on, haul.record)
        yield from haul.void() if slip.void else haul.walk()

    def supply(
        self: Case, orders: tuple[Order, ...], name: str, on: datetime, of_return: Return | None = None
    ) -> None:
        for n, order in enumerate(orders):
            self.supplies.append(Supply(self, order, f"{name} {n}", on, of_return))
            self.year.start(self.supplies[-1].walk())

    @property
    def goods_out(self: Case) -> bool:
        """Whether a return or a replenishment of the case is still to come or to end: it cannot be closed
        before."""
        return not all(one.over for one in [*self.hauls, *self.supplies]) or len(self.hauls) < len(
            self.plot.slips
        )


def arrival(year: Year, number: int, arrived_at: datetime, *, void: bool = False) -> Walk:
    """Goods that came in unannounced, of no case yet: sales has not taken them over; or they are not ours at
    all."""
    on = year.calendar.add_working_hours(arrived_at, 0.4).replace(microsecond=0)
    yield on
    name = f"gate {number}"
    haul = Haul(
        year,
        Story(year.trade, dice(name), arrived_at, only="technical", home=True),
        Slip(gate=True),
        name,
        on,
    )
    haul.at_the_gate(arrived_at, on)
    if void:
        yield haul.later(2)
        haul.record.void(reason=WRONG_DOOR, by=year.people["sales_manager"], on=haul.on)
