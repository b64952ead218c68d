"""What everybody who works on a demo case has in hand: its plot, its people, its story and its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from cs.demo.case_words import FIRST_HEARD, PACE
from cs.demo.errands import take_picture
from cs.demo.plots import Plot
from cs.demo.remedies import Cure
from cs.demo.stories import Story
from cs.demo.trade import random_for
from cs.demo.walks import DemoYear, Walk
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Attachment
from cs.records.tasks import Task
from cs.records.users import User


class CaseFile:
    """The state of one complaint of the demo's year, and the time that its steps take."""

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
        """Take as `length` the working time from hearing to the reply.

        Without it, the time is what 5.2.2.6 gives, or longer where the plot is late.
        """
        self.year, self.plot, self.heard_at, self.on = year, plot, heard_at, heard_at
        self.number, self.name = number, f"case {number}"
        self.rng = random_for(self.name)
        self.length, self.deadline, self.began = length or timedelta(), deadline, heard_at
        self.stopped = False
        self.complaint: Complaint
        self.story: Story
        self.cure: Cure
        self.inspector = self.supervisor = self.clerk = year.people["administrator"]

    def set_length(self) -> None:
        due = self.year.reply_due(self.heard_at, self.deadline, self.story.customer.reply_days)
        in_time = (0.75 if self.plot.sample else 0.35, 0.9)
        share = self.rng.uniform(*((1.15, 1.9) if self.plot.late else in_time))
        self.length = self.year.calendar.working_hours_between(self.heard_at, due) * share

    def until(self, step: str) -> Walk:
        """Sleep until the step's share of the time to the reply has passed, and for some minutes at
        least."""
        before = self.on
        yield from self.rest(self.began, self.length * PACE[step] * self.rng.uniform(0.94, 1.0))
        if self.on == before and self.on > self.began:
            yield from self.work_for(self.rng.uniform(0.1, 0.5))

    def work_for(self, hours: float) -> Walk:
        """Sleep for so many working hours."""
        yield from self.rest(self.on, timedelta(hours=hours))

    def rest(self, since: datetime, time: timedelta) -> Walk:
        moment = self.year.calendar.add_working_hours(since, time / timedelta(hours=1)).replace(microsecond=0)
        self.on = max(moment, self.on)
        yield self.on

    def stops_before(self, step: str) -> bool:
        """Tell whether the plot ends before this step, and give its task to the person whom the plot
        names."""
        stops = self.plot.stops_at
        if stops is None or stops not in {
            "prepare": ("settle", "explain", "issue_result"),
            "send": ("send_reply",),
            "call": ("call_meeting",),
        }.get(step, (step,)):
            return False
        self.stopped = True
        if self.plot.taken_by:
            query = select(Task).where(
                Task.kind == Complaint.kind, Task.record_id == self.complaint.id, Task.name == stops
            )
            db.session.execute(query).scalar_one().take(self.year.people[self.plot.taken_by], self.on)
        return True

    def deadline_with_evidence(self, step: str) -> datetime | None:
        """Return the customer's own date with a photograph of its letter; None where there is no picture."""
        if self.deadline is None:
            return None
        self.photograph(step, self.clerk)
        files = Attachment.of(self.complaint)
        return self.deadline if files and files[-1].at == self.on else None

    def consent_to_clock(self) -> Walk:
        """Have what would move the clock decided soon, by whom the procedure names (5.2.2.6)."""
        while consenters := self.complaint.clock_book.awaited_consenters():
            yield from self.work_for(0.3)
            signer = db.session.get_one(User, consenters[0])
            change = self.complaint.clock_book.to_decide()
            unproven = change.evidence_id is None
            if change.heard_at or (unproven and self.year.count("clock change without evidence") % 3):
                reason = FIRST_HEARD if change.heard_at else "质量协议尚未签回"
                self.complaint.refuse_clock(reason=reason, by=signer, on=self.on)
                yield from self.work_for(0.2)
                self.complaint.see_clock_refusal(by=self.clerk, on=self.on)
                continue
            self.complaint.consent_clock(decision_note="已核对客户来函", by=signer, on=self.on)

    def photograph(self, step: str, by: User) -> None:
        take_picture(self.complaint, self.story, self.rng, step=step, by=by, on=self.on)
