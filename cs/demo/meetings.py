"""The meeting of a demo case (5.2.2.4): what is decided on the goods of every place, who signs, plans and
carries it out, and the CAR that follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from cs.demo.case_file import CaseFile
from cs.demo.case_words import PACE
from cs.demo.goods_walk import GoodsWalk
from cs.demo.remedies import Cure
from cs.demo.remedy_words import HEAD_OF, Remedy
from cs.demo.trade import random_for
from cs.demo.walks import Walk
from cs.procedure.complaints import PLACES, meeting_departments

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
FOUND_NOTHING = ("suqiang", "fengting", "heping", "warehouse_keeper")  # who looked
WHERE = ("二楼会议室", "品质部会议室", "一楼产线旁", "返修区现场")

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


def affected_goods(
    rng: Random, defects: int, lot: int, *, supplied: bool
) -> tuple[dict[str, int], dict[str, tuple[str, str, int]]]:
    """Return the quantities at each location, of a lot of so many pieces, and what is decided of them.

    Raw material is affected only where a supplier is liable.
    """
    quantities = {"affected": defects, "finished": _share_of_lot(lot, rng.uniform(0.1, 0.3))}
    for location, chance, share in (("customer", 0.5, 0.2), ("in_transit", 0.3, 0.15), ("wip", 0.6, 0.05)):
        if rng.random() < chance:
            quantities[location] = _share_of_lot(lot, share * rng.uniform(0.5, 1))
    if supplied:
        quantities["raw"] = _share_of_lot(lot, rng.uniform(0.2, 0.5))
    return quantities, {
        location: rng.choice(DECISIONS[location]) for location in PLACES if quantities.get(location)
    }


def _share_of_lot(lot: int, share: float) -> int:
    return max(5, int(lot * share) // 5 * 5)


class MeetingWalk:
    """The steps of a case that goes through a meeting (5.2.2.4)."""

    def __init__(self, case: CaseFile, goods: GoodsWalk) -> None:
        self.case, self.goods = case, goods
        self.rng = random_for(f"{case.name} meeting room")

    def department(self) -> str:
        """Return the responsible department, by the defect category."""
        case = self.case
        if case.story.problem.get("liability") == "supplier":
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
        }.get(case.story.category, "production")

    def call(self) -> Walk:
        """Call the heads; each answers in their own time, most not yet while a case waits."""
        case = self.case
        if case.complaint.route != "meeting":
            return
        yield from case.rest(case.began, case.length * PACE["call"])
        case.complaint.call_meeting(
            meets_at=case.year.calendar.add_working_hours(case.on, 0.5).replace(second=0, microsecond=0),
            meeting_place=self.rng.choice(WHERE),
            department=self.department(),
            by=case.supervisor,
            on=case.on,
        )
        if case.plot.stops_at != "meet" and case.year.count("meetings called") % 9 == 0:
            yield from case.work_for(0.05)
            case.complaint.move_meeting(
                meets_at=case.year.calendar.add_working_hours(case.on, 0.7).replace(second=0, microsecond=0),
                meeting_place=self.rng.choice(WHERE),
                reason="会议室被占用",
                by=case.supervisor,
                on=case.on,
            )
        case.year.start(self._answer_call(case.on))

    def _answer_call(self, on: datetime) -> Walk:
        case = self.case
        call = case.complaint.current_call
        awaited = call.unanswered if call else []
        for row in awaited[:1] if case.plot.stops_at == "meet" else awaited:
            on = case.year.calendar.add_working_hours(on, self.rng.uniform(0.02, 0.1)).replace(microsecond=0)
            yield on
            if case.complaint.current_meeting is None and case.complaint.is_called(row.user):
                case.complaint.acknowledge_call(call_note=None, by=row.user, on=on)

    def meet(self) -> Walk:
        case = self.case
        if case.complaint.route != "meeting":
            return
        yield from case.until("meet")
        department, people = self.department(), case.year.people
        there = [
            {
                "user_id": people[HEAD_OF[code]].id,
                "department": code,
                "team_role": "leader" if code == department else "member",
            }
            for code in meeting_departments(department)
        ]
        minutes = (
            f"现场确认不良{case.story.n}{case.story.words['u']}。"
            f"{case.story.pick('cause')}{case.rng.choice(MINUTES)}"
        )
        case.complaint.meet(
            met_at=case.on - timedelta(minutes=case.rng.randint(8, 55)),
            department=department,
            minutes=minutes,
            attendees=there,
            by=case.supervisor,
            on=case.on,
        )

    def dispose(self) -> Walk:
        """Decide on the goods at every location; then each owner acts in their own time."""
        case = self.case
        if case.complaint.route != "meeting":
            return
        yield from case.until("dispose")
        people, calendar = case.year.people, case.year.calendar
        quantities, decided = affected_goods(
            case.rng,
            case.story.n,
            case.story.shipment.quantity,
            supplied=case.story.problem.get("liability") == "supplier",
        )
        places = [
            {
                "place": location,
                "found_qty": quantities.get(location, 0),
                "defect_qty": self._defective(location, quantities.get(location, 0)),
                "confirmed_by_id": None
                if quantities.get(location)
                else people[case.rng.choice(FOUND_NOTHING)].id,
            }
            for location in PLACES
        ]
        rows = [
            {
                "place": location,
                "lot_no": case.story.shipment.lot_no,
                "quantity": quantities[location],
                "disposition": what,
                "owner_id": people[name].id,
                "planned_on": calendar.add_working_days(case.on.date(), days),
            }
            for location, (what, name, days) in decided.items()
        ]
        waits = case.plot.stops_at is not None
        case.complaint.dispose(
            places=places,
            dispositions=rows,
            plan_needed=waits or case.rng.random() < 0.6,
            by=case.supervisor,
            on=case.on,
        )
        case.year.start(self._countersign(case.on))
        if not case.complaint.replies:
            self.goods.supply(case.plot.orders, f"{case.name} meeting", case.on)
        if case.plot.stops_at != "issue_result":
            case.year.start(self._carry_out(case.on))

    def _defective(self, location: str, found: int) -> int | None:
        """Return how many of the pieces found at a location are defective."""
        if location == "affected" or not found:
            return found or None
        return int(found * self.rng.uniform(0, 0.06))

    def _countersign(self, on: datetime) -> Walk:
        """Let each head countersign 会签 in turn; in a case that still waits for it, the last has
        not signed yet."""
        case = self.case
        signing = list(case.complaint.meeting_book.unsigned)
        for signature in (
            signing[:-1]
            if case.plot.stops_at in ("issue_result", "send_reply") or case.plot.capa == "issued"
            else signing
        ):
            on = case.year.calendar.add_working_hours(on, case.rng.uniform(0.2, 0.8)).replace(microsecond=0)
            yield on
            case.complaint.countersign(by=signature.user, on=on)

    def _carry_out(self, on: datetime) -> Walk:
        """Let planning arrange replacement or rework, and the owners carry out the dispositions."""
        case = self.case
        calendar, people = case.year.calendar, case.year.people
        rows = [
            disposition
            for disposition in case.complaint.meeting_book.open_dispositions
            if disposition.round == case.complaint.round
        ]
        if case.complaint.holds("plan_wanted", on) and case.plot.capa not in ("issued", "analysed"):
            on = calendar.add_working_hours(on, case.rng.uniform(2, 7)).replace(microsecond=0)
            yield on
            case.complaint.plan(
                plan=case.rng.choice(PLANS),
                plan_quantity=case.story.n,
                plan_due_on=calendar.add_working_days(on.date(), case.rng.randint(2, 6)),
                by=people[case.rng.choice(("planner", "fengting"))],
                on=on,
            )
        late = random_for(f"{case.name} late goods")
        for row in rows[:1] if case.plot.capa in ("issued", "analysed") else rows:
            if case.plot.stops_at is None and late.random() < 0.07:  # now and then after the planned day
                on = max(on, calendar.end_of(row.planned_on))
            on = calendar.add_working_hours(on, case.rng.uniform(2, 8)).replace(microsecond=0)
            yield on
            case.complaint.do_disposition(
                disposition_id=row.id,
                done_on=on.date(),
                done_note=case.rng.choice(GOODS_DONE[row.disposition]),
                by=row.owner,
                on=on,
            )

    def issue_result(self) -> None:
        """Issue the result to sales, and the CAR that the complaint needs."""
        case = self.case
        settlement: dict[str, Any] = case.story.settlement(case.on.date(), again=len(case.complaint.replies))
        case.complaint.issue_result(
            reply_text=settlement["reply_text"],
            cause=settlement["cause"],
            actions=settlement["actions"],
            by=case.supervisor,
            on=case.on,
        )
        self.issue_capa()

    def issue_capa(self) -> None:
        """Issue the CAR that a grave complaint needs (5.2.2.5) to the responsible department."""
        case = self.case
        if not case.complaint.lacks_capa:
            return
        problem = (
            f"{case.story.shipment.product.model} {case.story.pick('seen')}，"
            f"批号{case.story.shipment.lot_no}。"
        )
        remedy = Remedy(
            problem,
            self.department(),
            case.story.pick("cause"),
            case.story.pick("escape"),
            case.story.pick("actions"),
            stops_at=case.plot.capa,
            twist=case.plot.twist,
        )
        case.cure = Cure(
            case.year,
            f"case {case.number}",
            remedy,
            case.on,
            by=case.supervisor,
            complaint=case.complaint,
        )
        case.cure.issue()
        case.year.start(case.cure.walk(issued=True))

    def unfinished(self) -> bool:
        """Tell whether the CAR, the meeting or the goods still keep the case from being closed (Q12)."""
        case = self.case
        complaint = case.complaint
        if complaint.needs_capa and case.cure.capa.state != "verified":
            return True
        if complaint.route == "meeting" and (
            complaint.meeting_book.open_dispositions
            or complaint.meeting_book.unsigned
            or complaint.meeting_book.to_plan
        ):
            return True
        return self.goods.goods_out
