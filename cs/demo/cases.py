"""The demo's complaints, each walked from the call to the close as people would: a generator that sleeps from
step to step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cs.demo.case_file import CaseFile
from cs.demo.case_receipt import Receipt
from cs.demo.case_samples import SampleWalk
from cs.demo.case_words import COMPLETED, NEXT_DAY, SENT_BACK, SILENT, UNKNOWN
from cs.demo.costs import costs_at_close
from cs.demo.goods_walk import GoodsWalk
from cs.demo.measures import MeasureWalk
from cs.demo.meetings import MeetingWalk
from cs.demo.plots import Plot
from cs.demo.stories import Story
from cs.demo.story_choice import declined_enquiry
from cs.demo.story_remarks import acceptance_note, closing_note, late_reason, refusal_note
from cs.demo.walks import DemoYear, Walk
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Attachment
from cs.records.users import User


class Case:
    """One complaint of the demo's year."""

    def __init__(
        self,
        year: DemoYear,
        number: int,
        plot: Plot,
        heard_at: datetime,
        *,
        length: timedelta | None = None,
        deadline: datetime | None = None,
    ) -> None:
        self.case = CaseFile(year, number, plot, heard_at, length=length, deadline=deadline)
        self.goods = GoodsWalk(self.case)
        self.meeting = MeetingWalk(self.case, self.goods)
        self.measures = MeasureWalk(self.case)
        self.receipt = Receipt(self.case, self.goods)
        self.samples = SampleWalk(self.case)

    def walk(self) -> Walk:
        """Walk the case from the call to the close, or to where the plot stops."""
        case = self.case
        yield case.heard_at
        plot, rng, people = case.plot, case.rng, case.year.people
        looked_at = plot.ours and (plot.refused or plot.sample or plot.nature != "sporadic")
        technical = "technical" if looked_at or plot.slips else None
        enquiry = declined_enquiry(rng) if plot.declined else {}
        case.story = Story(
            case.year.trade,
            rng,
            case.heard_at,
            ours=plot.ours,
            nature=plot.nature,
            about=plot.about,
            seen=plot.photo,
            enquiry=enquiry,
            only="field" if plot.unknown else technical,
            waits=plot.stops_at is not None,
            home=bool(plot.slips or plot.orders),
        )
        if plot.slips:
            case.story.sends_back(
                wants_more=any(slip.orders for slip in plot.slips), slip=plot.slips[0].makes
            )
        case.clerk = case.story.customer.clerk or people["sales_clerk"]
        case.inspector = self._inspector()
        case.supervisor = people["quality_supervisor" if rng.random() < 0.8 else "tangjun"]
        if not case.length:
            case.set_length()
        if plot.declined:
            yield from self.receipt.decline(enquiry)
            return
        yield from self.receipt.hear()
        if plot.void:
            yield from self._void()
        else:
            yield from self._go(*self._whole())

    def _whole(self) -> tuple[Callable[[], Walk], ...]:
        """Return the steps after the registration, in order."""
        return (self._receive, self.samples.look_closer, *self._answering(), self._await_effect, self._close)

    def _answering(self) -> tuple[Callable[[], Walk], ...]:
        """Return the steps of one answer; a refusal makes another."""
        return (
            self._confirm,
            self._confirm_route,
            self.meeting.call,
            self.meeting.meet,
            self.meeting.dispose,
            self._prepare,
            self._send,
            self._follow_up,
        )

    def _go(self, *steps: Callable[[], Walk], lap: str = "") -> Walk:
        """Take the steps in turn, up to where the plot stops."""
        case = self.case
        for step in steps:
            if case.stopped or case.stops_before(step.__name__.strip("_") + lap):
                return
            yield from step()

    def _inspector(self) -> User:
        case = self.case
        names = {
            "speaker": ("yangfan", "quality_inspector"),
            "subwoofer": ("yangfan", "quality_inspector"),
            "amplifier": ("zhangwei", "quality_inspector"),
            "head_unit": ("zhangwei", "quality_inspector"),
        }
        return case.year.people[
            case.rng.choice(names.get(case.story.family, ("quality_inspector", "zhangwei", "tangjun")))
        ]

    def _void(self) -> Walk:
        """Void a case that was logged twice or is not ours at all, as the sales manager does (5.6)."""
        case = self.case
        manager = case.year.people["sales_manager"]
        if case.plot.void == "twice":
            yield from case.work_for(1.5)
            entry = case.story.receipt() | {
                "heard_at": case.heard_at,
                "channel": "email",
                "customer_deadline": None,
                "description": f"客户邮件反映{case.story.shipment.product.model}：{case.story.symptom()}。",
            }
            again = Complaint.log(
                by=case.rng.choice(case.year.people.with_role("sales_clerk")),
                on=case.on,
                **entry,
            )
            yield from case.work_for(2)
            again.void(
                reason=f"与{case.complaint.number}为同一问题，客户先来电后又发邮件，两人各登记一次。",
                by=manager,
                on=case.on,
            )
            case.plot = Plot()
            yield from self._go(*self._whole())
        else:
            yield from case.work_for(5)
            case.complaint.void(
                reason="客户核对后确认不良品为另一家供应商的产品，书面撤回投诉。", by=manager, on=case.on
            )

    # Analysis (5.2.1.3) and answer (5.2.2.2, 5.2.2.3)

    def _receive(self) -> Walk:
        case = self.case
        yield from case.until("receive")
        case.complaint.receive(by=case.inspector, on=case.on)

    def _confirm(self) -> Walk:
        case = self.case
        yield from case.until("confirm")
        same, _others = case.complaint.like_cases(
            case.complaint.product_id, case.story.code, case.story.category
        )
        confirmation = case.story.confirmation(
            again=len(case.complaint.replies), repeat=bool(same), overruled=case.plot.overruled
        )
        confirmation["resp_dept"] = self.meeting.department() if case.plot.ours else None
        given = case.story.receipt()
        if case.plot.unknown:
            confirmation["unknown_reason"] = case.rng.choice(UNKNOWN)
        else:
            confirmation |= {field: given[field] for field in case.complaint.missing}
        case.complaint.confirm(
            by=case.supervisor if confirmation["route_reason"] else case.inspector,
            on=case.on,
            **confirmation,
        )
        self.goods.send_goods()

    def _confirm_route(self) -> Walk:
        """Confirm an inspector's route as the quality supervisor (Q11); some analyses go back once."""
        case = self.case
        if not case.complaint.route_unconfirmed:
            return
        yield from case.until("confirm_route")
        if case.plot.sent_back and not case.complaint.replies:
            case.complaint.send_back(reason=case.rng.choice(SENT_BACK), by=case.supervisor, on=case.on)
            yield from case.work_for(case.rng.uniform(0.3, 0.9))
            more = f"{case.complaint.analysis}{case.rng.choice(COMPLETED)}"
            case.complaint.confirm(analysis=more, by=case.inspector, on=case.on)
            yield from case.work_for(case.rng.uniform(0.1, 0.4))
        case.complaint.confirm_route(
            route=case.complaint.route,
            route_reason=case.complaint.route_reason,
            by=case.supervisor,
            on=case.on,
        )

    def _prepare(self) -> Walk:
        case = self.case
        yield from case.until("prepare")
        if case.complaint.route == "meeting":
            self.meeting.issue_result()
            return
        if not case.plot.ours:
            case.complaint.explain(
                reply_text=case.story.explanation(again=len(case.complaint.replies)),
                by=case.inspector,
                on=case.on,
            )
            case.photograph("explain", case.inspector)
            return
        settled_on = case.on.date()
        reason = None
        if case.plot.next_day:
            calendar = case.year.calendar
            case.on = calendar.add_working_hours(
                calendar.end_of(settled_on), case.rng.uniform(0.1, 0.8)
            ).replace(microsecond=0)
            yield case.on
            reason = case.rng.choice(NEXT_DAY)
        settlement = self.measures.planned(
            case.story.settlement(settled_on, again=len(case.complaint.replies)), self.meeting.department()
        )
        case.complaint.settle(by=case.supervisor, on=case.on, late_reason=reason, **settlement)
        case.year.start(self.measures.carry_out(case.on))
        self.meeting.issue_capa()

    def _send(self) -> Walk:
        case = self.case
        yield from case.until("send")
        sent_at = case.on
        if self._is_recorded_late():
            yield from case.rest(case.complaint.reply_due_at, timedelta(hours=3))
        late = late_reason(case.story) if case.on > case.complaint.reply_due_at else None
        reply = {
            "reply_to": case.story.contact.name,
            "late_reply_reason": late,
            "reply_channel": case.rng.choice(("email", "email", "letter", "chat")),
        }
        if case.plot.directly:
            case.complaint.reply_directly(by=case.inspector, on=case.on, **reply)
        else:
            case.complaint.send_reply(by=case.clerk, on=case.on, **reply)
        if sent_at < case.on:
            yield from self._claim_sending(sent_at)

    def _is_recorded_late(self) -> bool:
        """Tell whether the clerk sends this reply in time and records it days later."""
        case = self.case
        in_time = case.on <= case.complaint.reply_due_at and len(case.complaint.replies) == 1
        if not in_time or case.plot.directly or case.plot.stops_at or not Attachment.of(case.complaint):
            return False
        return case.year.count("replies sent in time") % 5 == 0

    def _claim_sending(self, sent_at: datetime) -> Walk:
        """Claim when it was really sent, with a file of the case as evidence, which sales consents to."""
        case = self.case
        yield from case.work_for(0.2)
        case.complaint.claim_sending(
            sent_at=sent_at,
            reason="当天已发邮件，补记",
            evidence_id=Attachment.of(case.complaint)[-1].id,
            by=case.clerk,
            on=case.on,
        )
        yield from case.work_for(0.5)
        signer = db.session.get_one(User, case.complaint.clock_book.awaited_consenters()[0])
        case.complaint.consent_clock(decision_note="已核对发件记录", by=signer, on=case.on)

    def _follow_up(self) -> Walk:
        case = self.case
        if case.plot.silent:
            yield from case.rest(
                case.complaint.follow_up_due_at or case.on,
                timedelta(hours=case.rng.uniform(0.5, 6)),
            )
            case.complaint.no_answer(response_note=case.rng.choice(SILENT), by=case.clerk, on=case.on)
            return
        yield from case.work_for(case.rng.uniform(3, 30))
        refused = len(case.complaint.replies)
        if refused <= case.plot.refused:
            case.complaint.refuse(
                response_on=case.on.date(),
                response_note=refusal_note(case.story, refused),
                by=case.clerk,
                on=case.on,
            )
            yield from self._answer_again()
            return
        case.complaint.accept(
            response_on=case.on.date(),
            response_note=acceptance_note(case.story),
            by=case.clerk,
            on=case.on,
        )

    def _answer_again(self) -> Walk:
        """Analyse, settle and reply once more after a refusal, within the limit that starts again."""
        case = self.case
        case.began = case.on
        case.length = case.year.calendar.working_hours_between(
            case.on, case.complaint.reply_due_at
        ) * case.rng.uniform(0.4, 0.85)
        yield from self._go(*self._answering(), lap="_again")

    def _await_effect(self) -> Walk:
        """Wait for the measures of a case on the simple route; without effect, answer once more."""
        case = self.case
        while not case.stopped and (self.measures.waits() or case.complaint.state == "analysing"):
            if case.complaint.state == "analysing":
                yield from self._answer_again()
            else:
                yield from case.work_for(8)

    def _close(self) -> Walk:
        case = self.case
        yield from case.work_for(case.rng.uniform(1, 20))
        while self.meeting.unfinished():
            yield from case.work_for(case.rng.uniform(8, 20))  # looks again every other day
        case.complaint.close(
            closing_note=closing_note(case.story),
            by=case.supervisor,
            on=case.on,
            **costs_at_close(case, self.goods),
        )
        if case.plot.ours and not case.plot.slips and not case.plot.unknown and case.number % 17 == 0:
            case.year.start(self.goods.come_late())
