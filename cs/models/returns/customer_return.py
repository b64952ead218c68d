"""Customer returns 客户退货 (5.3): the return slip as a record, from the gate or from sales to the customer's
confirmation, and the verbs of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Unpack

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.models.returns import counting as count_steps
from cs.models.returns import goods_wish as wish_steps
from cs.models.returns import inspection as inspection_steps
from cs.models.returns import liability as liability_steps
from cs.models.returns import rework_effect as effect_steps
from cs.models.returns.complaints import complaint_of_slip, recurrences
from cs.models.returns.labels import LineLabels
from cs.models.returns.lines import LINE_QUESTIONS, Booking, ReturnLine, lines_of_slip
from cs.models.returns.slip import Slip, SlipLine
from cs.procedure import returns as procedure
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class Return(Workflowed):
    """One return, whole."""

    kind = "return"
    parts = ("lines", "bookings")
    workflow = procedure.WORKFLOW
    __tablename__ = "returns"
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    customer_slip_no: Mapped[str | None]
    warning_reason: Mapped[str | None] = mapped_column(Text)  # why it stands in spite of warnings
    return_kind: Mapped[str | None]
    cost_bearer: Mapped[str | None]  # 费用承担
    registered_at: Mapped[datetime] = mapped_column(Moment)
    return_by: Mapped[date | None]  # 回交时间: when the customer wants its goods back
    arrived_at: Mapped[datetime | None] = mapped_column(Moment)
    pick_up_on: Mapped[date | None]
    pick_up_note: Mapped[str | None] = mapped_column(Text)
    given_back_on: Mapped[date | None]
    delivery_no: Mapped[str | None]
    given_back_note: Mapped[str | None] = mapped_column(Text)
    response_on: Mapped[date | None]
    response_note: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_note: Mapped[str | None] = mapped_column(Text)
    # the judgement of quality, and the answer of the customer
    liability: Mapped[str | None]
    liability_note: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None]
    customer_answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    # the effect of the rework
    effect_due_at: Mapped[datetime | None] = mapped_column(Moment)
    effect: Mapped[str | None]
    effect_note: Mapped[str | None] = mapped_column(Text)
    effect_follow_up: Mapped[str | None] = mapped_column(Text)  # what follows where it is not effective
    effect_at: Mapped[datetime | None] = mapped_column(Moment)
    # the wish for other goods at once
    wants_goods: Mapped[bool] = mapped_column(default=False)
    goods_wanted_on: Mapped[date | None]
    no_goods_reason: Mapped[str | None] = mapped_column(Text)

    customer: Mapped[Customer] = relationship()
    complaint: Mapped[Complaint | None] = relationship()
    created_by: Mapped[User | None] = relationship(
        primaryjoin="Return.created_by_id == User.id", foreign_keys="Return.created_by_id", viewonly=True
    )
    lines: Mapped[list[ReturnLine]] = relationship(
        cascade="all, delete-orphan", order_by=ReturnLine.id, lazy="selectin"
    )
    bookings: Mapped[list[Booking]] = relationship(
        cascade="all, delete-orphan", order_by=Booking.id, lazy="selectin"
    )
    __table_args__ = (
        CheckConstraint("complaint_id IS NOT NULL OR state IN ('at_gate', 'void')", name="of_one_complaint"),
        Index("ix_returns_registered_at_id", "registered_at", "id"),
    )

    @property
    def title(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return (
            f"{self.customer.short_name} · "
            + ", ".join(f"{line.product.model} × {line.slip_qty}" for line in self.lines)[:80]
        )

    def affected(self) -> Iterable[Workflowed]:
        """Return the complaint, whose closing waits for it."""
        return [self.complaint] if self.complaint else []

    def searched(self) -> tuple[str | None, ...]:
        return (
            self.number,
            *self.customer.searched_names,
            self.customer_slip_no,
            self.complaint.number if self.complaint else None,
            *(word for line in self.lines for word in (line.product.model, line.lot_no, line.order_no)),
        )

    @property
    def labels(self) -> LineLabels:
        return LineLabels(self.number, self.state, self.lines)

    # Dates

    @property
    def arrival_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.pick_up_on) if self.pick_up_on else None

    @property
    def return_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.return_by) if self.return_by else None

    @property
    def back_at(self) -> datetime | None:
        """Return the end of business of the day on which the goods left for the customer."""
        return work_calendar().end_of(self.given_back_on) if self.given_back_on else None

    @property
    def rework_due_at(self) -> datetime | None:
        days = [line.rework_on for line in self.lines_for("to_rework") if line.rework_on]
        return work_calendar().end_of(min(days)) if days else None

    @property
    def goods_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.goods_wanted_on) if self.goods_wanted_on else None

    # What the workflow's rows ask

    def here(self, on: datetime) -> bool:
        return self.arrived_at is not None

    def not_here(self, on: datetime) -> bool:
        return self.arrived_at is None

    def holds(self, question: str, on: datetime) -> bool:
        """Return the answer to a condition: of LINE_QUESTIONS, whether it is yes for any line."""
        return bool(self.lines_for(question)) if question in LINE_QUESTIONS else super().holds(question, on)

    @classmethod
    def answers(cls, question: str) -> bool:
        return question in LINE_QUESTIONS or super().answers(question)

    def lines_for(self, question: str) -> list[ReturnLine]:
        """Return the lines for which the answer to one of LINE_QUESTIONS is yes."""
        return [line for line in self.lines if LINE_QUESTIONS[question](line)]

    def line(self, line_id: int) -> ReturnLine:
        return next(line for line in self.lines if line.id == line_id)

    def counted(self, on: datetime) -> bool:
        return not self.lines_for("uncounted")

    def nothing_left(self, on: datetime) -> bool:
        """Return whether every line is counted, inspected and reworked, and every difference settled."""
        return all(line.tally.is_done for line in self.lines) and not self.lines_for("differs")

    def later_cases(self, line: ReturnLine) -> list[Complaint]:
        """Return the recurrences after a line's rework instruction (3.4), newest first."""
        return recurrences(line, self.complaint)

    @property
    def effective_from(self) -> date | None:
        """Return the first day on which the rework can be judged as effective."""
        return effect_steps.effective_from(self)

    def effect_awaited(self, on: datetime) -> bool:
        return effect_steps.is_effect_awaited(self)

    @property
    def is_ineffective(self) -> bool:
        return self.effect == procedure.INEFFECTIVE

    def goods_awaited(self, on: datetime) -> bool:
        return wish_steps.are_goods_awaited(self)

    def goods_settled(self, on: datetime) -> bool:
        return not wish_steps.are_goods_awaited(self)

    # Verbs of the slip

    @classmethod
    def register(
        cls,
        *,
        complaint_id: int | None,
        customer_id: int,
        lines: list[SlipLine],
        by: User,
        on: datetime,
        **slip: Unpack[Slip],
    ) -> Return:
        """Register a return for sales (5.3.1); it joins the complaint `complaint_id` or makes one (5.3.5).
        Raise NotOpen where that complaint has ended."""
        record = cls()
        complaint = complaint_of_slip(complaint_id, customer_id, lines, on, by=by, on=on)
        with record.advancing("register", by, on):
            record._number(on)
            record._join(complaint)
            record._fill(customer_id, lines, slip)
        return record

    @classmethod
    def receive_at_gate(
        cls,
        *,
        customer_id: int,
        lines: list[SlipLine],
        arrived_at: datetime,
        by: User,
        on: datetime,
        **slip: Unpack[Slip],
    ) -> Return:
        """Register goods that came in unannounced (5.3.2); they are in the queue of sales at once."""
        record = cls()
        with record.advancing("receive_at_gate", by, on):
            record._number(on)
            record._join(None)
            record._fill(customer_id, lines, slip)
            record.arrived_at = arrived_at
        return record

    def take_over(
        self,
        *,
        complaint_id: int | None,
        customer_id: int,
        lines: list[SlipLine],
        by: User,
        on: datetime,
        **slip: Unpack[Slip],
    ) -> None:
        """Complete for sales what the warehouse received (5.3.2). Raise NotOpen as `register` does."""
        complaint = complaint_of_slip(complaint_id, customer_id, lines, self.arrived_at or on, by=by, on=on)
        with self.advancing("take_over", by, on):
            self._join(complaint)
            self._fill(customer_id, lines, slip)

    def _number(self, on: datetime) -> None:
        self.number = next_number(self.kind, local_day(on))
        self.registered_at = on

    def _join(self, complaint: Complaint | None) -> None:
        self.complaint, self.complaint_id = complaint, complaint.id if complaint else None

    def _fill(self, customer_id: int, lines: list[SlipLine], slip: Slip) -> None:
        """Set what the slip says; a line that does not stand on it any more is removed."""
        self.lines = lines_of_slip(lines, self.lines)
        for name, value in slip.items():
            setattr(self, name, value)
        self.customer_id, self.customer = customer_id, db.session.get_one(Customer, customer_id)

    def amend(
        self,
        *,
        customer_id: int,
        lines: list[SlipLine],
        amendment_reason: str,
        by: User,
        on: datetime,
        **slip: Unpack[Slip],
    ) -> None:
        """Complete or correct the slip before the goods are counted, with the reason (5.6)."""
        with self.advancing("amend", by, on, note=amendment_reason):
            self._fill(customer_id, lines, slip)

    def arrange(self, *, pick_up_on: date, pick_up_note: str | None, by: User, on: datetime) -> None:
        """Schedule the pick-up (5.3.1: PMC安排拉回置放在退货区)."""
        with self.advancing("arrange", by, on):
            self.pick_up_on, self.pick_up_note = pick_up_on, pick_up_note

    # The steps between, each in the module of its subject

    accept, accept_here, decline = (
        liability_steps.accept,
        liability_steps.accept_here,
        liability_steps.decline,
    )
    leave_there, send_as_is = liability_steps.leave_there, liability_steps.send_as_is
    serve_paid, serve_paid_here = liability_steps.serve_paid, liability_steps.serve_paid_here
    dispute = liability_steps.dispute
    count, all_counted, recount = count_steps.count, count_steps.all_counted, count_steps.recount
    settle_difference = count_steps.settle_difference
    inspect, reinspect = inspection_steps.inspect, inspection_steps.reinspect
    instruct, plan_rework = inspection_steps.instruct, inspection_steps.plan_rework
    rework = inspection_steps.rework
    judge_effect = effect_steps.judge_effect
    decline_goods = wish_steps.decline_goods

    # Verbs of its end

    def give_back(
        self,
        *,
        given_back_on: date,
        delivery_no: str | None,
        given_back_note: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """Send the customer what is good or goes back as it is; the rest is scrapped (5.3)."""
        with self.advancing("give_back", by, on):
            self.given_back_on, self.delivery_no = given_back_on, delivery_no
            self.given_back_note = given_back_note
            effect_steps.plan_effect(self)

    def confirm(self, *, response_on: date, response_note: str, by: User, on: datetime) -> None:
        """Record that the customer confirms what came back and what was scrapped (5.3.5)."""
        with self.advancing("confirm", by, on):
            self.response_on, self.response_note = response_on, response_note

    def close(self, *, closing_note: str | None, by: User, on: datetime) -> None:
        """Close it by the quality supervisor's signature (5.3)."""
        with self.advancing("close", by, on):
            self.closed_at, self.closing_note = on, closing_note
            effect_steps.plan_effect(self)

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """Void what was registered by mistake; it stays readable, its number stays taken (5.6)."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason

    def miscounts(self) -> Iterator[str]:
        for line in self.lines:
            if not line.adds_up(self.bookings):
                yield f"has totals on line {line.id} that are not the sums of its bookings"
