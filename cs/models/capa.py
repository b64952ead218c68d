"""CAPA 纠正预防措施报告 (5.2.2.5, DC-FM-04): causes, measures, their carrying out and the proof of their
effect, round by round."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, case, func, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from cs.extensions import db
from cs.models.capa_parts import OF_A_ROUND, Action, Bone, PastRound, Verification, Why
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.holidays import work_calendar
from cs.procedure import capa as procedure
from cs.procedure import complaints as of_complaints
from cs.procedure.workflow import NotOpen, Step
from cs.records.blockers import blocks_closing, open_records
from cs.records.numbers import next_number
from cs.records.procedure import local_day, rulebook
from cs.records.record import find
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class Capa(Workflowed):
    """One CAR, whole, with all its rounds under one number."""

    kind = "capa"
    parts = ("whys", "bones", "actions", "verifications", "past_rounds")
    workflow = procedure.WORKFLOW
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
    led_by_process: Mapped[bool] = mapped_column(
        default=False
    )  # 3.4: process engineering leads stubborn problems
    occurrence_cause: Mapped[str | None] = mapped_column(Text)
    escape_cause: Mapped[str | None] = mapped_column(Text)
    system_cause: Mapped[str | None] = mapped_column(Text)
    cause_class: Mapped[str | None]
    cause_verification: Mapped[str | None] = mapped_column(
        Text
    )  # 7.4-46: how the cause was proven, and by whom
    cause_verified_by: Mapped[str | None]
    documents: Mapped[str | None] = mapped_column(Text)
    read_across: Mapped[str | None] = mapped_column(Text)
    carried_out_on: Mapped[date | None]
    verify_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    complaint: Mapped[Complaint | None] = relationship(
        backref=backref("capas", order_by="Capa.id", viewonly=True)
    )
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
        """The complaint waits for it."""
        return [self.complaint] if self.complaint else []

    def searched(self) -> tuple[str | None, ...]:
        return (
            self.number,
            self.problem,
            self.customer.short_name if self.customer else None,
            self.source_no,
        )

    @property
    def documents_changed(self) -> list[str]:
        return json.loads(self.documents) if self.documents else []

    def of_round(self, number: int) -> dict[str, Any]:
        """Causes, measures and proof of one round, the same way for the one that runs and for those before
        it."""
        said = next((one for one in self.past_rounds if one.round == number), self)
        facts: dict[str, Any] = {name: getattr(said, name) for name in OF_A_ROUND}
        facts["documents"] = json.loads(facts["documents"]) if facts["documents"] else []
        parts = {
            name: [row for row in getattr(self, name) if row.round == number]
            for name in ("whys", "bones", "actions")
        }
        return (
            {
                "number": number,
                "verification": next((one for one in self.verifications if one.round == number), None),
            }
            | facts
            | parts
        )

    @property
    def system_cause_needed(self) -> bool:
        return self.complaint is not None and procedure.system_cause_needed(self.complaint.severity)

    # Dates

    @property
    def due_at(self) -> datetime:
        """When the department's answer is due: the end of business of the day that was asked for."""
        return work_calendar().end_of(self.due_on)

    @property
    def action_due_at(self) -> datetime | None:
        planned = [action.planned_on for action in self.open_actions]
        return work_calendar().end_of(min(planned)) if planned else None

    @property
    def verify_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.verify_on) if self.verify_on else None

    @property
    def awaited_at(self) -> datetime | None:
        """When the next thing is due: the answer, the first open action, the verification; None when nothing
        is awaited."""
        due = {
            procedure.UNANSWERED: "due_at",
            procedure.CARRYING_OUT: "action_due_at",
            procedure.TO_VERIFY: "verify_due_at",
        }
        name = next((name for states, name in due.items() if self.state in states), None)
        return getattr(self, name) if name else None

    @classmethod
    def awaited_on(cls) -> ColumnElement[date]:
        """SQL: the day by which the next thing is awaited: the answer, the first open action, the
        verification; NULL when nothing is."""
        action = select(func.min(Action.planned_on)).where(
            Action.capa_id == cls.id, Action.round == cls.round, Action.done_on.is_(None)
        )
        return case(
            (cls.state.in_(procedure.UNANSWERED), cls.due_on),
            (cls.state.in_(procedure.CARRYING_OUT), action.correlate(cls).scalar_subquery()),
            (cls.state.in_(procedure.TO_VERIFY), cls.verify_on),
        )

    @property
    def round_began_on(self) -> date:
        """The day from which this round's measures can be planned: when the report was issued, or the round
        before found without effect."""
        began = self.verifications[-1].verified_at if self.verifications else self.issued_at
        return local_day(began)

    # What the workflow's rows ask

    @classmethod
    def names_people(cls) -> ColumnElement[bool]:
        """SQL: owners who have not carried out."""
        return (
            select(Action.id)
            .where(Action.capa_id == cls.id, Action.round == cls.round, Action.done_on.is_(None))
            .exists()
        )

    @property
    def leading_department(self) -> str:
        """Who analyses: process engineering for stubborn problems (3.4, Q18), else the responsible
        department."""
        return "process" if self.led_by_process else self.department

    @property
    def open_actions(self) -> list[Action]:
        return [
            action for action in self.actions if action.done_on is None
        ]  # a round before ended only when all of it was done

    def actions_open(self, on: datetime) -> bool:
        return bool(self.open_actions)

    def all_done(self, on: datetime) -> bool:
        return not self.open_actions and any(action.round == self.round for action in self.actions)

    def is_responsible(self, by: User) -> bool:
        """A member of the responsible department; process engineering where it leads (3.4)."""
        return self.department in by.departments or (self.led_by_process and "process" in by.departments)

    def owns_an_action(self, by: User) -> bool:
        return any(action.owner_id == by.id for action in self.open_actions)

    def awaited_owners(self) -> list[int]:
        """Whose actions are open. For one who has left, the department is awaited (owner_wanted)."""
        return sorted({action.owner_id for action in self.open_actions if not action.owner_gone})

    def owner_wanted(self) -> list[int | None]:
        """The department, and nobody by name, while an open action has no owner who is still here."""
        return [None] if any(action.owner_gone for action in self.open_actions) else []

    # Verbs

    @classmethod
    def asked_for_by(cls, complaint: Complaint, by: User) -> Step | None:
        """The step by which this person may ask for a corrective action from a complaint now; None when there
        is none (5.2.2.5)."""
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
        """5.2.2.5, 5.4.6.1: a CAR to the responsible department, with the day by which its answer is wanted.

        A complaint gives its own number and customer. `led_by_process` None: by the complaint's nature (3.4,
        Q18). Raises NotOpen for a complaint of which none is asked for any more: it may just have been
        closed.
        """
        complaint = find(Complaint, complaint_id, lock=True) if complaint_id else None
        if complaint is not None and complaint.state not in of_complaints.WITH_CAPA:
            raise NotOpen("issue")
        capa = cls()
        with capa.advancing("issue", by, on):
            capa.number = next_number("car", local_day(on))
            capa.round, capa.source, capa.problem, capa.department, capa.due_on, capa.issued_at = (
                1,
                source,
                problem,
                department,
                due_on,
                on,
            )
            capa.complaint_id = complaint_id
            capa.complaint = complaint
            capa.source_no = capa.complaint.number if capa.complaint else source_no
            capa.customer_id = capa.complaint.customer_id if capa.complaint else customer_id
            capa.customer = db.session.get(Customer, capa.customer_id) if capa.customer_id else None
            proposed = procedure.led_by_process(capa.complaint.nature if capa.complaint else None)
            capa.led_by_process = proposed if led_by_process is None else led_by_process
        return capa

    def amend(
        self,
        *,
        problem: str,
        department: str,
        due_on: date,
        led_by_process: bool | None = None,
        by: User,
        on: datetime,
    ) -> None:
        """5.6: another department or day; the event keeps what it was."""
        with self.advancing("amend", by, on):
            self.problem, self.department, self.due_on = problem, department, due_on
            self.led_by_process = self.led_by_process if led_by_process is None else led_by_process

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
        """5.2.2.5: why it arose, why it got out, why the system let it; five whys for the first two, the
        fishbone; how the cause was proven, by whom.

        `proven` says of each answer of `whys`, in their order, whether it was tried and found true; without
        it, of none."""
        with self.advancing("analyse", by, on):
            self.occurrence_cause, self.escape_cause, self.system_cause = (
                occurrence_cause,
                escape_cause,
                system_cause,
            )
            self.cause_class, self.sent_back_reason = cause_class, None
            self.cause_verification, self.cause_verified_by = cause_verification, cause_verified_by
            true = {
                (kind, number)
                for kind, answers in (proven or {}).items()
                for number, found in enumerate(answers, 1)
                if found
            }
            self.whys = [row for row in self.whys if row.round != self.round] + [
                Why(
                    round=self.round,
                    cause_kind=kind,
                    why_no=number,
                    because=answer,
                    proven=(kind, number) in true or None,
                )
                for kind, answers in whys.items()
                for number, answer in enumerate(answers, 1)
            ]
            self.bones = [row for row in self.bones if row.round != self.round] + [
                Bone(round=self.round, **bone) for bone in bones
            ]

    def set_measures(
        self,
        *,
        actions: list[dict[str, Any]],
        documents: list[str],
        read_across: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.5: corrective and preventive actions with owner and day; the documents they change, the
        products they also concern.

        What was carried out before a sending back stays as it is."""
        with self.advancing("set_measures", by, on):
            self.actions = [row for row in self.actions if row not in self.open_actions] + [
                Action(round=self.round, owner=db.session.get_one(User, facts["owner_id"]), **facts)
                for facts in actions
            ]
            self.documents, self.read_across = (
                json.dumps(sorted(documents)) if documents else None,
                read_across,
            )

    def send_back(self, *, reason: str, by: User, on: datetime) -> None:
        """退件: the answer does not hold; the department analyses anew, under the same round."""
        with self.advancing("send_back", by, on, note=reason):
            self.sent_back_reason = reason

    def do_action(self, *, action_id: int, done_on: date, done_note: str, by: User, on: datetime) -> None:
        """The owner says that an action is carried out, with its evidence; the last one carries out the
        whole."""
        with self.advancing("do_action", by, on):
            action = next(one for one in self.open_actions if one.id == action_id)
            action.done_on, action.done_note, action.done_at = done_on, done_note, on
        if self.all_done(on):
            self.carry_out(by=by, on=on)

    def carry_out(self, *, by: User, on: datetime) -> None:
        """The last open action is done: the effect is to be verified so many days later (7.4-58)."""
        with self.advancing("carry_out", by, on):
            self.carried_out_on = max(one.done_on for one in self.actions if one.round == self.round)
            self.verify_on = work_calendar().next_working_day(
                self.carried_out_on + rulebook().capa.verify_after
            )

    def reassign(self, *, action_id: int, owner_id: int, planned_on: date, by: User, on: datetime) -> None:
        """An action gets another owner: the first one left, or cannot."""
        with self.advancing("reassign", by, on):
            action = next(one for one in self.open_actions if one.id == action_id)
            action.owner, action.owner_id, action.planned_on = (
                db.session.get_one(User, owner_id),
                owner_id,
                planned_on,
            )

    def verify(self, *, by: User, on: datetime, **facts: Any) -> None:
        """5.2.2.5: over the named period the data show that the measures work; signed."""
        with self.advancing("verify", by, on):
            self._verified("effective", by, on, facts)
            self.closed_at = on

    def reopen(self, *, due_on: date, by: User, on: datetime, **facts: Any) -> None:
        """The data show no effect: round 2 opens under the same number, back to the department."""
        with self.advancing("reopen", by, on):
            self._verified("ineffective", by, on, facts)
            self.past_rounds.append(
                PastRound(round=self.round, **{name: getattr(self, name) for name in OF_A_ROUND})
            )
            for name in OF_A_ROUND:
                setattr(self, name, None)
            self.round, self.due_on, self.verify_on = self.round + 1, due_on, None

    def _verified(self, effect: str, by: User, on: datetime, facts: dict[str, Any]) -> None:
        self.verifications.append(
            Verification(
                round=self.round, effect=effect, verified_at=on, verified_by=by, verified_by_id=by.id, **facts
            )
        )

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """5.6: issued by mistake; stays readable."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason


@blocks_closing("complaint", "capas")
def open_capas(complaint: Complaint) -> list[Capa]:
    """Return the CAPAs of a complaint that are not verified (Q12)."""
    return open_records(Capa, Capa.complaint_id == complaint.id)
