"""CAPA 纠正预防措施报告 (5.2.2.5, DC-FM-04): causes, measures, their carrying out and the proof of their
effect, round by round."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, and_, case, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.models.capa import effect as effect_steps
from cs.models.capa.parts import (
    Action,
    Bone,
    PastRound,
    Verification,
    Why,
    carriers_of_round,
    content_of_round,
    whys_of_round,
)
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.effect_checks import EffectChecked
from cs.models.holidays import work_calendar
from cs.models.measures import PlannedMeasure, first_due_at, open_measures, replace_open_measures
from cs.procedure import capa as procedure
from cs.procedure import complaints as of_complaints
from cs.procedure.authority import Permission
from cs.procedure.workflow import NotOpen, Step
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.record import find
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class Capa(EffectChecked):
    """One CAR, whole, with all its rounds under one number."""

    kind = "capa"
    parts = ("whys", "bones", "actions", "verifications", "past_rounds")
    workflow = procedure.WORKFLOW
    checking = Permission.VERIFY_CAPA
    in_place = frozenset({checking})
    effect_carriers = property(carriers_of_round)
    __tablename__ = "capas"
    number: Mapped[str] = mapped_column(unique=True)
    round: Mapped[int] = mapped_column(default=1)
    source: Mapped[str]
    source_no: Mapped[str | None]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    problem: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"), index=True)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    due_on: Mapped[date]
    sent_back_reason: Mapped[str | None] = mapped_column(Text)
    # 3.4: process engineering leads stubborn problems
    led_by_process: Mapped[bool] = mapped_column(default=False)
    occurrence_cause: Mapped[str | None] = mapped_column(Text)
    escape_cause: Mapped[str | None] = mapped_column(Text)
    system_cause: Mapped[str | None] = mapped_column(Text)
    cause_class: Mapped[str | None]
    # 7.4-46: how the cause was proven, and by whom
    cause_verification: Mapped[str | None] = mapped_column(Text)
    cause_verified_by: Mapped[str | None]
    documents: Mapped[str | None] = mapped_column(Text)
    read_across: Mapped[str | None] = mapped_column(Text)
    carried_out_on: Mapped[date | None]
    verify_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    complaint: Mapped[Complaint | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    created_by: Mapped[User | None] = relationship(
        primaryjoin="Capa.created_by_id == User.id", foreign_keys="Capa.created_by_id", viewonly=True
    )
    whys: Mapped[list[Why]] = relationship(cascade="all, delete-orphan", order_by=Why.id, lazy="selectin")
    bones: Mapped[list[Bone]] = relationship(cascade="all, delete-orphan", order_by=Bone.id, lazy="selectin")
    actions: Mapped[list[Action]] = relationship(
        cascade="all, delete-orphan", order_by=Action.id, lazy="selectin"
    )
    verifications: Mapped[list[Verification]] = relationship(
        cascade="all, delete-orphan", order_by=Verification.id, lazy="selectin"
    )
    past_rounds: Mapped[list[PastRound]] = relationship(
        cascade="all, delete-orphan", order_by=PastRound.id, lazy="selectin"
    )
    __table_args__ = (
        CheckConstraint("round >= 1", name="rounds_from_one"),
        Index("ix_capas_due_on_id", "due_on", "id"),
    )

    @property
    def title(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        customer = f"{self.customer.short_name} · " if self.customer else ""
        return f"{customer}{self.problem[:80]}"

    def affected(self) -> Iterable[Workflowed]:
        """Return the complaint, whose closing waits for it."""
        return [self.complaint] if self.complaint else []

    def searched(self) -> tuple[str | None, ...]:
        customer = self.customer.searched_names if self.customer else ()
        return self.number, self.problem, *customer, self.source_no

    @property
    def documents_changed(self) -> list[str]:
        return json.loads(self.documents) if self.documents else []

    def of_round(self, number: int) -> dict[str, Any]:
        """Return causes, measures and proof of a round, the running one and those before it alike."""
        content = content_of_round(self.past_rounds, number, self)
        proofs = (proof for proof in self.verifications if proof.round == number)
        return {"number": number, "verification": next(proofs, None)} | content

    @property
    def system_cause_needed(self) -> bool:
        return self.complaint is not None and procedure.system_cause_needed(self.complaint.severity)

    # Dates

    @property
    def due_at(self) -> datetime:
        """Return when the department's answer is due: the end of business of that day."""
        return work_calendar().end_of(self.due_on)

    @property
    def action_due_at(self) -> datetime | None:
        return first_due_at(self.actions)

    @property
    def verify_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.verify_on) if self.verify_on else None

    @property
    def effective_from(self) -> date | None:
        """Return the first day on which this round's measures can be signed as effective; None while one is
        open."""
        return effect_steps.effective_from(self)

    @property
    def awaited_at(self) -> datetime | None:
        """Return when the answer, the first open action or the verification is due; None when nothing is."""
        if self.state in procedure.UNANSWERED:
            return self.due_at
        if self.state in procedure.CARRYING_OUT:
            return self.action_due_at
        return self.verify_due_at if self.state in procedure.TO_VERIFY else None

    @classmethod
    def awaited_on(cls) -> ColumnElement[date]:
        """Return the SQL of the day of `awaited_at`; NULL when nothing is awaited."""
        action = select(func.min(Action.planned_on)).where(cls._is_open_action())
        return case(
            (cls.state.in_(procedure.UNANSWERED), cls.due_on),
            (cls.state.in_(procedure.CARRYING_OUT), action.correlate(cls).scalar_subquery()),
            (cls.state.in_(procedure.TO_VERIFY), cls.verify_on),
        )

    @classmethod
    def _is_open_action(cls) -> ColumnElement[bool]:
        return and_(Action.capa_id == cls.id, Action.round == cls.round, Action.done_on.is_(None))

    @property
    def round_began_on(self) -> date:
        """Return the first day for this round's measures: of the issue, or of the last proof of no effect."""
        began = self.verifications[-1].verified_at if self.verifications else self.issued_at
        return local_day(began)

    # What the workflow's rows ask

    @classmethod
    def names_people(cls) -> ColumnElement[bool]:
        """Return the SQL of whether actions wait for their owners, or their effect for who checks it."""
        return select(Action.id).where(cls._is_open_action()).exists() | cls.state.in_(procedure.TO_VERIFY)

    @property
    def leading_department(self) -> str:
        """Return who analyses (3.4, Q18): process engineering, or else the responsible department."""
        return "process" if self.process_leads else self.department

    @property
    def process_leads(self) -> bool:
        """Return whether process engineering leads: where the complaint is chronic (3.4), or by the tick."""
        nature = self.complaint.nature if self.complaint else None
        return self.led_by_process or procedure.led_by_process(nature)

    @property
    def open_actions(self) -> list[Action]:
        """Return what is not carried out; all of it is of this round, or the one before had not ended."""
        return open_measures(self.actions)

    def actions_open(self, on: datetime) -> bool:
        return bool(self.open_actions)

    def all_done(self, on: datetime) -> bool:
        return not self.open_actions and any(action.round == self.round for action in self.actions)

    def is_responsible(self, by: User) -> bool:
        """Return whether a person is of the responsible department, or of the one that leads (3.4)."""
        return self.department in by.departments or (self.process_leads and "process" in by.departments)

    def owns_an_action(self, by: User) -> bool:
        return any(action.owner_id == by.id for action in self.open_actions)

    def awaited_owners(self) -> list[int]:
        """Return whose actions are open; for an owner who has left see `owner_wanted`."""
        return sorted({action.owner_id for action in self.open_actions if not action.owner_gone})

    def owner_wanted(self) -> list[int | None]:
        """Return [None], for the department, while the owner of an open action has left."""
        return [None] if any(action.owner_gone for action in self.open_actions) else []

    # Verbs

    @classmethod
    def asked_for_by(cls, complaint: Complaint, by: User) -> Step | None:
        """Return the step by which this person may issue a CAR for a complaint now, if any (5.2.2.5)."""
        open_now = complaint.state in of_complaints.WITH_CAPA
        return next((step for step in cls.workflow.creating() if open_now and by.may(step.permission)), None)

    @classmethod
    def issue(
        cls,
        *,
        source: str,
        complaint_id: int | None = None,
        source_no: str | None = None,
        customer_id: int | None = None,
        problem: str,
        department: str,
        due_on: date,
        led_by_process: bool | None = None,
        by: User,
        on: datetime,
    ) -> Capa:
        """Issue a CAR to the responsible department, with the day its answer is due (5.2.2.5, 5.4.6.1).

        A complaint gives its own number and customer. Process engineering leads where its nature is chronic
        (3.4, Q18) or `led_by_process` says so. Raise NotOpen for a complaint that was just closed.
        """
        complaint = find(Complaint, complaint_id, lock=True) if complaint_id else None
        if complaint is not None and complaint.state not in of_complaints.WITH_CAPA:
            raise NotOpen("issue")
        if complaint is not None:
            source_no, customer_id = complaint.number, complaint.customer_id
        capa = cls()
        with capa.advancing("issue", by, on):
            capa.number = next_number("car", local_day(on))
            capa.round = 1
            capa.source, capa.source_no = source, source_no
            capa.complaint_id = complaint_id
            capa.complaint = complaint
            capa.customer_id = customer_id
            capa.customer = db.session.get(Customer, customer_id) if customer_id else None
            capa.problem = problem
            capa.department = department
            capa.led_by_process = bool(led_by_process) or capa.process_leads
            capa.issued_at, capa.due_on = on, due_on
        return capa

    def amend(
        self,
        *,
        problem: str,
        department: str,
        due_on: date,
        led_by_process: bool | None = None,
        amendment_reason: str,
        by: User,
        on: datetime,
    ) -> None:
        """Change problem, department or day; the event keeps what they were, and why (5.6)."""
        with self.advancing("amend", by, on, note=amendment_reason):
            self.problem, self.department, self.due_on = problem, department, due_on
            if led_by_process is not None:
                self.led_by_process = led_by_process
            self.led_by_process = self.process_leads

    def analyse(
        self,
        *,
        occurrence_cause: str,
        escape_cause: str,
        system_cause: str | None,
        cause_class: str,
        whys: dict[str, list[str]],
        bones: list[dict[str, Any]],
        proven: dict[str, list[bool]] | None = None,
        cause_verification: str | None = None,
        cause_verified_by: str | None = None,
        by: User,
        on: datetime,
    ) -> None:
        """Record why the problem occurred, why it escaped, why the system let it; five whys for the first
        two, the fishbone, and how and by whom the cause was proven (5.2.2.5).

        `proven` says of each answer of `whys`, in their order, whether it was tried and proved true; without
        it, of none.
        """
        with self.advancing("analyse", by, on):
            self.led_by_process = self.process_leads
            self.occurrence_cause = occurrence_cause
            self.escape_cause = escape_cause
            self.system_cause = system_cause
            self.cause_class = cause_class
            self.cause_verification = cause_verification
            self.cause_verified_by = cause_verified_by
            self.sent_back_reason = None
            earlier_whys = [row for row in self.whys if row.round != self.round]
            self.whys = earlier_whys + whys_of_round(self.round, whys, proven or {})
            earlier_bones = [row for row in self.bones if row.round != self.round]
            self.bones = earlier_bones + [Bone(round=self.round, **bone) for bone in bones]

    def set_measures(
        self,
        *,
        actions: list[PlannedMeasure],
        documents: list[str],
        read_across: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """Set corrective and preventive actions with owner and day, the documents they change and the
        products they also concern (5.2.2.5). What was carried out before a sending back stays."""
        with self.advancing("set_measures", by, on):
            self.actions = replace_open_measures(Action, self.actions, self.round, actions)
            self.documents = json.dumps(sorted(documents)) if documents else None
            self.read_across = read_across

    def _open_action(self, action_id: int) -> Action:
        return next(action for action in self.open_actions if action.id == action_id)

    def send_back(self, *, reason: str, by: User, on: datetime) -> None:
        """Send back 退件 an answer that does not hold; the department analyses again, in the same round."""
        with self.advancing("send_back", by, on, note=reason):
            self.sent_back_reason = reason

    def do_action(self, *, action_id: int, done_on: date, done_note: str, by: User, on: datetime) -> None:
        """Report an action as carried out, with its evidence; the last one carries out the whole."""
        with self.advancing("do_action", by, on):
            self._open_action(action_id).report(done_on, done_note, on)
        if self.all_done(on):
            self.carry_out(by=by, on=on)

    def reassign(self, *, action_id: int, owner_id: int, planned_on: date, by: User, on: datetime) -> None:
        """Give an action to another owner: the first one has left, or cannot do it."""
        with self.advancing("reassign", by, on):
            action = self._open_action(action_id)
            action.owner, action.owner_id = db.session.get_one(User, owner_id), owner_id
            action.planned_on = planned_on

    carry_out, verify, reopen = effect_steps.carry_out, effect_steps.verify, effect_steps.reopen

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """Void what was issued by mistake; it stays readable (5.6)."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason
