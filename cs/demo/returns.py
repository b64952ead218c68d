"""The demo's returns 客户退货 (5.3): each from the slip or the gate to the customer's confirmation and the
close, or to where it still waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cs.demo.goods import Slip
from cs.demo.return_rework import Workshop
from cs.demo.return_slips import HOURS, RegisteredReturn
from cs.demo.returns_said import (
    ANSWERS,
    CLOSED,
    CLOSED_REWORK,
    CONFIRMED,
    CONFIRMED_REWORK,
    CONFIRMED_SCRAP,
    DIFFERENCES,
    DISPUTED,
    JUDGED,
    NO_GOODS,
    PICK_UP,
    RECOUNTED,
    SCRAPPED_NOTE,
)
from cs.demo.stories import Story
from cs.demo.walks import DemoYear, Walk

FACTORY_PLACES = ("area_1", "area_2", "area_3", "area_4")


class Haul(RegisteredReturn):
    """The walk of one return."""

    def __init__(
        self, year: DemoYear, story: Story, slip: Slip, name: str, on: datetime, *, again: bool = False
    ) -> None:
        super().__init__(year, story, slip, name, on, again=again)
        self.workshop = Workshop(self)
        self.steps: dict[str, Callable[[], Walk]] = {
            "judge": self._judge,
            "offer": self._offer,
            "arrange": self._arrange,
            "count": self._count,
            "settle_difference": self._settle_difference,
            "inspect": self.workshop.inspect,
            "instruct": self.workshop.instruct,
            "plan_rework": self.workshop.plan_rework,
            "rework": self.workshop.rework,
            "reinspect": self.workshop.reinspect,
            "give_back": self._give_back,
            "confirm": self._confirm,
            "close": self._close,
        }

    # Where it goes

    @property
    def path(self) -> tuple[str, ...]:
        """Return the tasks of this return in order, from the judgement on."""
        slip = self.slip
        if slip.outcome == "leave_there":
            return ("judge", "offer")
        fetched = () if slip.gate else ("arrange",)
        reworked = (
            ("instruct", "plan_rework", "rework", "reinspect")
            if self.condition in ("rework", "mixed")
            else ()
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

    def walk(self) -> Walk:
        """Walk from the judgement to the close, or to the task for which it waits."""
        waits = self.slip.waits_for
        path = self.path[: self.path.index(waits)] if waits else self.path
        if self.slip.wish == "declined":
            yield self.later(1)
            self.record.decline_goods(reason=self.rng.choice(NO_GOODS), by=self.clerk, on=self.on)
        if self.slip.amended and not waits:
            yield self.later(1.5)
            self._amend()
        for task in path:
            yield from self.steps[task]()
        if waits in ("count", "inspect", "rework") and self.slip.portions:
            yield from self.steps[waits]()
        if self.over:
            yield from self.workshop.judge_effect()

    def hours(self) -> float:
        waits = self.slip.waits_for
        return sum(HOURS[task] for task in self.path[: self.path.index(waits) + 1]) if waits else 0.0

    # Liability (5.3.1, 5.3.5)

    def _amend(self) -> None:
        """Complete the slip, as sales does: the customer sends a piece more."""
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
            customer_id=record.customer_id,
            lines=lines,
            amendment_reason="客户补来退货单，按单更正",
            customer_slip_no=record.customer_slip_no or f"TH{self.on:%y%m}{self.rng.randint(1, 99):03d}",
            by=self.clerk,
            on=self.on,
        )

    def _judge(self) -> Walk:
        yield self.later(HOURS["judge"])
        liability = self.story.problem.get("liability", "ours")
        judgement = {
            "liability": liability,
            "liability_note": self.story.say(self.rng.choice(JUDGED[liability])),
            "by": self.one_of("quality_inspector", "zhangwei", "yangfan"),
            "on": self.on,
        }
        if self.slip.outcome:
            self.record.decline(**judgement)
        elif self.slip.gate:
            self.record.accept_here(**judgement)
        else:
            self.record.accept(**judgement)

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
        """Count the lines in turn; a return that waits for its count in portions has its last line
        uncounted."""
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
        scrapped = any(line.tally.to_scrap for line in self.record.lines)
        reworked = any(line.tally.passed for line in self.record.lines)
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
