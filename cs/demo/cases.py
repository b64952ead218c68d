"""The demo's complaints, each walked from the call to the close as people would: a generator that sleeps from step to step."""
from __future__ import annotations

import io
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import select

from cs.demo.photographs import photograph
from cs.demo.remedies import HEAD_OF, Cure, Remedy
from cs.demo.stories import GOODS_DONE, MINUTES, PLANS, TALKS, Story, question
from cs.demo.trade import dice
from cs.extensions import db
from cs.models.attachments import attach
from cs.models.base import Task
from cs.models.complaints import Complaint
from cs.models.users import User
from cs.procedure.complaints import PLACES, meeting_departments

if TYPE_CHECKING:
    from cs.demo.year import Year

Walk = Generator[datetime, None, None]  # yields the moment at which it wants to go on

# How far into the time that a case has each step comes, from hearing to the reply.
PACE = {"pass_on": 0.03, "first": 0.08, "receive": 0.26, "ask_sample": 0.3, "sample": 0.5, "talk": 0.4, "confirm": 0.6, "meet": 0.68, "dispose": 0.74, "prepare": 0.86, "send": 1.0}

HEARD_BY = {  # who passes on (5.2.1.2), and how it came to their ears
    "warehouse_keeper": "送货时客户仓管说：", "suqiang": "送货到客户仓库，对方收货员说：", "quality_inspector": "客户IQC直接打电话到检验室：",
    "engineer": "技术对接群里客户工程师说：", "xiehui": "调试时客户工程师反馈：", "process_engineer": "客户来看工艺时提到：",
    "production_operator": "客户验货员在产线旁说：", "heping": "客户驻厂人员在线上提出：", "production_manager": "客户验货时当面提出：",
    "planner": "对交期时客户采购提到：", "general_manager": "客户负责人来电提到：", "department_member": "接待客户时对方提到：",
}
NEXT_DAY = ("下班前才与客户通完电话，下一工作日上班补录。", "在客户现场处理到晚上，回厂后下一工作日补录。", "当天网络维护，系统无法登录，恢复后补录。")
UNKNOWN = ("终端已拆机，外箱和标签丢失，客户查不到批号；按出货时间段追溯。", "客户只提供照片，检查数未统计，已请其补充。", "车主个人反馈，经销商说不清数量和批号。")
SILENT = ("第3、7、10天分别电话和邮件催问，客户采购说有问题再联系，至今无异议。", "三次邮件一次电话均未答复，客户已继续正常提货。", "发函后两次电话无人接听，群里留言未回；该批已用完。")


@dataclass(frozen=True)
class Plot:
    """What happens in a case. `stops_at`: the task at which it still waits; `taken_by`: who has taken that."""

    ours: bool = True
    nature: str = "sporadic"
    late: bool = False
    next_day: bool = False
    refused: bool = False
    silent: bool = False
    unknown: bool = False
    amended: bool = False
    declined: bool = False
    void: str | None = None
    overruled: bool = False  # a batch or chronic problem that is answered the short way
    talk: bool = False
    sample: str | None = None  # what became of the defect sample: given_back, scrapped, never_came, here, awaited
    capa: str | None = None  # in which state the CAPA of its meeting still stands
    twist: str | None = None  # what happens to that CAPA
    directly: bool = False
    passed_on: bool = False
    photo: bool = False
    stops_at: str | None = None
    taken_by: str | None = None


class Case:
    """One complaint of the demo's year."""

    def __init__(self, year: Year, number: int, plot: Plot, heard_at: datetime, *, length: timedelta | None = None,
                 deadline: datetime | None = None) -> None:
        """`length`: working time from hearing to the reply; without it, what 5.2.2.6 gives, or longer where the plot is late."""
        self.year, self.plot, self.heard_at, self.on = year, plot, heard_at, heard_at
        self.number, self.rng = number, dice(f"case {number}")
        self.length, self.deadline, self.began = length or timedelta(), deadline, heard_at
        self.stopped = False
        self.complaint: Complaint
        self.story: Story
        self.inspector = self.supervisor = self.clerk = year.people["administrator"]

    def walk(self) -> Walk:
        """From the call to the close, or to where the plot stops."""
        yield self.heard_at
        plot, rng, people = self.plot, self.rng, self.year.people
        self.story = Story(self.year.trade, rng, self.heard_at, ours=plot.ours, nature=plot.nature, only="field" if plot.unknown else "technical" if plot.refused or plot.sample or plot.nature != "sporadic" else None,
                           plain_limit=plot.stops_at is not None, harmless=plot.stops_at is not None)
        self.clerk = self.story.customer.clerk or people["sales_clerk"]
        self.inspector = self._inspector()
        self.supervisor = people["quality_supervisor" if rng.random() < 0.8 else "tangjun"]
        if not self.length:
            self._set_length()
        if plot.declined:
            yield from self._ask()
            return
        yield from self._hear()
        if plot.void:
            yield from self._void()
        else:
            yield from self._go(self._receive, self._confirm, self._meet, self._dispose, self._prepare, self._send, self._follow_up, self._close)

    def _go(self, *steps: Callable[[], Walk], lap: str = "") -> Walk:
        """Takes the steps in turn, up to where the plot stops."""
        for step in steps:
            if self.stopped or self._waits(step.__name__.strip("_") + lap):
                return
            yield from step()

    def _inspector(self) -> User:
        names = {"speaker": ("yangfan", "quality_inspector"), "subwoofer": ("yangfan", "quality_inspector"),
                 "amplifier": ("zhangwei", "quality_inspector"), "head_unit": ("zhangwei", "quality_inspector")}
        return self.year.people[self.rng.choice(names.get(self.story.family, ("quality_inspector", "zhangwei", "tangjun")))]

    def _waits(self, step: str) -> bool:
        """Whether the plot ends before this step; then the task is taken by whom the plot says."""
        stops = self.plot.stops_at
        if stops is None or stops not in {"prepare": ("settle", "explain", "issue_result"), "send": ("send_reply",)}.get(step, (step,)):
            return False
        self.stopped = True
        if self.plot.taken_by:
            query = select(Task).where(Task.kind == Complaint.kind, Task.record_id == self.complaint.id, Task.name == stops)
            db.session.execute(query).scalar_one().take(self.year.people[self.plot.taken_by], self.on)
        return True

    # Time

    def _set_length(self) -> None:
        due = self.year.reply_due(self.heard_at, self.deadline, self.story.customer.reply_days)
        share = self.rng.uniform(1.15, 1.9) if self.plot.late else self.rng.uniform(0.35, 0.9)
        self.length = self.year.calendar.working_hours_between(self.heard_at, due) * share

    def _until(self, step: str) -> Walk:
        """Sleeps until the step's share of the time to the reply has passed."""
        yield from self._rest(self.began, self.length * PACE[step] * self.rng.uniform(0.94, 1.0))

    def _for(self, hours: float) -> Walk:
        """Sleeps for so many working hours."""
        yield from self._rest(self.on, timedelta(hours=hours))

    def _rest(self, since: datetime, time: timedelta) -> Walk:
        moment = self.year.calendar.add_working_hours(since, time / timedelta(hours=1)).replace(microsecond=0)
        self.on = max(moment, self.on)
        yield self.on

    # Receipt (5.2.1)

    def _ask(self) -> Walk:
        """What is passed on turns out to be no complaint."""
        asked = question(self.rng)
        name = self.rng.choice(sorted(HEARD_BY))
        yield from self._until("pass_on")
        self.complaint = Complaint.pass_on(
            by=self.year.people[name], on=self.on, heard_at=self.heard_at, channel=self.rng.choice(("phone", "visit")),
            customer_id=self.story.shipment.customer_id, customer_said=None, product_id=self.story.shipment.product_id, contact_name=None,
            contact_phone=None, lot_no=None, description=HEARD_BY[name] + self.story.say(asked["said"]))
        yield from self._until("receive")
        self.complaint.decline(reason=asked["reason"], by=self.clerk, on=self.on)

    def _hear(self) -> Walk:
        story = self.story
        facts = story.receipt() | {"customer_deadline": self.deadline, "heard_at": self.heard_at,
                                   "description": story.description(lot_known=not self.plot.unknown, deadline=self.deadline)}
        if self.plot.unknown:
            facts |= {"lot_no": None, "order_no": None, "shipped_on": None, "shipped_qty": None}
            facts |= {self.rng.choice(("checked_qty", "defect_qty")): None}
        self.later = {}
        if self.plot.amended:
            self.later = {key: facts[key] for key in ("lot_no", "order_no", "shipped_on", "shipped_qty", "customer_ref")}
            facts |= dict.fromkeys(self.later)
        elif not self.plot.unknown and self.rng.random() < 0.25:
            facts |= dict.fromkeys(self.rng.sample(("found_at", "checked_qty", "contact_phone"), 1))
        if self.plot.passed_on:
            yield from self._pass_on(facts)
            if self._waits("register"):
                return
        yield from self._until("first")
        if self.plot.passed_on:
            facts.pop("heard_at")
            self.complaint.register(by=self.clerk, on=self.on, **facts)
        else:
            self.complaint = Complaint.log(by=self.clerk, on=self.on, **facts)
        if self.plot.photo:
            self._photograph("register" if self.plot.passed_on else "log", self.clerk)
        if self.later and self.plot.stops_at != "receive":
            yield from self._for(0.4)
            self.complaint.amend(by=self.clerk, on=self.on, **self.later)

    def _pass_on(self, facts: dict[str, Any]) -> Walk:
        """5.2.1.2: another department hears it first and knows less."""
        story, rng = self.story, self.rng
        name = rng.choice(sorted(HEARD_BY))
        named = rng.random() < 0.65
        yield from self._until("pass_on")
        self.complaint = Complaint.pass_on(
            by=self.year.people[name], on=self.on, heard_at=self.heard_at, channel=rng.choice(("phone", "visit", "chat")),
            customer_id=facts["customer_id"] if named else None, customer_said=None if named else f"{story.customer.short_name}（{story.customer.full_name[:2] if not story.foreign else '外贸'}客户）",
            contact_name=story.who() if rng.random() < 0.6 else None, contact_phone=None, product_id=facts["product_id"], lot_no=None,
            description=f"{HEARD_BY[name]}{story.shipment.product.model} {story.symptom()}，请业务跟进。")

    def _void(self) -> Walk:
        """5.6: logged twice, or not ours at all; the sales manager voids it."""
        manager = self.year.people["sales_manager"]
        if self.plot.void == "twice":
            yield from self._for(1.5)
            facts = self.story.receipt() | {"heard_at": self.heard_at, "channel": "email", "customer_deadline": None,
                                            "description": f"客户邮件反映{self.story.shipment.product.model}：{self.story.symptom()}。"}
            again = Complaint.log(by=self.rng.choice(self.year.people.with_role("sales_clerk")), on=self.on, **facts)
            yield from self._for(2)
            again.void(reason=f"与{self.complaint.number}为同一问题，客户先来电后又发邮件，两人各登记一次。", by=manager, on=self.on)
            self.plot = Plot(photo=False)
            yield from self._go(self._receive, self._confirm, self._meet, self._dispose, self._prepare, self._send, self._follow_up, self._close)
        else:
            yield from self._for(5)
            self.complaint.void(reason="客户核对后确认不良品为另一家供应商的产品，书面撤回投诉。", by=manager, on=self.on)

    # Analysis (5.2.1.3) and answer (5.2.2.2, 5.2.2.3)

    def _receive(self) -> Walk:
        yield from self._until("receive")
        self.complaint.receive(by=self.inspector, on=self.on)

    def _confirm(self) -> Walk:
        if not self.complaint.replies:
            yield from self._look_closer()
        yield from self._until("confirm")
        same, _others = self.complaint.like_cases(self.complaint.product_id, self.story.code, self.story.category)
        facts = self.story.confirmation(again=len(self.complaint.replies) > 0, repeat=bool(same), overruled=self.plot.overruled)
        given = self.story.receipt()
        if self.plot.unknown:
            facts["unknown_reason"] = self.rng.choice(UNKNOWN)
        else:
            facts |= {field: given[field] for field in self.complaint.missing}
        self.complaint.confirm(by=self.supervisor if facts["route_reason"] else self.inspector, on=self.on, **facts)

    def _prepare(self) -> Walk:
        yield from self._until("prepare")
        if self.complaint.route == "meeting":
            self._issue_result()
            return
        if not self.plot.ours:
            self.complaint.explain(reply_text=self.story.pick("reply"), by=self.inspector, on=self.on)
            self._photograph("explain", self.inspector)
            return
        settled_on = self.on.date()
        late_reason = None
        if self.plot.next_day:
            calendar = self.year.calendar
            self.on = calendar.add_working_hours(calendar.end_of(settled_on), self.rng.uniform(0.1, 0.8)).replace(microsecond=0)
            yield self.on
            late_reason = self.rng.choice(NEXT_DAY)
        again = len(self.complaint.replies) > 0
        self.complaint.settle(by=self.supervisor, on=self.on, late_reason=late_reason, **self.story.settlement(settled_on, again=again))

    def _send(self) -> Walk:
        yield from self._until("send")
        late = self.story.late_reason() if self.on > self.complaint.reply_due_at else None
        facts = {"reply_to": self.story.contact.name, "late_reply_reason": late, "reply_channel": self.rng.choice(("email", "email", "letter", "chat"))}
        if self.plot.directly:
            self.complaint.reply_directly(by=self.inspector, on=self.on, **facts)
        else:
            self.complaint.send_reply(by=self.clerk, on=self.on, **facts)

    def _follow_up(self) -> Walk:
        if self.plot.silent:
            yield from self._rest(self.complaint.follow_up_due_at or self.on, timedelta(hours=self.rng.uniform(0.5, 6)))
            self.complaint.no_answer(response_note=self.rng.choice(SILENT), by=self.clerk, on=self.on)
            return
        yield from self._for(self.rng.uniform(5, 36))
        if self.plot.refused and len(self.complaint.replies) == 1:
            self.complaint.refuse(response_on=self.on.date(), response_note=self.story.refusal(), by=self.clerk, on=self.on)
            yield from self._answer_again()
            return
        self.complaint.accept(response_on=self.on.date(), response_note=self.story.acceptance(), by=self.clerk, on=self.on)

    def _answer_again(self) -> Walk:
        """After a refusal: analysis, settlement and reply once more, within the limit that starts anew."""
        self.began = self.on
        self.length = self.year.calendar.working_hours_between(self.on, self.complaint.reply_due_at) * self.rng.uniform(0.4, 0.85)
        yield from self._go(self._confirm, self._meet, self._dispose, self._prepare, self._send, self._follow_up, lap="_again")

    def _close(self) -> Walk:
        yield from self._for(self.rng.uniform(1, 20))
        while self.complaint.route == "meeting" and self.complaint.open_ends(self.on):
            yield from self._for(20)  # looks again every few days
        self.complaint.close(closing_note=self.story.closing(), by=self.supervisor, on=self.on)

    # Talks and samples (5.2.1.3)

    def _look_closer(self) -> Walk:
        """What quality asks the customer before it signs its analysis."""
        plot, complaint, today = self.plot, self.complaint, self.on.date()
        if plot.sample:
            yield from self._until("ask_sample")
            complaint.request_sample(quantity=min(2, self.story.n), requested_on=self.on.date(), note="请客户连同外箱标签一起寄回，便于追溯。",
                                     expected_on=self.year.calendar.add_working_days(self.on.date(), 1), by=self.inspector, on=self.on)
        if plot.talk:
            yield from self._until("talk")
            complaint.contact(at=self.on - timedelta(minutes=5), channel="email" if self.story.foreign else "phone", contact_name=self.story.contact.name,
                              said=self.rng.choice(TALKS), by=self.rng.choice((self.inspector, self.clerk)), on=self.on)
        if plot.sample in ("given_back", "scrapped", "here"):
            yield from self._until("sample")
            complaint.receive_sample(sample_id=complaint.samples[0].id, sent_on=max(today, self.complaint.samples[0].requested_on), received_on=self.on.date(),
                                     received_qty=min(2, self.story.n), location="品质部待检柜A2", by=self.inspector, on=self.on)
        if plot.sample and plot.sample != "awaited":
            self.year.start(self._sample_after(self.on, plot.sample))

    def _sample_after(self, on: datetime, end: str) -> Walk:
        """Where the sample goes from the bench, and its end."""
        sample = self.complaint.samples[0].id
        calendar = self.year.calendar
        if end != "never_came":
            on = calendar.add_working_hours(on, 2).replace(microsecond=0)
            yield on
            self.complaint.move_sample(sample_id=sample, location="解剖分析室", by=self.inspector, on=on)
        if end == "here":
            return
        on = calendar.add_working_hours(on, 90).replace(microsecond=0)
        yield on
        note = {"given_back": "随送货车退还客户，对方已签收。", "scrapped": "解剖后无保留价值，经客户同意报废。", "never_came": "客户已自行报废，改用照片和视频分析。"}[end]
        self.complaint.end_sample(sample_id=sample, sample_end=end, ended_on=on.date(), note=note, by=self.inspector, on=on)

    # The meeting (5.2.2.4)

    def _department(self) -> str:
        """Who is responsible, by what is wrong."""
        if self.story.problem.get("liability") == "supplier":
            return "quality"
        return {"SW": "engineering", "DIM": "engineering", "REL": "engineering", "QTY": "warehouse", "PKG": "warehouse", "LBL": "warehouse",
                "DEL": "planning", "DOC": "quality"}.get(self.story.category, "production")

    def _meet(self) -> Walk:
        if self.complaint.route != "meeting":
            return
        yield from self._until("meet")
        department, people = self._department(), self.year.people
        there = [{"user_id": people[HEAD_OF[code]].id, "department": code} for code in meeting_departments(department)]
        minutes = f"现场确认不良{self.story.n}{self.story.words['u']}。{self.story.pick('cause')}{self.rng.choice(MINUTES)}"
        self.complaint.meet(met_at=self.on - timedelta(minutes=10), department=department, minutes=minutes, attendees=there, by=self.supervisor, on=self.on)

    def _dispose(self) -> Walk:
        """What becomes of the goods at every place; then those act on whom it falls, each in their own time."""
        if self.complaint.route != "meeting":
            return
        yield from self._until("dispose")
        rng, lot, people = self.rng, self.story.shipment.lot_no, self.year.people
        found = {"affected": self.story.n, "finished": rng.choice((120, 180, 240, 360)), "wip": rng.choice((0, 40, 60))}
        owners = {"affected": ("replace", "suqiang", 3), "finished": ("sort", "quality_inspector", 2), "wip": ("rework", "production_manager", 4)}
        places = [{"place": place, "found_qty": found.get(place, 0), "confirmed_by": None if found.get(place) else rng.choice(("苏强", "冯婷", "何平"))}
                  for place in PLACES]
        rows = [{"place": place, "lot_no": lot, "quantity": found[place], "disposition": what, "owner_id": people[name].id,
                 "planned_on": self.year.calendar.add_working_days(self.on.date(), days)} for place, (what, name, days) in owners.items() if found[place]]
        self.complaint.dispose(places=places, dispositions=rows, plan_needed=rng.random() < 0.6, by=self.supervisor, on=self.on)
        self.year.start(self._countersign(self.on))
        if self.plot.stops_at != "issue_result":
            self.year.start(self._carry_out(self.on))

    def _countersign(self, on: datetime) -> Walk:
        """会签: each head in turn; in a case that still waits for it, the last one has not signed yet."""
        signing = list(self.complaint.unsigned)
        for one in signing[:-1] if self.plot.stops_at in ("issue_result", "send_reply") else signing:
            on = self.year.calendar.add_working_hours(on, self.rng.uniform(0.2, 0.8)).replace(microsecond=0)
            yield on
            self.complaint.countersign(by=one.user, on=on)

    def _carry_out(self, on: datetime) -> Walk:
        """Planning arranges replacement or rework, and the owners do what was decided."""
        calendar, people, rows = self.year.calendar, self.year.people, list(self.complaint.open_dispositions)
        if self.complaint.plan_wanted(on) and self.plot.stops_at != "send_reply":
            on = calendar.add_working_hours(on, 5).replace(microsecond=0)
            yield on
            self.complaint.plan(plan=self.rng.choice(PLANS), plan_quantity=self.story.n, plan_due_on=calendar.add_working_days(on.date(), 4),
                                by=people[self.rng.choice(("planner", "fengting"))], on=on)
        for row in rows[:1] if self.plot.stops_at in ("follow_up", "close") else rows:
            on = calendar.add_working_hours(on, self.rng.uniform(5, 9)).replace(microsecond=0)
            yield on
            self.complaint.do_disposition(disposition_id=row.id, done_on=on.date(), done_note=GOODS_DONE[row.disposition], by=row.owner, on=on)

    def _issue_result(self) -> None:
        """The result goes to sales; the first time, a CAR to the responsible department with it (5.2.2.5)."""
        said, again = self.story.settlement(self.on.date(), again=len(self.complaint.replies) > 0), bool(self.complaint.capas)
        self.complaint.issue_result(reply_text=said["reply_text"], cause=said["cause"], actions=said["actions"], by=self.supervisor, on=self.on)
        if again:
            return
        problem = f"{self.story.shipment.product.model} {self.story.pick('seen')}，批号{self.story.shipment.lot_no}。"
        remedy = Remedy(problem, self._department(), self.story.pick("cause"), self.story.pick("escape"), self.story.pick("actions"),
                        stops_at=self.plot.capa, twist=self.plot.twist)
        cure = Cure(self.year, f"case {self.number}", remedy, self.on, by=self.supervisor, complaint=self.complaint)
        cure.issue()
        self.year.start(cure.walk(issued=True))

    # Photographs

    def _photograph(self, step: str, by: User) -> None:
        """Attaches a picture, as the form of a step does: first the verb, then its files."""
        scene, slip = self.story.photograph()
        content = io.BytesIO(photograph(scene, slip, self.rng))
        stored = current_app.extensions["files"].accept(content, f"IMG_{self.on:%Y%m%d_%H%M%S}.jpg")
        attach(self.complaint, [stored], step=step, by=by, on=self.on)
