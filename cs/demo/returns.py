"""The demo's returns 客户退货 (5.3): each from the slip or the gate to the customer's confirmation and the
close, or to where it still waits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from cs.demo.errands import Errand, take_picture
from cs.demo.goods import Slip
from cs.demo.returns_said import (
    AGAIN,
    AGAIN_DEALER,
    ANSWERS,
    BOOKED,
    CLOSED,
    CLOSED_REWORK,
    CONFIRMED,
    CONFIRMED_REWORK,
    CONFIRMED_SCRAP,
    DIFFERENCES,
    DISPUTED,
    INSPECTED,
    INSTRUCTIONS,
    JUDGED,
    MORE,
    OTHER_LOT,
    OTHER_MODEL,
    PICK_UP,
    RECOUNTED,
    REINSPECTED,
    SCRAPPED_NOTE,
    VOIDED,
)
from cs.demo.stories import Story
from cs.demo.walks import DemoYear, Walk
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine

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
FACTORY_PLACES = ("area_1", "area_2", "area_3", "area_4")
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
    """The lines of the customer's slip: what the case is about, and what else the customer sends along;
    `again`: a later return of the case."""
    goods = story.shipment
    pieces = min(
        goods.quantity,
        rng.randint(3, 12)
        if again
        else story.n + (0 if story.nature == "batch" else rng.choice((2, 3, 4, 5, 7, 9, 12))),
    )
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
        one
        for one in reversed(story.trade.sent)
        if one.customer_id == goods.customer_id
        and one.id != goods.id
        and one.state == "active"
        and one.shipped_on < goods.shipped_on
        and one.lot_no != goods.lot_no
    ]
    others.sort(key=lambda one: one.product_id != goods.product_id)
    return lines + [
        {
            "product_id": one.product_id,
            "lot_no": one.lot_no,
            "order_no": one.order_no,
            "return_reason": rng.choice(OTHER_LOT if one.product_id == goods.product_id else OTHER_MODEL),
            "slip_qty": Decimal(rng.randint(2, min(8, one.quantity))),
        }
        for one in others[: slip.lines - 1]
    ]


class Haul(Errand):
    """The walk of one return."""

    def __init__(
        self, year: DemoYear, story: Story, slip: Slip, name: str, on: datetime, *, again: bool = False
    ) -> None:
        super().__init__(year, f"return {name}", on)
        self.story, self.slip, self.again = story, slip, again
        self.clerk = story.customer.clerk or year.people["sales_clerk"]
        self.record: Return  # once it is registered

    # Registering

    def _facts(self) -> dict[str, Any]:
        story, rng = self.story, self.rng
        kind = "other" if self.slip.outcome and rng.random() < 0.3 else KINDS[story.found_at]
        return {
            "customer_id": story.shipment.customer_id,
            "customer_slip_no": f"TH{self.on:%y%m}{rng.randint(1, 99):03d}" if rng.random() < 0.8 else None,
            "return_kind": kind,
            "lines": lines_of(story, self.slip, rng, again=self.again),
        }

    def _wishes(self) -> dict[str, Any]:
        wants = bool(self.slip.orders)
        return {
            "cost_bearer": "ours" if wants else None,
            "wants_goods": wants,
            "goods_wanted_on": self.days(7) if wants else None,
            "return_by": self.days(self.rng.randint(8, 13) if self.slip.waits_for else DUE_BACK),
        }

    def at_the_gate(self, arrived_at: datetime, on: datetime) -> None:
        """5.3.2: it came in unannounced."""
        self.on = on
        self.record = Return.receive_at_gate(
            arrived_at=arrived_at, by=self.one_of("warehouse_keeper", "suqiang"), on=on, **self._facts()
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
            complaint_id=complaint_id, by=self.clerk, on=on, **self._facts(), **self._wishes()
        )

    def void(self) -> Walk:
        yield self.later(4)
        self.record.void(reason=self.rng.choice(VOIDED), by=self.year.people["sales_manager"], on=self.on)

    # Where it goes

    @property
    def path(self) -> tuple[str, ...]:
        """The tasks of this return in order, from the judgement on."""
        slip = self.slip
        if slip.outcome == "leave_there":
            return ("judge", "offer")
        fetched = () if slip.gate else ("arrange",)
        reworked = (
            ("instruct", "plan_rework", "rework", "reinspect") if self.found in ("rework", "mixed") else ()
        )
        return (
            "judge",
            *(("offer",) if slip.outcome else ()),
            *fetched,
            "count",
            *(("settle_difference",) if slip.differs else ()),
            "inspect",
            *reworked,
            "give_back",
            "confirm",
            "close",
        )

    @property
    def found(self) -> str:
        return "as_is" if self.slip.outcome == "send_as_is" else self.slip.found

    def walk(self) -> Walk:
        """From the judgement to the close, or to the task for which it waits."""
        waits = self.slip.waits_for
        path = self.path[: self.path.index(waits)] if waits else self.path
        if self.slip.amended and not waits:
            yield self.later(1.5)
            self._amend()
        for task in path:
            yield from getattr(self, f"_{task}")()
        if waits in ("count", "inspect", "rework") and self.slip.portions:
            yield from getattr(self, f"_{waits}")()

    def hours(self) -> float:
        waits = self.slip.waits_for
        return sum(HOURS[task] for task in self.path[: self.path.index(waits) + 1]) if waits else 0.0

    # Liability (5.3.1, 5.3.5)

    def _amend(self) -> None:
        """Sales completes the slip: the customer sends a piece more."""
        record = self.record
        lines = [
            {
                "id": line.id,
                "product_id": line.product_id,
                "lot_no": line.lot_no,
                "order_no": line.order_no,
                "return_reason": line.return_reason,
                "slip_qty": line.slip_qty + (1 if line is record.lines[0] else 0),
            }
            for line in record.lines
        ]
        record.amend(
            lines=lines,
            customer_slip_no=record.customer_slip_no or f"TH{self.on:%y%m}{self.rng.randint(1, 99):03d}",
            by=self.clerk,
            on=self.on,
        )

    def _judge(self) -> Walk:
        yield self.later(HOURS["judge"])
        liability = self.story.problem.get("liability", "ours")
        facts = {
            "liability": liability,
            "liability_note": self.story.say(self.rng.choice(JUDGED[liability])),
            "by": self.one_of("quality_inspector", "zhangwei", "yangfan"),
            "on": self.on,
        }
        if self.slip.outcome:
            self.record.decline(**facts)
        elif self.slip.gate:
            self.record.accept_here(**facts)
        else:
            self.record.accept(**facts)

    def _offer(self) -> Walk:
        yield self.later(HOURS["offer"] / 2)
        if self.slip.disputed:
            self.record.dispute(
                customer_answer=self.rng.choice(DISPUTED), answered_on=self.today, by=self.clerk, on=self.on
            )
            yield from self._judge()
            yield self.later(HOURS["offer"] / 2)
        step = str(self.slip.outcome) + (
            "_here" if self.slip.gate and self.slip.outcome == "serve_paid" else ""
        )
        getattr(self.record, step)(
            customer_answer=self.rng.choice(ANSWERS[str(self.slip.outcome)]),
            answered_on=self.today,
            by=self.clerk,
            on=self.on,
        )

    def _arrange(self) -> Walk:
        yield self.later(HOURS["arrange"])
        late = self.slip.waits_for == "count" and self.rng.random() < 0.4
        self.record.arrange(
            pick_up_on=self.today if late else max(self.today, self.day_in(HOURS["count"])),
            pick_up_note=self.rng.choice(PICK_UP),
            by=self.one_of("planner", "fengting"),
            on=self.on,
        )

    # Counting (5.3.3)

    def _count(self) -> Walk:
        """The lines in turn; one that waits for its count in portions has its last line uncounted."""
        record, slip = self.record, self.slip
        yield self.later(HOURS["count"])
        by, lines = self.one_of("warehouse_keeper", "suqiang"), list(record.lines)
        for n, line in enumerate(lines[:-1] if slip.waits_for == "count" else lines):
            if n:
                yield self.later(0.2)
            off = slip.differs if n == 0 else 0
            wrong = self.rng.choice((-1, 1)) if slip.recounted and n == 0 else 0
            record.count(
                line_id=line.id,
                quantity=line.slip_qty + off + wrong,
                return_place=self.rng.choice(FACTORY_PLACES),
                by=by,
                on=self.on,
            )
            if wrong:
                yield self.later(1)
                record.recount(
                    line_id=line.id,
                    quantity=line.slip_qty + off,
                    return_place=line.return_place or FACTORY_PLACES[0],
                    reason=self.rng.choice(RECOUNTED),
                    by=by,
                    on=self.on,
                )

    def _settle_difference(self) -> Walk:
        yield self.later(HOURS["settle_difference"])
        for line in self.record.lines_for("differs"):
            words = DIFFERENCES[0 if self.slip.differs < 0 else 1]
            self.record.settle_difference(
                line_id=line.id,
                difference_reason=self.rng.choice(words).format(n=abs(self.slip.differs)),
                by=self.clerk,
                on=self.on,
            )

    # Decisions and rework (5.3.1, 3.4–3.6)

    def _decided(self, line: ReturnLine, first: bool) -> dict[str, Decimal]:
        """What inspection makes of a line: of pieces that were sent along for checking, only some are bad."""
        there = int(line.tally.uninspected)
        bad = there if self.again else min(there, max(2, self.story.n) if first else 1)
        found = (
            self.found
            if first or self.found == "as_is"
            else "good"
            if self.rng.random() < 0.5
            else self.found
        )
        parts = {
            "good": (("ntf", 1),),
            "as_is": (("as_is", there),),
            "scrap": (("scrapped", bad),),
            "rework": (("rework", bad),),
            "mixed": (("rework", max(bad - 1, 1)), ("scrapped", 1), ("as_is", 1)),
        }[found]
        decided = {}
        for name, pieces in parts:
            decided[name] = min(pieces, there)
            there -= decided[name]
        return {name: Decimal(pieces) for name, pieces in [*decided.items(), ("accepted", there)] if pieces}

    def _inspect(self) -> Walk:
        """A line at a time; in portions, the good ones of the first line come after its bad ones."""
        record, by = self.record, self.one_of("quality_inspector", "zhangwei", "yangfan")
        yield self.later(HOURS["inspect"])
        for n, line in enumerate(record.lines):
            decided = self._decided(line, n == 0)
            if self.slip.portions and n == 0 and len(decided) > 1:
                name = next(iter(decided))
                record.inspect(
                    line_id=line.id,
                    bookings={name: decided.pop(name)},
                    note=self.rng.choice(INSPECTED[name]),
                    by=by,
                    on=self.on,
                )
                if self.slip.waits_for == "inspect":
                    return
                yield self.later(0.8)
            note = self.rng.choice(INSPECTED[next(iter(decided))]) if n == 0 else None
            record.inspect(line_id=line.id, bookings=decided, note=note, by=by, on=self.on)
        if self.found in ("scrap", "mixed"):
            take_picture(record, self.story, self.rng, step="inspect", by=by, on=self.on)

    def _instruct(self) -> Walk:
        yield self.later(HOURS["instruct"])
        words = INSTRUCTIONS.get(self.story.category, INSTRUCTIONS[""])
        number = f"RW-{self.today:%y%m}-{self.year.count('rework'):02d}"
        self.record.instruct(
            line_ids=[line.id for line in self.record.lines_for("uninstructed")],
            instruction=self.story.say(self.rng.choice(words)),
            instruction_no=number,
            by=self.one_of("process_engineer", "process_engineer", "panlei"),
            on=self.on,
        )

    def _plan_rework(self) -> Walk:
        yield self.later(HOURS["plan_rework"])
        planned = max(
            self.day_in(HOURS["rework"]),
            self.days(self.rng.randint(0, 3)) if self.slip.waits_for == "rework" else self.today,
        )
        self.record.plan_rework(
            line_ids=[line.id for line in self.record.lines_for("unplanned")],
            rework_on=self._not_after(planned),
            by=self.one_of("planner", "fengting"),
            on=self.on,
        )

    def _not_after(self, day: date) -> date:
        """The goods must be worked on by the day they are due back, unless that is over."""
        due = self.record.return_by
        return min(day, due) if due and due >= self.today else day

    def _rework(self) -> Walk:
        """Production books what it has reworked, at once or in two portions; one that waits has the second
        open."""
        record, hours = self.record, HOURS["rework"]
        yield self.later(hours / 2)
        for line in record.lines_for("to_rework"):
            by, all_of_it = self.one_of("production_operator", "heping"), int(line.tally.to_rework)
            part = all_of_it // 2 if self.slip.portions and all_of_it > 1 else all_of_it
            record.rework(
                line_id=line.id, quantity=Decimal(part), note=self.rng.choice(BOOKED), by=by, on=self.on
            )
            if self.slip.waits_for == "rework":
                return
            yield self.later(hours / 4)
            if part < all_of_it:
                record.rework(
                    line_id=line.id, quantity=Decimal(all_of_it - part), note=None, by=by, on=self.on
                )

    def _reinspect(self) -> Walk:
        yield self.later(HOURS["reinspect"])
        for line in self.record.lines_for("to_reinspect"):
            there = int(line.tally.to_reinspect)
            failed = 1 if there > 2 and self.rng.random() < 0.5 else 0
            bookings = {"passed": Decimal(there - failed)} | ({"failed": Decimal(failed)} if failed else {})
            self.record.reinspect(
                line_id=line.id,
                bookings=bookings,
                note=self.rng.choice(REINSPECTED[failed]),
                by=self.one_of("quality_inspector", "zhangwei", "yangfan"),
                on=self.on,
            )

    # The end (5.3.5)

    def _give_back(self) -> Walk:
        yield self.later(HOURS["give_back"])
        back = any(line.tally.to_customer for line in self.record.lines)
        scrapped = any(line.tally.to_scrap for line in self.record.lines)
        self.record.give_back(
            given_back_on=self.today,
            delivery_no=f"SH{self.today:%y%m%d}-{self.rng.randint(1, 30):02d}" if back else None,
            given_back_note=self.rng.choice(SCRAPPED_NOTE) if scrapped else None,
            by=self.one_of("warehouse_keeper", "suqiang"),
            on=self.on,
        )

    def _confirm(self) -> Walk:
        yield self.later(HOURS["confirm"])
        scrapped, reworked = (
            any(getattr(line.tally, what) for line in self.record.lines) for what in ("to_scrap", "passed")
        )
        words = CONFIRMED + CONFIRMED_SCRAP * scrapped + CONFIRMED_REWORK * reworked
        self.record.confirm(
            response_on=self.today, response_note=self.rng.choice(words), by=self.clerk, on=self.on
        )

    def _close(self) -> Walk:
        yield self.later(HOURS["close"])
        self.record.close(
            closing_note=self.rng.choice(
                CLOSED_REWORK if any(line.tally.passed for line in self.record.lines) else CLOSED
            ),
            by=self.one_of("quality_supervisor", "quality_supervisor", "tangjun"),
            on=self.on,
        )
