"""How goods come back and are replaced within a complaint of the demo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs.demo.case_file import CaseFile
from cs.demo.goods import Order, Slip
from cs.demo.replenishments import Supply
from cs.demo.return_slips import HOURS, ON_THE_SLIP
from cs.demo.returns import Haul
from cs.demo.returns_said import LATE_GOODS, WRONG_DOOR
from cs.demo.stories import Story
from cs.demo.trade import random_for
from cs.demo.walks import DemoYear, Walk
from cs.models.returns.customer_return import Return


class GoodsWalk:
    """The goods of a case that come back or are sent again."""

    def __init__(self, case: CaseFile) -> None:
        self.case = case
        self.hauls: list[Haul] = []
        self.supplies: list[Supply] = []

    def haul(self, n: int) -> Haul:
        """Return the n-th return of the case, made when it is first needed."""
        case = self.case
        while len(self.hauls) <= n:
            number = len(self.hauls)
            self.hauls.append(
                Haul(
                    case.year,
                    case.story,
                    case.plot.slips[number],
                    f"{case.name} {number}",
                    case.on,
                    again=number > 0,
                )
            )
        return self.hauls[n]

    def come_in(self, details: dict[str, Any]) -> Walk:
        """Make the complaint from the return (5.3.5); sales completes what the slip does not say."""
        case = self.case
        haul = self.haul(0)
        if haul.slip.gate:
            yield from case.until("pass_on")
            haul.at_the_gate(case.heard_at, case.on)
            yield from case.until("first")
            haul.take_over(case.on)
        else:
            yield from case.until("first")
            haul.register(case.on)
        case.complaint = haul.record.complaint  # type: ignore[assignment]
        yield from case.work_for(0.1)
        details["customer_deadline"] = case.deadline_with_evidence("amend")
        case.complaint.amend(
            amendment_reason="按退货单补齐客户与数量",
            by=case.clerk,
            on=case.on,
            **{field: value for field, value in details.items() if field not in ON_THE_SLIP},
        )
        yield from case.consent_to_clock()

    def send_goods(self) -> None:
        """Start the returns of the case once quality has confirmed the complaint."""
        case = self.case
        if len(case.complaint.replies):
            return
        for n, slip in enumerate(case.plot.slips):
            case.year.start(self._return_walk(n, slip, case.on))

    def _return_walk(self, n: int, slip: Slip, on: datetime) -> Walk:
        case = self.case
        haul = self.haul(n)
        haul.on = on
        if slip.waits_for:
            haul.fit(haul.hours(), slip.days)
        if not slip.makes:
            yield haul.later(HOURS["take_over"])
            if slip.gate:
                haul.at_the_gate(haul.on, haul.on)
                yield haul.later(HOURS["take_over"])
                haul.take_over(haul.on, case.complaint.id)
            else:
                haul.register(haul.on, case.complaint.id)
        self.supply(slip.orders, f"{case.name} return {n}", haul.on, haul.record)
        yield from haul.void() if slip.void else haul.walk()

    def come_late(self) -> Walk:
        """Open the case again for goods that arrive after its close (5.3.5), and close it after them."""
        case = self.case
        yield from case.work_for(case.rng.uniform(60, 120))
        reason = case.rng.choice(LATE_GOODS)
        if case.year.count("complaints opened again") % 2:
            yield from self._ask_to_reopen(reason)
        else:
            case.complaint.reopen(reason=reason, by=case.supervisor, on=case.on)
        haul = Haul(case.year, case.story, Slip(condition="good"), f"{case.name} late", case.on)
        yield haul.later(HOURS["take_over"])
        haul.register(haul.on, case.complaint.id)
        self.hauls.append(haul)
        case.year.start(haul.walk())
        while not haul.over:
            yield from case.work_for(case.rng.uniform(8, 16))
        case.complaint.close(closing_note=reason, by=case.supervisor, on=case.on)

    def _ask_to_reopen(self, reason: str) -> Walk:
        """Have sales ask for it: refused until the lot is known, then granted."""
        case = self.case
        case.complaint.request_reopen(reason=reason, by=case.clerk, on=case.on)
        yield from case.work_for(2)
        case.complaint.refuse_reopen(reason="先核对退回品的批号", by=case.supervisor, on=case.on)
        yield from case.work_for(1)
        case.complaint.see_reopen_refusal(by=case.clerk, on=case.on)
        yield from case.work_for(1)
        case.complaint.request_reopen(reason=f"{reason}，批号已核对", by=case.clerk, on=case.on)
        yield from case.work_for(2)
        case.complaint.grant_reopen(by=case.supervisor, on=case.on)

    def supply(
        self, orders: tuple[Order, ...], name: str, on: datetime, of_return: Return | None = None
    ) -> None:
        for n, order in enumerate(orders):
            self.supplies.append(Supply(self.case, order, f"{name} {n}", on, of_return))
            self.case.year.start(self.supplies[-1].walk())

    @property
    def goods_out(self) -> bool:
        """Tell whether a return or a replenishment is still open, which keeps the case from being closed."""
        return not all(errand.over for errand in [*self.hauls, *self.supplies]) or len(self.hauls) < len(
            self.case.plot.slips
        )


def receive_unannounced_goods(
    year: DemoYear, number: int, arrived_at: datetime, *, void: bool = False
) -> Walk:
    """Receive goods that came in unannounced and belong to no case yet; void them if they are not ours."""
    on = year.calendar.add_working_hours(arrived_at, 0.4).replace(microsecond=0)
    yield on
    name = f"gate {number}"
    haul = Haul(
        year,
        Story(year.trade, random_for(name), arrived_at, only="technical", home=True),
        Slip(gate=True),
        name,
        on,
    )
    haul.at_the_gate(arrived_at, on)
    if void:
        yield haul.later(2)
        haul.record.void(reason=WRONG_DOOR, by=year.people["sales_manager"], on=haul.on)
