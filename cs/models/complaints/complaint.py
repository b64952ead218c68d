"""Complaints 客户投诉 (5.2): the complaint report MJ-QP-12-03 as a record, and the verbs of its steps.

The register MJ-QP-12-05 is a view of the same rows (Q9).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Unpack

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.models.complaints import awaited, ending
from cs.models.complaints import calls as call_steps
from cs.models.complaints import clock as clock_steps
from cs.models.complaints import confirmation as confirmation_steps
from cs.models.complaints import measures as measure_steps
from cs.models.complaints import meeting as meeting_steps
from cs.models.complaints import receipt as receipt_steps
from cs.models.complaints import reopening as reopening_steps
from cs.models.complaints import reply as reply_steps
from cs.models.complaints import samples as sample_steps
from cs.models.complaints import sending as sending_steps
from cs.models.complaints.blocks import BlockA
from cs.models.complaints.calls import CallBook, MeetingCall, has_open_calls
from cs.models.complaints.clock import ClockBook, ClockChange, has_open_change
from cs.models.complaints.conditions import CONDITIONS
from cs.models.complaints.like_cases import like_cases as cases_alike
from cs.models.complaints.measures import ComplaintMeasure, MeasureBook, has_measures
from cs.models.complaints.meeting import Meeting, MeetingBook, has_open_work
from cs.models.complaints.old_register import bring_in_lines
from cs.models.complaints.reply import Reply
from cs.models.complaints.samples import CustomerContact, Sample, SampleBook
from cs.models.customers import Customer, Product
from cs.models.effect_checks import EffectChecked
from cs.models.lots import WithLot
from cs.procedure import complaint_rules
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.blockers import blocks_reassigning, blocks_voiding, records_made
from cs.records.types import Moment, Money
from cs.records.users import User
from cs.records.workflowed import Workflowed

ROWS_OF_MEETINGS = ("meetings.attendees", "meetings.places", "meetings.dispositions")
ROWS_OF_CALLS = ("meeting_calls", "meeting_calls.invitees")
PART: Any = {"cascade": "all, delete-orphan", "lazy": "selectin"}  # how rows belong to their complaint


class Complaint(WithLot, EffectChecked):
    """One complaint, whole."""

    kind = "complaint"
    parts = (
        "replies",
        "contacts",
        "samples",
        "meetings",
        *ROWS_OF_MEETINGS,
        "clock_changes",
        "measures",
        *ROWS_OF_CALLS,
    )
    derived = Workflowed.derived | {"natural_key", "lot_key"}
    workflow = procedure.WORKFLOW
    checking = Permission.SETTLE_COMPLAINT
    in_place = frozenset({checking})
    __tablename__ = "complaints"
    numbers = ("number", "passed_on_number")
    number: Mapped[str] = mapped_column(unique=True)
    # as it was passed on (5.2.1.2); the same as `number` until sales registers it
    passed_on_number: Mapped[str | None] = mapped_column(unique=True)
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
    produced_on: Mapped[date | None]
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
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)  # 7.4-24a, to the customer
    acknowledged_channel: Mapped[str | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
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
    # 3.4: the last like case within the window
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    # Q11: the quality supervisor has not confirmed the route yet, or has sent the analysis back
    route_unconfirmed: Mapped[bool | None]
    sent_back_reason: Mapped[str | None] = mapped_column(Text)
    proposed_route: Mapped[str | None]  # what the procedure led to when the analysis was signed
    analysis: Mapped[str | None] = mapped_column(Text)
    counts_in_kpi: Mapped[bool | None]
    # 5.2.2.5: a confirmation has asked for a corrective action, which a milder one after it does not end
    capa_needed: Mapped[bool | None]
    call_needed: Mapped[bool | None]  # empty where it was confirmed before calls were written down
    analysed_at: Mapped[datetime | None] = mapped_column(Moment)
    # the clock and the end
    reply_due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    first_due_at: Mapped[datetime | None] = mapped_column(Moment)
    # the limit by which it is counted; empty in complaints from before it was kept
    reply_days: Mapped[int | None]
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    late_reply_reason: Mapped[str | None] = mapped_column(Text)
    follow_up_due_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_note: Mapped[str | None] = mapped_column(Text)
    # 5.3.5: sales asks for it to be opened again
    reopen_request: Mapped[str | None] = mapped_column(Text)
    reopen_refusal: Mapped[str | None] = mapped_column(Text)
    reopen_requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cost_rework: Mapped[Decimal | None] = mapped_column(Money)
    cost_scrap: Mapped[Decimal | None] = mapped_column(Money)
    cost_freight: Mapped[Decimal | None] = mapped_column(Money)
    cost_deduction: Mapped[Decimal | None] = mapped_column(Money)
    # out of an old register (5.6); empty where the complaint was logged here
    imported_from: Mapped[str | None]  # the file's name; its hash stands in the event
    imported_row: Mapped[int | None]
    old_number: Mapped[str | None] = mapped_column(unique=True)
    old_model: Mapped[str | None]  # a model that stands in no product list any more
    # 7.4-47: the responsible department, of the confirmation or of an old register; a meeting names its own
    resp_dept: Mapped[str | None] = mapped_column(ForeignKey("departments.code"))
    # what the register says and no field holds, each with its title
    old_notes: Mapped[str | None] = mapped_column(Text)
    # what makes a line the same as one that came in before
    natural_key: Mapped[str | None] = mapped_column(unique=True)

    customer: Mapped[Customer | None] = relationship()
    product: Mapped[Product | None] = relationship()
    quality_received_by: Mapped[User | None] = relationship(
        foreign_keys=[quality_received_by_id], viewonly=True
    )
    acknowledged_by: Mapped[User | None] = relationship(foreign_keys=[acknowledged_by_id], viewonly=True)
    reopen_requested_by: Mapped[User | None] = relationship(
        foreign_keys=[reopen_requested_by_id], viewonly=True
    )
    created_by: Mapped[User | None] = relationship(
        primaryjoin="foreign(Complaint.created_by_id) == User.id", viewonly=True
    )
    repeat_of: Mapped[Complaint | None] = relationship(
        primaryjoin="foreign(Complaint.repeat_of_id) == remote(Complaint.id)", viewonly=True
    )
    replies: Mapped[list[Reply]] = relationship(order_by=Reply.number, **PART)
    contacts: Mapped[list[CustomerContact]] = relationship(order_by=CustomerContact.id, **PART)
    samples: Mapped[list[Sample]] = relationship(order_by=Sample.id, **PART)
    meetings: Mapped[list[Meeting]] = relationship(order_by=Meeting.round, **PART)
    measures: Mapped[list[ComplaintMeasure]] = relationship(order_by=ComplaintMeasure.id, **PART)
    meeting_calls: Mapped[list[MeetingCall]] = relationship(order_by=MeetingCall.round, **PART)
    clock_changes: Mapped[list[ClockChange]] = relationship(order_by=ClockChange.id, **PART)
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
        """Return customer and description in one line, for My work."""
        customer = self.customer.short_name if self.customer else self.customer_said
        sent_back = f" · {self.sent_back_reason[:80]}" if self.sent_back_reason else ""
        return f"{customer} · {self.description[:80]}{sent_back}"

    def affected(self) -> Iterable[Workflowed]:
        """Return its CAPAs, whose analysis process engineering leads once it is found chronic (3.4)."""
        return records_made.records_of(self)

    def searched(self) -> tuple[str | None, ...]:
        customer = self.customer.searched_names if self.customer else (self.customer_said,)
        return (
            self.number,
            *customer,
            self.product.model if self.product else self.old_model,
            self.lot_no,
            self.order_no,
            self.customer_ref,
            self.passed_on_number,
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
        """Return the fields of block A that the analysis needs and that are still empty."""
        return tuple(
            field for field in complaint_rules.NEEDED_BEFORE_ANALYSIS if getattr(self, field) in (None, "")
        )

    @property
    def reply(self) -> Reply | None:
        """Return the answer in hand, or the last one sent."""
        return self.replies[-1] if self.replies else None

    @property
    def round(self) -> int:
        """Return which reply is in hand: 1, or the next after a refusal or measures without effect."""
        return 1 + sum(reply.is_overtaken for reply in self.replies)

    @property
    def answer_is_ready(self) -> bool:
        """Say whether quality has prepared an answer that is not sent yet."""
        return self.reply is not None and self.reply.replied_at is None

    @property
    def sample_book(self) -> SampleBook:
        return SampleBook(self.samples)

    @property
    def meeting_book(self) -> MeetingBook:
        return MeetingBook(self.meetings)

    @property
    def measure_book(self) -> MeasureBook:
        return MeasureBook(self.measures, self.replies)

    @property
    def call_book(self) -> CallBook:
        return CallBook(self.meeting_calls, self.round)

    @property
    def current_call(self) -> MeetingCall | None:
        return self.call_book.current

    @property
    def current_meeting(self) -> Meeting | None:
        return self.meeting_book.of_round(self.round)

    @property
    def responsible_department(self) -> str | None:
        """Return the department that the last meeting found responsible, else that of the confirmation."""
        return self.meetings[-1].department if self.meetings else self.resp_dept

    @property
    def clock_book(self) -> ClockBook:
        return ClockBook(self.clock_changes)

    @property
    def limit_days(self) -> int | None:
        """Return the days in which the reply is due (5.2.2.6); None: as many as the procedure file says."""
        agreed = self.customer.reply_days if self.customer else None
        return agreed if self.reply_days is None else self.reply_days

    # What the workflow's rows ask by name: conditions, persons, relations, due dates

    def holds(self, question: str, on: datetime) -> bool:
        """Answer a condition of the workflow's rows, by their table. KeyError on an unknown one."""
        return CONDITIONS[question](self, on)

    @classmethod
    def names_people(cls) -> ColumnElement[bool]:
        """Return SQL for heads who have not countersigned, measures whose owner or check may be awaited, and
        changes of the clock that wait."""
        by_name = has_open_work(cls.id) | has_measures(cls.id) | has_open_calls(cls.id)
        return by_name | has_open_change(cls.id) | cls.reopen_refusal.is_not(None)

    awaited_countersigners, countersigns = awaited.awaited_countersigners, awaited.countersigns
    awaited_disposers, disposes = awaited.awaited_disposers, awaited.disposes
    awaited_measure_owners = awaited.awaited_measure_owners
    carries_out_measures = awaited.carries_out_measures
    effect_carriers = property(awaited.effect_carriers)
    awaited_consenters, consents_to_clock = awaited.awaited_consenters, awaited.consents_to_clock
    awaited_requesters, requested_clock = awaited.awaited_requesters, awaited.requested_clock
    awaited_passer, passed_it_on = receipt_steps.awaited_passer, receipt_steps.passed_it_on
    awaited_invitees, is_called = awaited.awaited_invitees, awaited.is_called
    awaited_reopen_requesters = reopening_steps.awaited_reopen_requesters
    requested_reopening = reopening_steps.requested_reopening
    reopening_waits = property(reopening_steps.reopening_waits)
    meeting_due_at = property(awaited.meeting_due_at)
    disposition_due_at = property(awaited.disposition_due_at)
    measure_due_at = property(awaited.measure_due_at)
    check_due_at = property(awaited.check_due_at)
    sample_due_at = property(awaited.sample_due_at)

    # What closing, goods and like cases ask

    def open_ends(self, on: datetime) -> dict[str, list[Any]]:
        return ending.open_ends(self)

    @property
    def goods_on_the_way(self) -> list[Any]:
        """Return its returns and replenishments that are not at their end (5.3.5): they need their
        complaint."""
        return blocks_voiding.records_of(self)

    @property
    def goods(self) -> list[Any]:
        """Return all of them that are not void: they are of the same customer."""
        return blocks_reassigning.records_of(self)

    like_cases = cases_alike

    # Verbs, one for each step

    @classmethod
    def log(cls, *, by: User, on: datetime, **values: Unpack[BlockA]) -> Complaint:
        """Log a spoken or written complaint as sales (5.2.1.1); it goes to quality at once, and the clock
        runs from `heard_at`."""
        complaint = cls()
        receipt_steps.begin(complaint, "log", by, on, values)
        return complaint

    @classmethod
    def pass_on(cls, *, by: User, on: datetime, **values: Unpack[BlockA]) -> Complaint:
        """Pass on what another department heard (5.2.1.2); it reaches sales at once, and the clock runs
        already."""
        complaint = cls()
        receipt_steps.begin(complaint, "pass_on", by, on, values)
        return complaint

    def set_fields(self, values: Mapping[str, Any]) -> None:
        """Set columns by name, and load the customer and the product that they name."""
        for field, value in values.items():
            setattr(self, field, value)
        self.customer = db.session.get(Customer, self.customer_id) if self.customer_id else None
        self.product = db.session.get(Product, self.product_id) if self.product_id else None

    start_clock = reply_steps.restart_clock
    replace_deadline, due_after = clock_steps.replace_deadline, clock_steps.due_after
    paused_until = property(reply_steps.paused_until)

    # The steps, each in the module of its rows
    register, decline, amend = receipt_steps.register, receipt_steps.decline, receipt_steps.amend
    see_decline, pass_on_again = receipt_steps.see_decline, receipt_steps.pass_on_again
    acknowledge = receipt_steps.acknowledge
    consent_clock, refuse_clock = clock_steps.consent_clock, clock_steps.refuse_clock
    see_clock_refusal = clock_steps.see_clock_refusal
    receive, confirm = confirmation_steps.receive, confirmation_steps.confirm
    confirm_route, send_back = confirmation_steps.confirm_route, confirmation_steps.send_back
    needs_capa = property(confirmation_steps.needs_capa)
    lacks_capa = property(confirmation_steps.lacks_capa)
    explain = reply_steps.explain
    settle, do_measure = measure_steps.settle, measure_steps.do_measure
    check_effect, analyse_again = measure_steps.check_effect, measure_steps.analyse_again
    send_reply, reply_directly = sending_steps.send_reply, sending_steps.reply_directly
    claim_sending = sending_steps.claim_sending
    accept, refuse, no_answer = reply_steps.accept, reply_steps.refuse, reply_steps.no_answer
    contact, request_sample = sample_steps.contact, sample_steps.request_sample
    receive_sample, move_sample = sample_steps.receive_sample, sample_steps.move_sample
    end_sample = sample_steps.end_sample
    call_meeting, acknowledge_call = call_steps.call_meeting, call_steps.acknowledge_call
    move_meeting = call_steps.move_meeting
    meet, dispose, countersign = meeting_steps.meet, meeting_steps.dispose, meeting_steps.countersign
    do_disposition, plan = meeting_steps.do_disposition, meeting_steps.plan
    issue_result = meeting_steps.issue_result

    close, void, reopen = ending.close, ending.void, reopening_steps.reopen
    request_reopen, grant_reopen = reopening_steps.request_reopen, reopening_steps.grant_reopen
    refuse_reopen, see_reopen_refusal = reopening_steps.refuse_reopen, reopening_steps.see_reopen_refusal
    bring_in = classmethod(bring_in_lines)  # 5.6: out of an old register
