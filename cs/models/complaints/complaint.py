"""Complaints 客户投诉 (5.2): the complaint report MJ-QP-12-03 as a record, and the verbs of its steps.

The register MJ-QP-12-05 is a view of the same rows (Q9).
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, lazyload, mapped_column, relationship

from cs.extensions import db
from cs.models.complaints.meeting import MeetingSteps
from cs.models.complaints.old_register import OldRegister
from cs.models.complaints.samples import SampleSteps
from cs.models.customers import Customer, Product
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.procedure.calendar import months_before
from cs.procedure.workflow import NotOpen
from cs.records.numbers import next_number
from cs.records.procedure import local_day, rulebook, zone
from cs.records.record import KINDS, Workflowed
from cs.records.types import Moment
from cs.records.users import User

DUE_BY = (
    "heard_at",
    "customer_id",
    "customer_deadline",
)  # fields that decide when the reply is due: without a change of them it stays (5.2.2.6)
MOST_LIKE_CASES = 20


class Reply(db.Model):
    """One numbered answer to the customer: what quality prepared, when sales sent it, what the customer
    said."""

    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    number: Mapped[int]
    route: Mapped[
        str | None
    ]  # of a reply out of an old register neither way, text nor who prepared it are known
    reply_text: Mapped[str | None] = mapped_column(Text)  # what was settled, or why it is not ours
    cause: Mapped[str | None] = mapped_column(Text)
    actions: Mapped[str | None] = mapped_column(Text)
    agreed_with: Mapped[str | None]
    settled_on: Mapped[date | None]
    late_reason: Mapped[str | None] = mapped_column(
        Text
    )  # why the result was not recorded the same day (5.2.2.3)
    quality_replied_at: Mapped[datetime | None] = mapped_column(Moment)
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply_channel: Mapped[str | None]
    reply_to: Mapped[str | None]
    response: Mapped[str | None]
    response_on: Mapped[date | None]
    response_note: Mapped[str | None] = mapped_column(Text)
    prepared_by: Mapped[User | None] = relationship(foreign_keys=[prepared_by_id], viewonly=True)
    replied_by: Mapped[User | None] = relationship(foreign_keys=[replied_by_id], viewonly=True)
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    @property
    def recorded_same_day(self) -> bool:
        """5.2.2.3: 当天把处理结果记录; counted from the day the matter was settled (Q16)."""
        return (
            self.settled_on is None
            or self.quality_replied_at is None
            or local_day(self.quality_replied_at) <= self.settled_on
        )

    @property
    def in_time(self) -> bool | None:
        return procedure.replied_in_time(self.replied_at, self.due_at)


class Complaint(SampleSteps, MeetingSteps, OldRegister, Workflowed):
    """One complaint, whole."""

    kind = "complaint"
    parts = ("replies", "contacts", "samples", "meetings", "attendees", "places", "dispositions")
    derived = Workflowed.derived | {"natural_key"}
    workflow = procedure.WORKFLOW
    __tablename__ = "complaints"
    number: Mapped[str] = mapped_column(unique=True)
    # Block A, receipt
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    customer_said: Mapped[str | None]  # the customer in the words of who passed it on
    heard_at: Mapped[datetime] = mapped_column(Moment)
    registered_at: Mapped[datetime] = mapped_column(Moment)
    channel: Mapped[str | None]  # an old register does not say how it came in
    oral_written: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    customer_ref: Mapped[str | None]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    customer_part_no: Mapped[str | None]
    order_no: Mapped[str | None]
    lot_no: Mapped[str | None]
    shipped_on: Mapped[date | None]
    shipped_qty: Mapped[int | None]
    checked_qty: Mapped[int | None]
    defect_qty: Mapped[int | None]
    found_at: Mapped[str | None]
    description: Mapped[str] = mapped_column(Text)
    demand: Mapped[str | None] = mapped_column(Text)  # JSON list of codes
    customer_deadline: Mapped[datetime | None] = mapped_column(Moment)
    unknown_reason: Mapped[str | None] = mapped_column(Text)
    decline_reason: Mapped[str | None] = mapped_column(Text)
    # Block B, analysis
    quality_received_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    quality_received_at: Mapped[datetime | None] = mapped_column(Moment)
    finding: Mapped[str | None]
    defect_category: Mapped[str | None] = mapped_column(index=True)
    defect_code: Mapped[str | None]
    severity: Mapped[str | None]
    nature: Mapped[str | None]
    liability: Mapped[str | None]
    route: Mapped[str | None]
    route_reason: Mapped[str | None] = mapped_column(Text)
    repeat_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("complaints.id")
    )  # 3.4: the last like case within the window
    proposed_route: Mapped[str | None]  # what the procedure led to when the analysis was signed
    analysis: Mapped[str | None] = mapped_column(Text)
    counts_in_kpi: Mapped[bool | None]
    analysed_at: Mapped[datetime | None] = mapped_column(Moment)
    # the clock and the end
    reply_due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    first_due_at: Mapped[datetime | None] = mapped_column(Moment)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    late_reply_reason: Mapped[str | None] = mapped_column(Text)
    follow_up_due_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_note: Mapped[str | None] = mapped_column(Text)

    customer: Mapped[Customer | None] = relationship()
    product: Mapped[Product | None] = relationship()
    quality_received_by: Mapped[User | None] = relationship(
        foreign_keys=[quality_received_by_id], viewonly=True
    )
    created_by: Mapped[User | None] = relationship(
        primaryjoin="Complaint.created_by_id == User.id",
        foreign_keys="Complaint.created_by_id",
        viewonly=True,
    )
    repeat_of: Mapped[Complaint | None] = relationship(
        primaryjoin="foreign(Complaint.repeat_of_id) == remote(Complaint.id)", viewonly=True
    )
    replies: Mapped[list[Reply]] = relationship(
        cascade="all, delete-orphan", order_by=Reply.number, lazy="selectin"
    )
    __table_args__ = (
        CheckConstraint(
            "defect_qty IS NULL OR checked_qty IS NULL OR defect_qty <= checked_qty",
            name="defects_within_checked",
        ),
        CheckConstraint("checked_qty >= 0 AND defect_qty >= 0 AND shipped_qty >= 0", name="quantities"),
        Index("ix_complaints_heard_at_id", "heard_at", "id"),
        Index("ix_complaints_customer_id_product_id_defect_code", "customer_id", "product_id", "defect_code"),
    )

    # What lists and tasks show

    @property
    def title(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """Customer and description in one line, for My work."""
        customer = self.customer.short_name if self.customer else self.customer_said
        return f"{customer} · {self.description[:80]}"

    def searched(self) -> tuple[str | None, ...]:
        customer = (
            (self.customer.short_name, self.customer.full_name) if self.customer else (self.customer_said,)
        )
        return (
            self.number,
            *customer,
            self.product.model if self.product else self.old_model,
            self.lot_no,
            self.order_no,
            self.customer_ref,
            self.old_number,
            self.description,
        )

    @property
    def demands(self) -> list[str]:
        return list(json.loads(self.demand or "[]"))

    @property
    def defect_rate(self) -> Decimal | None:
        return procedure.defect_rate(self.defect_qty, self.checked_qty)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields of block A that the analysis needs and that are still empty."""
        return tuple(
            field for field in procedure.NEEDED_BEFORE_ANALYSIS if getattr(self, field) in (None, "")
        )

    @property
    def reply(self) -> Reply | None:
        """The answer in hand, or the last one sent."""
        return self.replies[-1] if self.replies else None

    # The conditions that the workflow's rows ask

    def occasional(self, on: datetime) -> bool:
        return self.route == "occasional"

    def not_ours(self, on: datetime) -> bool:
        return self.route == "not_ours"

    def answer_ready(self, on: datetime) -> bool:
        """Quality has prepared an answer that is not sent yet."""
        return self.reply is not None and self.reply.replied_at is None

    def answer_missing(self, on: datetime) -> bool:
        return not self.answer_ready(on)

    def customer_silent(self, on: datetime) -> bool:
        """No answer for as many days as the procedure file says (Q12)."""
        return self.follow_up_due_at is not None and on >= self.follow_up_due_at

    def nothing_open(self, on: datetime) -> bool:
        """Q12: every CAPA of it verified, every disposition done, every head has countersigned, the plan
        made, no return or replenishment open."""
        return not self.open_ends(on)

    def open_ends(self, on: datetime) -> dict[str, list[Any]]:
        """What still stands in the way of closing: {capas, returns, replenishments, dispositions,
        countersigners, plan: what of it}, without the empty ones."""
        ends = {
            "capas": self.open_records("capa"),
            "returns": self.open_records("return"),
            "replenishments": self.open_records("replenishment"),
            "dispositions": self.open_dispositions,
            "countersigners": self.unsigned,
            "plan": [self.meeting_to_plan] if self.plan_wanted(on) else [],
        }
        return {what: found for what, found in ends.items() if found}

    @property
    def goods_on_the_way(self) -> list[Any]:
        """Its returns and replenishments that are not at their end (5.3.5): they need their complaint."""
        return [*self.open_records("return"), *self.open_records("replenishment")]

    @property
    def goods(self) -> list[Any]:
        """All of them that are not void: they are of the same customer."""
        return [one for one in (*self.returns, *self.replenishments) if one.void_reason is None]  # type: ignore[attr-defined]

    def open_records(self, kind: str) -> list[Any]:
        """The records of a kind that belong to this complaint and have not come to their end."""
        cls: Any = KINDS[kind]
        final = [state.code for state in cls.workflow.states if state.final]
        query = (
            select(cls)
            .where(cls.complaint_id == self.id, cls.state.not_in(final))
            .order_by(cls.id)
            .options(lazyload("*"))
        )
        return list(db.session.execute(query).scalars())

    def like_cases(
        self, product_id: int | None, defect_code: str | None, category: str | None
    ) -> tuple[list[Complaint], list[Complaint]]:
        """3.4: complaints of the same model and defect within the window before this one: (of this customer,
        of others). Newest first."""
        if not (product_id and defect_code):
            return [], []
        first = months_before(local_day(self.heard_at), rulebook().recurrence_months)
        begin = datetime.combine(first, time.min, zone())
        earlier = or_(
            Complaint.heard_at < self.heard_at,
            and_(Complaint.heard_at == self.heard_at, Complaint.id < self.id),
        )
        query = (
            select(Complaint)
            .where(
                Complaint.product_id == product_id,
                Complaint.defect_code == defect_code,
                Complaint.defect_category == category,
                Complaint.heard_at >= begin,
                earlier,
                Complaint.state.not_in((*procedure.NOT_REGISTERED, *procedure.ENDED_EARLY)),
            )
            .order_by(Complaint.heard_at.desc(), Complaint.id.desc())
            .limit(MOST_LIKE_CASES)
            .options(lazyload("*"))
        )
        found = list(db.session.execute(query).scalars())
        return [one for one in found if one.customer_id == self.customer_id], [
            one for one in found if one.customer_id != self.customer_id
        ]

    # Verbs, one for each step

    @classmethod
    def log(cls, *, by: User, on: datetime, **values: Any) -> Complaint:
        """5.2.1.1: sales logs a spoken or written complaint; it goes to quality at once, and the clock runs
        from `heard_at`."""
        return cls._open("log", by=by, on=on, **values)

    @classmethod
    def pass_on(cls, *, by: User, on: datetime, **values: Any) -> Complaint:
        """5.2.1.2: another department passes on what it heard; it reaches sales at once, and the clock runs
        already."""
        return cls._open("pass_on", by=by, on=on, **values)

    @classmethod
    def _open(cls, step: str, *, by: User, on: datetime, **values: Any) -> Complaint:
        complaint = cls()
        with complaint.advancing(step, by, on):
            complaint.number = next_number(cls.kind, local_day(on))
            complaint.registered_at = on
            complaint._fill(values)
        return complaint

    def register(self, *, by: User, on: datetime, **values: Any) -> None:
        """5.2.1.2: sales makes a complaint of what was passed on; the time it was first heard stays."""
        with self.advancing("register", by, on):
            self._fill(values)

    def decline(self, *, reason: str, by: User, on: datetime) -> None:
        """5.2.1.2: sales says why what was passed on is no complaint."""
        with self.advancing("decline", by, on, note=reason):
            self.decline_reason = reason

    def amend(self, *, by: User, on: datetime, **values: Any) -> None:
        """5.6: block A is completed or corrected; old values stay in the event. A new deadline moves the due
        date."""
        with self.advancing("amend", by, on):
            self._fill(values)

    def _fill(self, values: dict[str, Any]) -> None:
        if "demand" in values:
            values["demand"] = json.dumps(sorted(values["demand"])) if values["demand"] else None
        decided = [getattr(self, field) for field in DUE_BY]
        self._set(values)
        if self.reply_due_at is None or decided != [getattr(self, field) for field in DUE_BY]:
            self.start_clock()

    def _set(self, values: dict[str, Any]) -> None:
        for field, value in values.items():
            setattr(self, field, value)
        self.customer = db.session.get(Customer, self.customer_id) if self.customer_id else None
        self.product = db.session.get(Product, self.product_id) if self.product_id else None

    @property
    def refused_on(self) -> date | None:
        """When the customer refused our last reply; None while it refused none."""
        return next(
            (reply.response_on for reply in reversed(self.replies) if reply.response == "refused"), None
        )

    def start_clock(self) -> None:
        """5.2.2.6: the customer's own deadline, else the agreed limit, else two days. After a refusal the
        limit starts again.

        A reply that quality has prepared and that is not sent yet is due with it. Where the procedure file
        pauses the limit, it moves by the days on which samples were awaited.
        """
        again = self.refused_on
        since = datetime.combine(again, time(12), zone()) if again else self.heard_at
        agreed = self.customer.reply_days if self.customer else None
        self.reply_due_at = rulebook().reply.due_at(
            since,
            work_calendar(),
            customer_deadline=self.customer_deadline,
            agreed_days=agreed,
            waits=self.waits,
        )
        if not again:
            self.first_due_at = self.reply_due_at
        if self.reply is not None and self.reply.replied_at is None:
            self.reply.due_at = self.reply_due_at

    def receive(self, *, by: User, on: datetime) -> None:
        """5.2.1.3: a named person of quality takes the complaint in hand."""
        with self.advancing("receive", by, on):
            self.quality_received_by_id, self.quality_received_at = by.id, on

    def confirm(self, *, by: User, on: datetime, **values: Any) -> None:
        """5.2.1.3, 5.2.2.1: first analysis and confirmation, signed; says which way the complaint goes
        (5.2.2.2–4)."""
        with self.advancing("confirm", by, on):
            self._set(values)
            same, _others = self.like_cases(self.product_id, self.defect_code, self.defect_category)
            self.repeat_of_id = same[0].id if same else None
            self.proposed_route = procedure.proposed_route(
                liability=self.liability or "",
                finding=self.finding or "",
                severity=self.severity or "",
                nature=self.nature or "",
                is_repeat=bool(same),
            )
            self.counts_in_kpi = procedure.counts_as_failure(
                liability=self.liability or "", finding=self.finding or ""
            )
            self.analysed_at = on

    def settle(
        self,
        *,
        reply_text: str,
        cause: str,
        actions: str,
        agreed_with: str,
        settled_on: date,
        late_reason: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.3: the quality supervisor settled it with the customer; the result is recorded the same day
        and goes back to sales."""
        self._prepare(
            "settle",
            by,
            on,
            reply_text=reply_text,
            cause=cause,
            actions=actions,
            agreed_with=agreed_with,
            settled_on=settled_on,
            late_reason=late_reason,
        )

    def explain(self, *, reply_text: str, by: User, on: datetime) -> None:
        """5.2.2.2, Q17: why it is not our responsibility; the evidence is among the complaint's files."""
        self._prepare("explain", by, on, reply_text=reply_text)

    def _prepare(self, step: str, by: User, on: datetime, **facts: Any) -> None:
        with self.advancing(step, by, on):
            self.replies.append(
                Reply(
                    number=len(self.replies) + 1,
                    route=self.route,
                    quality_replied_at=on,
                    prepared_by_id=by.id,
                    due_at=self.reply_due_at,
                    **facts,
                )
            )

    def _keep_old_reply(self, **said: Any) -> None:
        """The one reply that an old register tells of: cause and measures in brief, when it was sent, what
        the customer said."""
        self.replies.append(Reply(number=1, due_at=self.first_due_at, replied_at=self.replied_at, **said))

    def send_reply(
        self,
        *,
        reply_to: str,
        reply_channel: str,
        late_reply_reason: str | None = None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.3, 5.2.2.6: the report goes to the customer. The first one sent stops the clock (Q14)."""
        self._send("send_reply", reply_to, reply_channel, late_reply_reason, by, on)

    def reply_directly(
        self,
        *,
        reply_to: str,
        reply_channel: str,
        late_reply_reason: str | None = None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.2: quality sends the evidence to the customer itself."""
        self._send("reply_directly", reply_to, reply_channel, late_reply_reason, by, on)

    def _send(
        self, step: str, reply_to: str, channel: str, late_reason: str | None, by: User, on: datetime
    ) -> None:
        with self.advancing(step, by, on):
            reply = self.replies[-1]
            reply.replied_at, reply.replied_by_id, reply.reply_to, reply.reply_channel = (
                on,
                by.id,
                reply_to,
                channel,
            )
            self.replied_at = self.replied_at or on
            self.late_reply_reason = late_reason or self.late_reply_reason
            self.follow_up_due_at = on + timedelta(days=rulebook().reply.no_answer_days)

    def accept(self, *, response_on: date, response_note: str | None, by: User, on: datetime) -> None:
        """5.2.2.3: the customer accepts."""
        self._respond("accept", "accepted", response_on, response_note, by, on)

    def refuse(
        self,
        *,
        response_on: date,
        response_note: str,
        customer_deadline: datetime | None = None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.3, 5.2.2.6: the customer does not accept; it goes back to analysis. The limit starts again,
        unless the customer says by when it wants the next reply; a deadline named before was that of the
        reply refused."""
        self._respond("refuse", "refused", response_on, response_note, by, on, customer_deadline)

    def no_answer(self, *, response_note: str, by: User, on: datetime) -> None:
        """Q12: silent for the set number of days; the note says what was tried."""
        self._respond("no_answer", "no_answer", local_day(on), response_note, by, on)

    def _respond(
        self,
        step: str,
        response: str,
        response_on: date,
        note: str | None,
        by: User,
        on: datetime,
        deadline: datetime | None = None,
    ) -> None:
        with self.advancing(step, by, on, note=note):
            reply = self.replies[-1]
            reply.response, reply.response_on, reply.response_note = response, response_on, note
            self.follow_up_due_at = None
            if response == "refused":
                self.customer_deadline = deadline
                self.start_clock()

    def close(self, *, closing_note: str | None, by: User, on: datetime) -> None:
        """Q12: only after the customer accepted, or stayed silent and a note says what was tried; signed."""
        with self.advancing("close", by, on):
            self.closed_at, self.closing_note = on, closing_note

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """5.6: taken out of the count with a reason; stays readable, its number stays taken. NotOpen while
        goods move under it (5.3.5)."""
        if self.goods_on_the_way:
            raise NotOpen("void")
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason
