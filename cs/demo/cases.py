"""The demo's complaints, each walked from the call to the close as people would: a generator that sleeps from
step to step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cs.demo.case_words import HEARD_BY, NEXT_DAY, PACE, SAMPLE_ENDS, SAMPLE_NOTES, SILENT, UNKNOWN
from cs.demo.errands import take_picture
from cs.demo.goods_walk import GoodsWalk
from cs.demo.meetings import MeetingWalk
from cs.demo.plots import Plot
from cs.demo.remedies import Cure
from cs.demo.replenishments import Supply
from cs.demo.returns import Haul
from cs.demo.stories import Story, question
from cs.demo.trade import dice
from cs.demo.walks import Walk
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.tasks import Task
from cs.records.users import User

if TYPE_CHECKING:
    from cs.demo.year import Year


class Case(GoodsWalk, MeetingWalk):
    """One complaint of the demo's year."""

    def __init__(
        self,
        year: Year,
        number: int,
        plot: Plot,
        heard_at: datetime,
        *,
        length: timedelta | None = None,
        deadline: datetime | None = None,
    ) -> None:
        """`length`: working time from hearing to the reply; without it, what 5.2.2.6 gives, or longer where
        the plot is late."""
        self.year, self.plot, self.heard_at, self.on = year, plot, heard_at, heard_at
        self.number, self.name = number, f"case {number}"
        self.rng = dice(self.name)
        self.hauls: list[Haul] = []
        self.supplies: list[Supply] = []
        self.length, self.deadline, self.began = length or timedelta(), deadline, heard_at
        self.stopped = False
        self.complaint: Complaint
        self.story: Story
        self.cure: Cure
        self.inspector = self.supervisor = self.clerk = year.people["administrator"]

    def walk(self) -> Walk:
        """From the call to the close, or to where the plot stops."""
        yield self.heard_at
        plot, rng, people = self.plot, self.rng, self.year.people
        looked_at = plot.ours and (plot.refused or plot.sample or plot.nature != "sporadic")
        asked = question(rng) if plot.declined else {}
        self.story = Story(
            self.year.trade,
            rng,
            self.heard_at,
            ours=plot.ours,
            nature=plot.nature,
            about=plot.about,
            seen=plot.photo,
            asked=asked,
            only="field" if plot.unknown else "technical" if looked_at or plot.slips else None,
            waits=plot.stops_at is not None,
            home=bool(plot.slips or plot.orders),
        )
        if plot.slips:
            self.story.sends_back(
                wants_more=any(slip.orders for slip in plot.slips), slip=plot.slips[0].makes
            )
        self.clerk = self.story.customer.clerk or people["sales_clerk"]
        self.inspector = self._inspector()
        self.supervisor = people["quality_supervisor" if rng.random() < 0.8 else "tangjun"]
        if not self.length:
            self._set_length()
        if plot.declined:
            yield from self._ask(asked)
            return
        yield from self._hear()
        if plot.void:
            yield from self._void()
        else:
            yield from self._go(*self._whole())

    def _whole(self) -> tuple[Callable[[], Walk], ...]:
        """What comes after the registration, in order."""
        return (self._receive, self._look_closer, *self._answering(), self._close)

    def _answering(self) -> tuple[Callable[[], Walk], ...]:
        """One lap of it: a refusal makes another."""
        return (self._confirm, self._meet, self._dispose, self._prepare, self._send, self._follow_up)

    def _go(self, *steps: Callable[[], Walk], lap: str = "") -> Walk:
        """Takes the steps in turn, up to where the plot stops."""
        for step in steps:
            if self.stopped or self._waits(step.__name__.strip("_") + lap):
                return
            yield from step()

    def _inspector(self) -> User:
        names = {
            "speaker": ("yangfan", "quality_inspector"),
            "subwoofer": ("yangfan", "quality_inspector"),
            "amplifier": ("zhangwei", "quality_inspector"),
            "head_unit": ("zhangwei", "quality_inspector"),
        }
        return self.year.people[
            self.rng.choice(names.get(self.story.family, ("quality_inspector", "zhangwei", "tangjun")))
        ]

    def _waits(self, step: str) -> bool:
        """Whether the plot ends before this step; then the task is taken by whom the plot says."""
        stops = self.plot.stops_at
        if stops is None or stops not in {
            "prepare": ("settle", "explain", "issue_result"),
            "send": ("send_reply",),
        }.get(step, (step,)):
            return False
        self.stopped = True
        if self.plot.taken_by:
            query = select(Task).where(
                Task.kind == Complaint.kind, Task.record_id == self.complaint.id, Task.name == stops
            )
            db.session.execute(query).scalar_one().take(self.year.people[self.plot.taken_by], self.on)
        return True

    # Time

    def _set_length(self) -> None:
        due = self.year.reply_due(self.heard_at, self.deadline, self.story.customer.reply_days)
        share = (
            self.rng.uniform(1.15, 1.9)
            if self.plot.late
            else self.rng.uniform(0.75 if self.plot.sample else 0.35, 0.9)
        )
        self.length = self.year.calendar.working_hours_between(self.heard_at, due) * share

    def _until(self, step: str) -> Walk:
        """Sleeps until the step's share of the time to the reply has passed; some minutes at least, which
        each step takes."""
        before = self.on
        yield from self._rest(self.began, self.length * PACE[step] * self.rng.uniform(0.94, 1.0))
        if self.on == before and self.on > self.began:
            yield from self._for(self.rng.uniform(0.1, 0.5))

    def _for(self, hours: float) -> Walk:
        """Sleeps for so many working hours."""
        yield from self._rest(self.on, timedelta(hours=hours))

    def _rest(self, since: datetime, time: timedelta) -> Walk:
        moment = self.year.calendar.add_working_hours(since, time / timedelta(hours=1)).replace(microsecond=0)
        self.on = max(moment, self.on)
        yield self.on

    # Receipt (5.2.1)

    def _ask(self, asked: dict[str, Any]) -> Walk:
        """What is passed on turns out to be no complaint."""
        name = self.rng.choice(sorted(HEARD_BY))
        yield from self._until("pass_on")
        self.complaint = Complaint.pass_on(
            by=self.year.people[name],
            on=self.on,
            heard_at=self.heard_at,
            channel=self.rng.choice(("phone", "visit")),
            customer_id=self.story.shipment.customer_id,
            customer_said=None,
            product_id=self.story.shipment.product_id,
            contact_name=None,
            contact_phone=None,
            lot_no=None,
            description=HEARD_BY[name] + self.story.say(asked["said"]),
        )
        yield from self._until("receive")
        self.complaint.decline(reason=asked["reason"], by=self.clerk, on=self.on)

    def _hear(self) -> Walk:
        story = self.story
        facts = story.receipt() | {
            "customer_deadline": self.deadline,
            "heard_at": self.heard_at,
            "description": story.description(lot_known=not self.plot.unknown, deadline=self.deadline),
        }
        if self.plot.unknown:
            facts |= {"lot_no": None, "order_no": None, "shipped_on": None, "shipped_qty": None}
            facts |= {self.rng.choice(("checked_qty", "defect_qty")): None}
        self.later = {}
        if self.plot.amended:
            self.later = {
                key: facts[key] for key in ("lot_no", "order_no", "shipped_on", "shipped_qty", "customer_ref")
            }
            facts |= dict.fromkeys(self.later)
        elif not self.plot.unknown and self.rng.random() < 0.25:
            facts |= dict.fromkeys(self.rng.sample(("found_at", "checked_qty", "contact_phone"), 1))
        if self.plot.slips and self.plot.slips[0].makes:
            yield from self._come_in(facts)
            return
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
            by=self.year.people[name],
            on=self.on,
            heard_at=self.heard_at,
            channel=rng.choice(("phone", "visit", "chat")),
            customer_id=facts["customer_id"] if named else None,
            customer_said=None
            if named
            else f"{story.customer.short_name}"
            f"（{story.customer.full_name[:2] if not story.foreign else '外贸'}客户）",
            contact_name=story.who() if rng.random() < 0.6 else None,
            contact_phone=None,
            product_id=facts["product_id"],
            lot_no=None,
            description=f"{HEARD_BY[name]}{story.shipment.product.model} {story.symptom()}，请业务跟进。",
        )

    def _void(self) -> Walk:
        """5.6: logged twice, or not ours at all; the sales manager voids it."""
        manager = self.year.people["sales_manager"]
        if self.plot.void == "twice":
            yield from self._for(1.5)
            facts = self.story.receipt() | {
                "heard_at": self.heard_at,
                "channel": "email",
                "customer_deadline": None,
                "description": f"客户邮件反映{self.story.shipment.product.model}：{self.story.symptom()}。",
            }
            again = Complaint.log(
                by=self.rng.choice(self.year.people.with_role("sales_clerk")), on=self.on, **facts
            )
            yield from self._for(2)
            again.void(
                reason=f"与{self.complaint.number}为同一问题，客户先来电后又发邮件，两人各登记一次。",
                by=manager,
                on=self.on,
            )
            self.plot = Plot()
            yield from self._go(*self._whole())
        else:
            yield from self._for(5)
            self.complaint.void(
                reason="客户核对后确认不良品为另一家供应商的产品，书面撤回投诉。", by=manager, on=self.on
            )

    # Analysis (5.2.1.3) and answer (5.2.2.2, 5.2.2.3)

    def _receive(self) -> Walk:
        yield from self._until("receive")
        self.complaint.receive(by=self.inspector, on=self.on)

    def _confirm(self) -> Walk:
        yield from self._until("confirm")
        same, _others = self.complaint.like_cases(
            self.complaint.product_id, self.story.code, self.story.category
        )
        facts = self.story.confirmation(
            again=len(self.complaint.replies), repeat=bool(same), overruled=self.plot.overruled
        )
        given = self.story.receipt()
        if self.plot.unknown:
            facts["unknown_reason"] = self.rng.choice(UNKNOWN)
        else:
            facts |= {field: given[field] for field in self.complaint.missing}
        self.complaint.confirm(
            by=self.supervisor if facts["route_reason"] else self.inspector, on=self.on, **facts
        )
        self.send_goods()

    def _prepare(self) -> Walk:
        yield from self._until("prepare")
        if self.complaint.route == "meeting":
            self._issue_result()
            return
        if not self.plot.ours:
            self.complaint.explain(
                reply_text=self.story.explanation(again=len(self.complaint.replies)),
                by=self.inspector,
                on=self.on,
            )
            self._photograph("explain", self.inspector)
            return
        settled_on = self.on.date()
        late_reason = None
        if self.plot.next_day:
            calendar = self.year.calendar
            self.on = calendar.add_working_hours(
                calendar.end_of(settled_on), self.rng.uniform(0.1, 0.8)
            ).replace(microsecond=0)
            yield self.on
            late_reason = self.rng.choice(NEXT_DAY)
        said = self.story.settlement(settled_on, again=len(self.complaint.replies))
        self.complaint.settle(by=self.supervisor, on=self.on, late_reason=late_reason, **said)

    def _send(self) -> Walk:
        yield from self._until("send")
        late = self.story.late_reason() if self.on > self.complaint.reply_due_at else None
        facts = {
            "reply_to": self.story.contact.name,
            "late_reply_reason": late,
            "reply_channel": self.rng.choice(("email", "email", "letter", "chat")),
        }
        if self.plot.directly:
            self.complaint.reply_directly(by=self.inspector, on=self.on, **facts)
        else:
            self.complaint.send_reply(by=self.clerk, on=self.on, **facts)

    def _follow_up(self) -> Walk:
        if self.plot.silent:
            yield from self._rest(
                self.complaint.follow_up_due_at or self.on, timedelta(hours=self.rng.uniform(0.5, 6))
            )
            self.complaint.no_answer(response_note=self.rng.choice(SILENT), by=self.clerk, on=self.on)
            return
        yield from self._for(self.rng.uniform(3, 30))
        refused = len(self.complaint.replies)
        if refused <= self.plot.refused:
            self.complaint.refuse(
                response_on=self.on.date(),
                response_note=self.story.refusal(refused),
                by=self.clerk,
                on=self.on,
            )
            yield from self._answer_again()
            return
        self.complaint.accept(
            response_on=self.on.date(), response_note=self.story.acceptance(), by=self.clerk, on=self.on
        )

    def _answer_again(self) -> Walk:
        """After a refusal: analysis, settlement and reply once more, within the limit that starts anew."""
        self.began = self.on
        self.length = self.year.calendar.working_hours_between(
            self.on, self.complaint.reply_due_at
        ) * self.rng.uniform(0.4, 0.85)
        yield from self._go(*self._answering(), lap="_again")

    def _close(self) -> Walk:
        yield from self._for(self.rng.uniform(1, 20))
        while self.unfinished():
            yield from self._for(self.rng.uniform(8, 20))  # looks again every other day
        self.complaint.close(closing_note=self.story.closing(), by=self.supervisor, on=self.on)

    # Talks and samples (5.2.1.3)

    def _look_closer(self) -> Walk:
        """What quality asks the customer before it signs its analysis."""
        plot, complaint, today, rng = self.plot, self.complaint, self.on.date(), self.rng
        if plot.sample:
            yield from self._until("ask_sample")
            complaint.request_sample(
                quantity=min(2, self.story.n),
                requested_on=self.on.date(),
                note=self.rng.choice(SAMPLE_NOTES),
                expected_on=self.year.calendar.add_working_days(self.on.date(), 1),
                by=self.inspector,
                on=self.on,
            )
        if plot.talk:
            yield from self._until("talk")
            complaint.contact(
                at=self.on - timedelta(minutes=rng.randint(3, 25)),
                channel="email" if self.story.foreign else "phone",
                contact_name=self.story.contact.name,
                said=self.story.talk(),
                by=self.rng.choice((self.inspector, self.clerk)),
                on=self.on,
            )
        if plot.sample in ("given_back", "scrapped", "here"):
            calendar = (
                self.year.calendar
            )  # it comes the next day: from near by the customer's car, from far off by express
            yield from self._rest(calendar.end_of(today), timedelta(hours=rng.uniform(0.6, 2.5)))
            complaint.receive_sample(
                sample_id=complaint.samples[0].id,
                sent_on=max(today, self.complaint.samples[0].requested_on),
                received_on=self.on.date(),
                received_qty=min(2, self.story.n),
                location=rng.choice(("品质部待检柜A2", "品质部待检柜B1", "客诉样品架3层")),
                by=self.inspector,
                on=self.on,
            )
        if plot.sample and plot.sample != "awaited":
            self.year.start(self._sample_after(self.on, plot.sample))

    def _sample_after(self, on: datetime, end: str) -> Walk:
        """Where the sample goes from the bench, and its end."""
        sample = self.complaint.samples[0].id
        calendar = self.year.calendar
        if end != "never_came":
            on = calendar.add_working_hours(on, self.rng.uniform(1, 6)).replace(microsecond=0)
            yield on
            self.complaint.move_sample(
                sample_id=sample,
                location=self.rng.choice(("解剖分析室", "听音室", "老化房", "可靠性实验室")),
                by=self.inspector,
                on=on,
            )
        if end == "here":
            return
        on = calendar.add_working_hours(on, self.rng.uniform(20, 95)).replace(microsecond=0)
        yield on
        note = self.rng.choice(SAMPLE_ENDS[end])
        self.complaint.end_sample(
            sample_id=sample, sample_end=end, ended_on=on.date(), note=note, by=self.inspector, on=on
        )

    # Photographs

    def _photograph(self, step: str, by: User) -> None:
        take_picture(self.complaint, self.story, self.rng, step=step, by=by, on=self.on)
