"""The meeting of a demo case (5.2.2.4): what is decided on the goods of every place, who signs, plans and
carries it out, and the CAR that follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from cs.demo.remedies import Cure
from cs.demo.remedy_words import HEAD_OF, Remedy
from cs.demo.walks import Walk
from cs.procedure.complaints import PLACES, meeting_departments

if TYPE_CHECKING:
    from cs.demo.cases import Case

MINUTES = (
    "会议决定：立即隔离同批产品，责任部门三天内提交纠正措施。",
    "会议决定：在库全检后放行，作业标准本周内换版。",
    "会议决定：停用相关治具，工程当天重新验证参数。",
    "会议决定：业务当天通知客户暂停使用同批，品质派人到现场挑选。",
    "会议决定：同批未出货品先全检，合格品贴标后随下批送出。",
    "会议决定：责任工序改为双人确认，直到纠正措施生效。",
)
PLANS = (
    "插单安排在二线，补货随下批送达。",
    "利用周六加班补做，周一上午送货。",
    "重工排在成品线末班，完成后复检入库。",
    "缺料明天到齐，后天上线，当天补送。",
    "库存可先补一半，其余下周一随正常订单送。",
    "客户同意分两次补，首批用专车送。",
)
NOBODY = ("苏强", "冯婷", "何平", "曾祥福")  # who looked, and found nothing

# What can be decided of the goods at a place: the disposition, who carries it out, in how many working days.
# Goods of a supplier's fault go back to it.
DECISIONS = {
    "affected": (
        ("replace", "suqiang", 3),
        ("replace", "suqiang", 2),
        ("credit", "sales_manager", 4),
        ("repair", "production_manager", 5),
        ("return_as_is", "suqiang", 4),
    ),
    "customer": (
        ("sort", "quality_inspector", 2),
        ("replace", "suqiang", 3),
        ("concession", "sales_manager", 3),
    ),
    "in_transit": (("sort", "quality_inspector", 2),),
    "finished": (
        ("sort", "quality_inspector", 2),
        ("rework", "production_manager", 4),
        ("sort", "quality_inspector", 3),
        ("regrade", "warehouse_keeper", 5),
    ),
    "wip": (
        ("rework", "production_manager", 4),
        ("sort", "quality_inspector", 3),
        ("scrap", "warehouse_keeper", 5),
    ),
    "raw": (("return_to_supplier", "warehouse_keeper", 6), ("sort", "quality_inspector", 3)),
}
GOODS_DONE = {
    "replace": ("新品已送达，不良品拉回。", "新品当天送到客户产线，旧品清点拉回。"),
    "sort": ("全检完成，合格品贴绿标放行。", "挑选完成，不良单独隔离。"),
    "rework": ("重工完成，复检合格后转下工序。", "按重工流程做完，首件和末件复检合格。"),
    "credit": ("客户扣款单已收到，当月对账冲减。",),
    "repair": ("返修完成，功能全测合格，随送货车送回。",),
    "return_as_is": ("客户同意原样收回，已随车送返并签收。",),
    "concession": ("客户书面同意让步接收，限本批。",),
    "regrade": ("改贴副品标签，转售后备件仓。",),
    "scrap": ("已拍照销毁，报废单已签。",),
    "return_to_supplier": ("供应商当天拉回，换货下周到。", "开退货单退供应商，扣款已通知采购。"),
}


def goods(
    rng: Random, defects: int, lot: int, *, supplied: bool
) -> tuple[dict[str, int], dict[str, tuple[str, str, int]]]:
    """What is found at each place, of a lot of so many pieces, and what is decided of it; only where a
    supplier is liable lies something in raw material."""
    found = {"affected": defects, "finished": _part(lot, rng.uniform(0.1, 0.3))}
    for place, chance, share in (("customer", 0.5, 0.2), ("in_transit", 0.3, 0.15), ("wip", 0.6, 0.05)):
        if rng.random() < chance:
            found[place] = _part(lot, share * rng.uniform(0.5, 1))
    if supplied:
        found["raw"] = _part(lot, rng.uniform(0.2, 0.5))
    return found, {place: rng.choice(DECISIONS[place]) for place in PLACES if found.get(place)}


def _part(lot: int, share: float) -> int:
    return max(5, int(lot * share) // 5 * 5)


class MeetingWalk:
    """The steps of a case that takes the way of 5.2.2.4."""

    def department(self: Case) -> str:
        """Who is responsible, by what is wrong."""
        if self.story.problem.get("liability") == "supplier":
            return "quality"
        return {
            "SW": "engineering",
            "DIM": "engineering",
            "REL": "engineering",
            "QTY": "warehouse",
            "PKG": "warehouse",
            "LBL": "warehouse",
            "DEL": "planning",
            "DOC": "quality",
            "SRV": "sales",
            "SOL": "process",
        }.get(self.story.category, "production")

    def _meet(self: Case) -> Walk:
        if self.complaint.route != "meeting":
            return
        yield from self._until("meet")
        department, people = self.department(), self.year.people
        there = [
            {"user_id": people[HEAD_OF[code]].id, "department": code}
            for code in meeting_departments(department)
        ]
        minutes = (
            f"现场确认不良{self.story.n}{self.story.words['u']}。"
            f"{self.story.pick('cause')}{self.rng.choice(MINUTES)}"
        )
        self.complaint.meet(
            met_at=self.on - timedelta(minutes=self.rng.randint(8, 55)),
            department=department,
            minutes=minutes,
            attendees=there,
            by=self.supervisor,
            on=self.on,
        )

    def _dispose(self: Case) -> Walk:
        """What becomes of the goods at every place; then those act on whom it falls, each in their own
        time."""
        if self.complaint.route != "meeting":
            return
        yield from self._until("dispose")
        people, calendar = self.year.people, self.year.calendar
        found, decided = goods(
            self.rng,
            self.story.n,
            self.story.shipment.quantity,
            supplied=self.story.problem.get("liability") == "supplier",
        )
        places = [
            {
                "place": place,
                "found_qty": found.get(place, 0),
                "confirmed_by": None if found.get(place) else self.rng.choice(NOBODY),
            }
            for place in PLACES
        ]
        rows = [
            {
                "place": place,
                "lot_no": self.story.shipment.lot_no,
                "quantity": found[place],
                "disposition": what,
                "owner_id": people[name].id,
                "planned_on": calendar.add_working_days(self.on.date(), days),
            }
            for place, (what, name, days) in decided.items()
        ]
        waits = self.plot.stops_at is not None
        self.complaint.dispose(
            places=places,
            dispositions=rows,
            plan_needed=waits or self.rng.random() < 0.6,
            by=self.supervisor,
            on=self.on,
        )
        self.year.start(self._countersign(self.on))
        if not self.complaint.replies:
            self.supply(self.plot.orders, f"{self.name} meeting", self.on)
        if self.plot.stops_at != "issue_result":
            self.year.start(self._carry_out(self.on))

    def _countersign(self: Case, on: datetime) -> Walk:
        """会签: each head in turn; in a case that still waits for it, the last one has not signed yet."""
        signing = list(self.complaint.meeting_book.unsigned)
        for one in (
            signing[:-1]
            if self.plot.stops_at in ("issue_result", "send_reply") or self.plot.capa == "issued"
            else signing
        ):
            on = self.year.calendar.add_working_hours(on, self.rng.uniform(0.2, 0.8)).replace(microsecond=0)
            yield on
            self.complaint.countersign(by=one.user, on=on)

    def _carry_out(self: Case, on: datetime) -> Walk:
        """Planning arranges replacement or rework, and the owners do what was decided."""
        calendar, people = self.year.calendar, self.year.people
        meeting = self.complaint.current_meeting
        rows = meeting.open_dispositions if meeting else []
        if self.complaint.holds("plan_wanted", on) and self.plot.capa not in ("issued", "analysed"):
            on = calendar.add_working_hours(on, self.rng.uniform(2, 7)).replace(microsecond=0)
            yield on
            self.complaint.plan(
                plan=self.rng.choice(PLANS),
                plan_quantity=self.story.n,
                plan_due_on=calendar.add_working_days(on.date(), self.rng.randint(2, 6)),
                by=people[self.rng.choice(("planner", "fengting"))],
                on=on,
            )
        for row in rows[:1] if self.plot.capa in ("issued", "analysed") else rows:
            on = calendar.add_working_hours(on, self.rng.uniform(2, 8)).replace(microsecond=0)
            yield on
            self.complaint.do_disposition(
                disposition_id=row.id,
                done_on=on.date(),
                done_note=self.rng.choice(GOODS_DONE[row.disposition]),
                by=row.owner,
                on=on,
            )

    def _issue_result(self: Case) -> None:
        """The result goes to sales; the first time, a CAR to the responsible department with it (5.2.2.5)."""
        said: dict[str, Any] = self.story.settlement(self.on.date(), again=len(self.complaint.replies))
        first = len(self.complaint.replies) == 0
        self.complaint.issue_result(
            reply_text=said["reply_text"],
            cause=said["cause"],
            actions=said["actions"],
            by=self.supervisor,
            on=self.on,
        )
        if not first:
            return
        problem = (
            f"{self.story.shipment.product.model} {self.story.pick('seen')}，"
            f"批号{self.story.shipment.lot_no}。"
        )
        remedy = Remedy(
            problem,
            self.department(),
            self.story.pick("cause"),
            self.story.pick("escape"),
            self.story.pick("actions"),
            stops_at=self.plot.capa,
            twist=self.plot.twist,
        )
        self.cure = Cure(
            self.year, f"case {self.number}", remedy, self.on, by=self.supervisor, complaint=self.complaint
        )
        self.cure.issue()
        self.year.start(self.cure.walk(issued=True))

    def unfinished(self: Case) -> bool:
        """Whether something of the meeting, or of the goods, is still to be done before the case can be
        closed (Q12)."""
        complaint = self.complaint
        if complaint.route == "meeting" and (
            self.cure.capa.state not in ("verified", "void")
            or complaint.meeting_book.open_dispositions
            or complaint.meeting_book.unsigned
            or complaint.meeting_book.to_plan
        ):
            return True
        return self.goods_out
