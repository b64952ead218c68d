"""Returns and replenishments in any state, taken there through the verbs by the right people (5.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.records.users import User
from tests.support import LOT, day_of

LINES = (
    {
        "product_id": 1,
        "lot_no": LOT,
        "order_no": "PO-1",
        "return_reason": "右声道无声",
        "slip_qty": Decimal(10),
    },
    {
        "product_id": 1,
        "lot_no": "L2612",
        "order_no": None,
        "return_reason": "外壳划伤",
        "slip_qty": Decimal(5),
    },
)
SLIP = {"customer_id": 1, "customer_slip_no": "TH-01", "return_kind": "use"}
WANTED = {"wants_goods": False, "goods_wanted_on": None, "return_by": None}
JUDGED = {"liability": "ours", "liability_note": "焊点虚焊,属本公司责任"}
NOT_OURS = {"liability": "customer", "liability_note": "客户接线短路烧毁"}
PLACE = "area_1"


class Returns:
    def __init__(self, people: dict[str, User], on: datetime) -> None:
        self.people, self.on = people, on

    def __call__(
        self,
        state: str,
        *,
        here: bool = False,
        counted: int = 2,
        until: str | None = None,
        judged: bool = False,
        complaint_id: int | None = None,
        lines: tuple[dict[str, Any], ...] = LINES,
        **values: Any,
    ) -> Return:
        """A return of two lines in that state. `here`: it came in at the gate. `counted`: how many lines are
        counted, the first of them two short. `until`: the last step taken of the handling; of ten counted
        eight are there, 3 accepted, 1 as is, 3 to rework, 1 scrapped, the others accepted."""
        clerk, inspector = self.people["sales_clerk"], self.people["quality_inspector"]
        facts: dict[str, Any] = {"lines": [dict(line) for line in lines], **SLIP}
        if here or state == "at_gate":
            made = Return.receive_at_gate(
                arrived_at=self.on, by=self.people["warehouse_keeper"], on=self.on, **facts
            )
            if state in ("at_gate", "void"):
                return self._void(made) if state == "void" else made
            with_ids = [
                dict(facts, id=line.id) for facts, line in zip(facts["lines"], made.lines, strict=True)
            ]
            made.take_over(
                complaint_id=complaint_id,
                by=clerk,
                on=self.on,
                **facts | WANTED | values | {"lines": with_ids},
            )
        else:
            made = Return.register(complaint_id=complaint_id, by=clerk, on=self.on, **facts | WANTED | values)
        if state in ("offering", "not_taken"):
            made.decline(by=inspector, on=self.on, **NOT_OURS)
            if state == "not_taken":
                made.leave_there(
                    customer_answer="同意报废", answered_on=day_of(self.on), by=clerk, on=self.on
                )
        elif state == "void":
            self._void(made)
        elif state != "registered":
            self._forward(made, state, counted, until, here)
        if judged:
            self.judge_effect(made)
        assert made.state == state
        return made

    def judge_effect(self, made: Return, effect: str = "effective", **words: Any) -> None:
        """Process engineering judges the rework on the day on which that is due, or `on` another."""
        on = words.pop("on", made.effect_due_at)
        made.judge_effect(
            by=self.people["process_engineer"],
            on=on,
            **{"effect": effect, "effect_note": "客户装机五百台未再发生", "effect_follow_up": None} | words,
        )

    def _void(self, made: Return) -> Return:
        made.void(reason="重复登记", by=self.people["sales_manager"], on=self.on)
        return made

    def _forward(self, made: Return, state: str, counted: int, until: str | None, here: bool) -> None:
        (made.accept_here if here else made.accept)(by=self.people["quality_inspector"], on=self.on, **JUDGED)
        if state == "arranging":
            return
        if not here:
            made.arrange(
                pick_up_on=day_of(self.on), pick_up_note="顺丰", by=self.people["planner"], on=self.on
            )
        if state == "expected" and counted == 2:
            return
        for line, quantity in list(zip(made.lines, (8, 5), strict=False))[:counted]:
            made.count(
                line_id=line.id,
                quantity=Decimal(quantity),
                return_place=PLACE,
                by=self.people["warehouse_keeper"],
                on=self.on,
            )
        if state in ("given_back", "confirmed", "closed"):
            until = "reinspect"
        if until:
            self.settle(made)
        for step in ("inspect", "instruct", "plan_rework", "rework", "reinspect") if until else ():
            getattr(self, step)(made)
            if step == until:
                break
        if state in ("given_back", "confirmed", "closed"):
            self.finish(made, state)

    def settle(self, made: Return) -> None:
        made.settle_difference(
            line_id=made.lines[0].id,
            difference_reason="客户少装两只,已确认",
            by=self.people["sales_clerk"],
            on=self.on,
        )

    def inspect(self, made: Return) -> None:
        by = self.people["quality_inspector"]
        made.inspect(
            line_id=made.lines[0].id,
            bookings={
                "accepted": Decimal(3),
                "as_is": Decimal(1),
                "rework": Decimal(3),
                "scrapped": Decimal(1),
            },
            note=None,
            by=by,
            on=self.on,
        )
        made.inspect(
            line_id=made.lines[1].id, bookings={"accepted": Decimal(5)}, note="外观可接受", by=by, on=self.on
        )

    def instruct(self, made: Return) -> None:
        made.instruct(
            line_ids=[made.lines[0].id],
            instruction="补焊右声道端子,重测",
            instruction_no="RW-031",
            by=self.people["process_engineer"],
            on=self.on,
        )

    def plan_rework(self, made: Return) -> None:
        made.plan_rework(
            line_ids=[made.lines[0].id],
            rework_on=day_of(self.on) + timedelta(days=2),
            by=self.people["planner"],
            on=self.on,
        )

    def rework(self, made: Return, quantity: int = 2) -> None:
        made.rework(
            line_id=made.lines[0].id,
            quantity=Decimal(quantity),
            note=None,
            by=self.people["production_operator"],
            on=self.on,
        )

    def reinspect(self, made: Return) -> None:
        self.rework(made, 1)
        made.reinspect(
            line_id=made.lines[0].id,
            bookings={"passed": Decimal(2), "failed": Decimal(1)},
            note=None,
            by=self.people["quality_inspector"],
            on=self.on,
        )

    def finish(self, made: Return, state: str) -> None:
        made.give_back(
            given_back_on=day_of(self.on),
            delivery_no="SH-88",
            given_back_note=None,
            by=self.people["warehouse_keeper"],
            on=self.on,
        )
        if state != "given_back":
            made.confirm(
                response_on=day_of(self.on),
                response_note="数量无误",
                by=self.people["sales_clerk"],
                on=self.on,
            )
        if state == "closed":
            made.close(closing_note=None, by=self.people["quality_supervisor"], on=self.on)


class Replenishments:
    def __init__(self, people: dict[str, User], on: datetime, complaint_id: int) -> None:
        self.people, self.on, self.complaint_id = people, on, complaint_id

    def asked(self, *prices: str, **values: Any) -> dict[str, Any]:
        """What an application says: a piece at each of the prices."""
        lines = [{"product_id": 1, "quantity": Decimal(1), "unit_price": Decimal(price)} for price in prices]
        return {
            "lines": lines,
            "order_no": "PO-1",
            "charged": False,
            "wanted_on": day_of(self.on) + timedelta(days=5),
            "replenishment_reason": "客户产线待料",
        } | values

    def __call__(
        self,
        state: str = "filed",
        *,
        price: str = "500",
        signed: tuple[str, ...] = (),
        changed: bool = False,
        by: str = "sales_clerk",
        complaint_id: int | None = None,
        return_id: int | None = None,
        terms: dict[str, Any] | None = None,
    ) -> Replenishment:
        """An application for one piece at that price, filed by that role, signed by these roles, then
        changed, in that state."""
        made = Replenishment.file(
            complaint_id=complaint_id or self.complaint_id,
            return_id=return_id,
            by=self.people[by],
            on=self.on,
            **self.asked(price) | (terms or {}),
        )
        for role in signed:
            self.sign(made, role)
        if changed:
            made.change(by=self.people["sales_clerk"], on=self.on, **self.asked(price, price))
        if state in ("turned_down", "rejected"):
            made.refuse(
                seen=made.face_hash(), reason="库存可调拨", by=self.people["production_manager"], on=self.on
            )
            if state == "rejected":
                made.accept_refusal(by=self.people["sales_clerk"], on=self.on)
        elif state == "void":
            made.void(reason="重复申请", by=self.people["sales_manager"], on=self.on)
        elif state != "filed":
            self.forward(made, state)
        assert made.state == state
        return made

    def sign(self, made: Replenishment, role: str, seen: str | None = None) -> None:
        made.sign(seen=seen or made.face_hash(), by=self.people[role], on=self.on)

    def forward(self, made: Replenishment, state: str) -> None:
        for role in ("sales_manager", "production_manager"):
            self.sign(made, role)
        if state in ("scheduled", "made", "dispatched"):
            made.schedule(
                work_order="WO-7", scheduled_on=day_of(self.on), by=self.people["planner"], on=self.on
            )
        if state in ("made", "dispatched"):
            made.make(made_on=day_of(self.on), by=self.people["production_manager"], on=self.on)
        if state == "dispatched":
            made.ship(
                sent_off_on=day_of(self.on),
                delivery_no="SH-9",
                by=self.people["warehouse_keeper"],
                on=self.on,
            )
