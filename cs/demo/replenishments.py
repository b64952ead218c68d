"""The demo's replenishments 补货 (5.3.4): each from the application through its signatures to the shipment,
or to where it still waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from cs.demo.errands import Errand
from cs.demo.goods import FEN_BELOW, HALF, LARGE, LIMIT, SMALL, Order
from cs.demo.stories import Story
from cs.demo.walks import DemoYear, Walk
from cs.models.complaints.complaint import Complaint
from cs.models.deputies import Deputy
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.procedure.replenishments import FIRST, UNORDERED
from cs.records.users import User

# What a piece costs with tax, in RMB.
PRICES = {
    "MJ-S65C": "38.50",
    "MJ-S65K": "126.00",
    "MJ-S69C": "46.80",
    "MJ-S50C": "31.20",
    "MJ-S40C": "24.60",
    "MJ-T25": "14.80",
    "MJ-M35": "22.40",
    "MJ-A4080": "236.00",
    "MJ-A2150": "198.00",
    "MJ-A1600D": "318.00",
    "MJ-A6DSP": "452.00",
    "MJ-A8DSP": "538.00",
    "MJ-H7010": "465.00",
    "MJ-H9020": "628.00",
    "MJ-H1030": "685.00",
    "MJ-H1D5": "142.00",
    "MJ-H2DV": "328.00",
    "MJ-W08U": "245.00",
    "MJ-W10A": "298.00",
    "MJ-W12A": "366.00",
    "MJ-N0800": "742.00",
    "MJ-N1025": "896.00",
    "MJ-X16P": "12.6450",
    "MJ-X4AW": "58.00",
    "MJ-XRCA": "14.2380",
    "MJ-P210": "168.3570",
}
ASKED = {SMALL: (250, 760), LARGE: (1500, 9000)}  # what they come to, about
FIXED = {
    FEN_BELOW: (Decimal("999.99"), (1, 3, 9, 41)),
    LIMIT: (Decimal("1000.00"), (1, 2, 4, 5, 8, 10, 16, 20, 25, 40, 50, 80)),
}  # and pieces that divide it
DEPUTIES = {"production_manager": "heping", "general_manager": "quality_supervisor"}
LESS = "已与客户核对，按最少用量重新申请。"
HOURS = {"sign": 3.0, "schedule": 3.0, "make": 14.0, "ship": 4.0}

OF_RETURN = (
    "客户产线待料，先补{n}{u}，不影响其装车计划。",
    "客户库存只够用两天，要求先补货，不良品随后拉回。",
    "客户急等发货，退货同时要求补齐数量。",
    "客户已排产，要求本周内补足退货数量，货款与退货冲抵。",
)
OF_MEETING = (
    "检讨会决定：在客户处挑出的不良品由本公司补足，客户等货。",
    "检讨会决定：先补合格品供客户上线，同批全检后再处理。",
    "按检讨会处置换货，客户产线三天后用完库存。",
    "客户处同批停用，会议决定先补一批保证客户不停线。",
    "会议处置为换新：客户在库不良由本公司先补后收。",
    "检讨会上业务提出客户排产紧，先按不良数量加备品补货。",
)
OF_DEALER = (
    "客户门店断货，车主等着装车，要求先补{n}{u}。",
    "经销商已答应车主换新，请先补货，旧件随后退回。",
    "客户库存不足，订货已排到下周，要求急补。",
    "各门店换下的不良由本公司先补新品，旧件统一收回。",
)
CHARGED = ("判定非本公司责任，客户同意付费另购，要求随下一车送到。", "客户承担费用，急需{n}{u}替换。")
AGAIN = "客户来电追加数量，合并一次送货。"
REFUSED = {
    "production_manager": (
        "该型号本周缺料，成品仓有库存可调拨，不必另开紧急订单。",
        "数量与退货单不符，请业务与客户核对后重新申请。",
        "产能已排满，客户交期可延到下周随正常订单出货，请业务先与客户确认。",
    ),
    "general_manager": (
        "责任尚未最后确认，金额较大，待分析结论出来后再申请。",
        "同批库存全检后即可供货，不同意另行生产。",
        "要求供应商先承担费用，谈妥后再报。",
    ),
}
VOIDED = (
    "客户来电说库存够用，取消本次补货。",
    "与正常订单重复，合并到下周订单出货，本申请作废。",
    "客户改为扣款处理，不再补货。",
)


class SuppliedCase(Protocol):
    """What a replenishment needs of its case."""

    year: DemoYear
    complaint: Complaint
    story: Story
    clerk: User


class Supply(Errand):
    """The walk of one replenishment."""

    def __init__(
        self, case: SuppliedCase, order: Order, name: str, on: datetime, of_return: Return | None = None
    ) -> None:
        super().__init__(case.year, f"replenishment {name}", on)
        self.case, self.order, self.of_return = case, order, of_return
        self.record: Replenishment  # once it is filed

    def walk(self) -> Walk:
        """Walk from the application to the shipment, or to the task for which it waits."""
        order = self.order
        if order.waits_for:
            self.fit(self._hours(), order.days)
        yield self.later(1)
        self._file()
        if order.twist == "deputy":
            yield self.later(0.6)
            self._name_deputy("general_manager" if order.size == LIMIT else "production_manager")
        yield from self._sign()
        if self.record.state == "ordered":
            yield from self._carry_out()

    def _hours(self) -> float:
        """Return the working hours from the application to the task for which it waits."""
        before = (
            list(HOURS)[: list(HOURS).index(self.order.waits_for)]
            if self.order.waits_for in HOURS
            else ["sign"]
        )
        return 1 + sum(HOURS[step] for step in before) + 4 * HOURS["sign"]

    # The application

    def _file(self) -> None:
        lines = self._lines()
        comes_back = self.order.waits_for == "see_refusal"  # to the account that visitors sign in to
        self.record = Replenishment.file(
            complaint_id=self.case.complaint.id,
            return_id=self.of_return.id if self.of_return else None,
            by=self.year.people["sales_clerk"] if comes_back else self.case.clerk,
            on=self.on,
            **self._application(lines, self._reason(lines[0]["quantity"])),
        )

    def _application(self, lines: list[dict[str, Any]], reason: str) -> dict[str, Any]:
        goods = self.case.story.shipment
        wanted = self.days(2 if self.order.twist == "late" else self.rng.randint(6, 9))
        return {
            "lines": lines,
            "order_no": goods.order_no,
            "charged": self.order.charged,
            "wanted_on": wanted,
            "replenishment_reason": reason,
        }

    def _reason(self, pieces: Decimal) -> str:
        return self.rng.choice(self._reasons()).format(n=pieces, u=self.case.story.words["u"])

    def _reasons(self) -> Sequence[str]:
        if self.order.charged:
            return CHARGED
        if self.case.story.dealer:
            return OF_DEALER
        return OF_RETURN if self.of_return else OF_MEETING

    def _lines(self) -> list[dict[str, Any]]:
        goods, size = self.case.story.shipment, self.order.size
        price = Decimal(PRICES[goods.product.model])
        if size in FIXED:
            whole, divisors = FIXED[size]
            pieces = min(divisors, key=lambda divisor: abs(whole / divisor - price))
            price = whole / pieces
        elif size == HALF:
            pieces = int(Decimal("999.99") / price)
        else:
            pieces = max(1, int(Decimal(self.rng.randint(*ASKED[size])) / price))
        if size == LARGE:
            pieces = max(pieces, 2 + int(1000 / price))
        return [{"product_id": goods.product_id, "quantity": Decimal(pieces), "unit_price": price}]

    def _change(self) -> None:
        """Raise the quantity at the customer's wish, which voids the signatures (5.3.4)."""
        lines = [
            line | {"quantity": line["quantity"] + self.rng.randint(1, 3)} for line in self._present_lines()
        ]
        request = self._application(lines, f"{self.record.replenishment_reason}{AGAIN}")
        self.record.change(by=self.case.clerk, on=self.on, **request | {"wanted_on": self.record.wanted_on})

    def _present_lines(self) -> list[dict[str, Any]]:
        return [
            {"product_id": line.product_id, "quantity": line.quantity, "unit_price": line.unit_price}
            for line in self.record.lines
        ]

    # The signatures

    def _name_deputy(self, role: str) -> None:
        """Name a deputy for a manager who travels; one at a time."""
        manager, deputy, last = self.year.people[role], self.year.people[DEPUTIES[role]], self.days(4)
        if not Deputy.within(manager, role, self.today, last):
            Deputy.name_for(
                role=role, deputy=deputy, first_on=self.today, last_on=last, by=manager, on=self.on
            )
            self.year.away[role] = (self.today, last)

    def _signer(self, role: str) -> User:
        away = self.year.away.get(role)
        return self.year.people[DEPUTIES[role] if away and away[0] <= self.today <= away[1] else role]

    def _next_role(self) -> str | None:
        """Return the role whose turn it is; None when it is the one that is waited for."""
        roles = [role for role in self.record.approval_chain.open_roles if role != self.order.waits_for]
        if self.order.waits_for in FIRST and self.order.twist == "changed":
            return None
        return self.rng.choice(roles) if roles else None

    def _sign(self) -> Walk:
        """Let the sales and production managers sign in either order, then the general manager where the
        sum requires it."""
        record, twist, first = self.record, self.order.twist, True
        if twist == "changed":
            yield self.later(HOURS["sign"])
            yield from self._sign_and_change()
        while record.state == UNORDERED and (role := self._next_role()):
            yield self.later(HOURS["sign"])
            if role not in record.approval_chain.open_roles:  # the sum has fallen meanwhile
                continue
            if twist == "void" and not first:
                record.void(reason=self.rng.choice(VOIDED), by=self.year.people["sales_manager"], on=self.on)
            elif twist in ("refused", "refused_once") and role == (
                "general_manager" if self.order.size == LARGE else "production_manager"
            ):
                record.refuse(
                    seen=record.face_hash(),
                    reason=self.rng.choice(REFUSED[role]),
                    by=self._signer(role),
                    on=self.on,
                )
                yield from self._answer_refusal()
                twist = None
            else:
                record.sign(seen=record.face_hash(), by=self._signer(role), on=self.on)
            first = False

    def _answer_refusal(self) -> Walk:
        """Let who filed it file it again with less, or acknowledge that it stays refused."""
        if self.order.waits_for == "see_refusal":
            return
        yield self.later(HOURS["sign"])
        if self.order.twist == "refused":
            self.record.accept_refusal(by=self.case.clerk, on=self.on)
            return
        lines = [line | {"quantity": max(Decimal(1), line["quantity"] - 1)} for line in self._present_lines()]
        request = self._application(lines, f"{self.record.replenishment_reason}{LESS}")
        self.record.file_again(by=self.case.clerk, on=self.on, **request)

    def _sign_and_change(self) -> Walk:
        record, manager = self.record, self.year.people["sales_manager"]
        record.sign(seen=record.face_hash(), by=manager, on=self.on)
        yield self.later(1.5)
        self._change()
        if self.order.waits_for != "sales_manager":
            yield self.later(1.5)
            record.see_change(by=manager, on=self.on)

    # The urgent order

    def _carry_out(self) -> Walk:
        record, twist = self.record, self.order.twist
        if self.order.waits_for == "schedule":
            return
        yield self.later(HOURS["schedule"])
        if twist == "void_order":
            record.void(reason=self.rng.choice(VOIDED), by=self.year.people["sales_manager"], on=self.on)
            return
        work_order = f"WO{self.today:%y%m}-{self.year.count('work order'):03d}"
        by = self.one_of("planner", "fengting")
        behind = self.order.waits_for == "make" and twist == "late"
        record.schedule(
            work_order=work_order, scheduled_on=self.today if behind else self._ready_on(), by=by, on=self.on
        )
        if twist == "rescheduled":
            yield self.later(5)
            record.reschedule(work_order=work_order, scheduled_on=self._ready_on(), by=by, on=self.on)
        if self.order.waits_for == "make":
            return
        yield self.later(HOURS["make"] * (2.5 if twist == "late" else 1))
        record.make(
            made_on=self.today,
            by=self.one_of("production_operator", "heping", "production_manager"),
            on=self.on,
        )
        if self.order.waits_for == "ship":
            return
        yield self.later(HOURS["ship"])
        record.ship(
            sent_off_on=self.today,
            delivery_no=f"SH{self.today:%y%m%d}-{self.rng.randint(1, 30):02d}",
            by=self.one_of("warehouse_keeper", "suqiang"),
            on=self.on,
        )

    def _ready_on(self) -> Any:
        """Return the day on which the goods are to be made, never one in the past."""
        return max(self.day_in(HOURS["make"]), self.days(1) if self.order.waits_for == "make" else self.today)
