"""Replenishment 补货 (5.3.4): the application with its lines and its chain of signatures, then the urgent
order 紧急订单 that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Unpack

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.deputies import Deputy
from cs.models.holidays import work_calendar
from cs.models.replenishments import complaint_sum as sum_steps
from cs.models.replenishments import following as following_steps
from cs.models.replenishments import signing as signing_steps
from cs.models.replenishments import urgent_order as order_steps
from cs.models.replenishments.applicants import (
    MAX_CHAIN_OF_ONE_CHANGER,
    changers_in_events,
    latest_filer,
    with_changer,
)
from cs.models.replenishments.chain import ApprovalChain
from cs.models.replenishments.complaint_sum import ComplaintApplications
from cs.models.replenishments.following import require_signatures, settle_others
from cs.models.replenishments.lines import (
    FACE,
    ReplenishmentLine,
    Terms,
    conversion_of,
    convert,
    lines_of_application,
)
from cs.models.returns.complaints import complaint_to_join
from cs.models.returns.customer_return import Return
from cs.procedure import replenishments as procedure
from cs.procedure.authority import SYSTEM, Actor, Permission, role_for
from cs.procedure.workflow import Step
from cs.records.numbers import next_number
from cs.records.procedure import local_day, rulebook
from cs.records.record import find, hash_of
from cs.records.signatures import RequiredSignature
from cs.records.tasks import restart_tasks
from cs.records.types import ExchangeRate, Moment, Money, exact_number
from cs.records.users import User
from cs.records.workflowed import Workflowed


class Replenishment(Workflowed):
    """One application, whole, and the order that it became."""

    kind = "replenishment"
    numbers = ("number", "order_number")
    parts = ("lines", "approvals")
    workflow = procedure.WORKFLOW
    deputised = frozenset({Permission.APPROVE_REPLENISHMENT})
    __tablename__ = "replenishments"
    number: Mapped[str] = mapped_column(unique=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    return_id: Mapped[int | None] = mapped_column(ForeignKey("returns.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    order_no: Mapped[str | None]
    charged: Mapped[bool]
    wanted_on: Mapped[date]
    replenishment_reason: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(default=procedure.RMB)  # of the unit prices
    rate: Mapped[Decimal] = mapped_column(ExchangeRate, default=procedure.AT_PAR)  # RMB for 1 of it
    rate_reason: Mapped[str | None] = mapped_column(Text)  # why it is far from the usual one
    amount: Mapped[Decimal] = mapped_column(Money)  # in RMB
    chain: Mapped[int] = mapped_column(default=1)  # which chain of signatures runs: a change begins the next
    filed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changer_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))  # all since it was filed
    refuse_reason: Mapped[str | None] = mapped_column(Text)
    # the urgent order that it became
    order_number: Mapped[str | None] = mapped_column(unique=True)
    ordered_at: Mapped[datetime | None] = mapped_column(Moment)
    work_order: Mapped[str | None]
    scheduled_on: Mapped[date | None]
    made_on: Mapped[date | None]
    sent_off_on: Mapped[date | None]
    delivery_no: Mapped[str | None]

    complaint: Mapped[Complaint] = relationship()
    of_return: Mapped[Return | None] = relationship()
    customer: Mapped[Customer] = relationship()
    created_by: Mapped[User | None] = relationship(
        primaryjoin="Replenishment.created_by_id == User.id",
        foreign_keys="Replenishment.created_by_id",
        viewonly=True,
    )
    lines: Mapped[list[ReplenishmentLine]] = relationship(
        cascade="all, delete-orphan", order_by=ReplenishmentLine.id, lazy="selectin"
    )
    approvals: Mapped[list[RequiredSignature]] = relationship(
        primaryjoin="and_(foreign(RequiredSignature.record_id) == Replenishment.id, "
        "RequiredSignature.kind == 'replenishment')",
        order_by=RequiredSignature.id,
        lazy="selectin",
        cascade="save-update, merge",
    )
    __table_args__ = (
        Index("ix_replenishments_filed_at_id", "filed_at", "id"),
        CheckConstraint("amount > 0", name="some"),
        CheckConstraint("(ordered_at IS NULL) = (order_number IS NULL)", name="ordered_by_number"),
    )

    @validates("amount", "rate")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)

    @property
    def title(self) -> str:
        return self.number if self.order_number is None else f"{self.number} {self.order_number}"

    @property
    def subject(self) -> str:
        return f"{self.customer.short_name} · {self.amount:,.2f} RMB · {self.replenishment_reason[:60]}"

    def affected(self) -> Iterable[Workflowed]:
        """Return the complaint, whose closing waits for it, and the return whose customer wants the goods."""
        return [self.complaint, self.of_return] if self.of_return else [self.complaint]

    def searched(self) -> tuple[str | None, ...]:
        return (
            self.number,
            self.order_number,
            *self.customer.searched_names,
            self.complaint.number,
            self.order_no,
            self.work_order,
            self.replenishment_reason,
            *(line.product.model for line in self.lines),
        )

    def content(self) -> dict[str, Any]:
        """Return the whole content; RMB at par is left out, as it was before there were other currencies."""
        return super().content() | conversion_of(self)

    def face_hash(self) -> str:
        """Return the hash of what an approver approves: the application as it stands on the screen, without
        who has signed it."""
        face = {name: getattr(self, name) for name in FACE} | conversion_of(self)
        lines = [line.face() for line in self.lines]
        return hash_of(face | {"lines": lines})

    @property
    def rate_lacks_reason(self) -> bool:
        """Return whether its rate is far from the usual one and no reason says why, as it could before."""
        needs_reason = rulebook().replenishment.rate_needs_reason(self.currency, self.rate)
        return needs_reason and self.rate_reason is None and self.state == procedure.UNORDERED

    # Dates

    @property
    def due_at(self) -> datetime:
        """Return the end of business of the day by which the customer wants the goods."""
        return work_calendar().end_of(self.wanted_on)

    @property
    def schedule_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.scheduled_on) if self.scheduled_on else None

    # The chain of signatures, and what the workflow's rows ask of it

    @property
    def approval_chain(self) -> ApprovalChain:
        is_open = self.state == procedure.UNORDERED
        return ApprovalChain(self.approvals, self.chain, self.applicants, is_open)

    @property
    def applicants(self) -> tuple[int | None, ...]:
        """Return who filed the application and who has changed it since: they do not sign it."""
        return (self.created_by_id, self.changed_by_id, *self.changers)

    @property
    def changers(self) -> list[int]:
        """Return who has changed what is signed since it was filed; of old ones that is read from events."""
        before_the_list = self.changer_ids is None and self.chain > MAX_CHAIN_OF_ONE_CHANGER
        if before_the_list and self.state == procedure.UNORDERED:
            return changers_in_events(self.kind, self.id)
        return self.changer_ids or []

    @property
    def running(self) -> list[RequiredSignature]:
        return self.approval_chain.running

    def signing(self, person: Actor, on: datetime) -> tuple[str | None, User | None]:
        return self.approval_chain.signing(person, on)

    def signs_now(self, by: Actor, on: datetime) -> bool:
        return self.signing(by, on)[0] is not None

    def awaited_signers(self) -> list[int | None]:
        return self.approval_chain.awaited_signers()

    def fully_signed(self, on: datetime) -> bool:
        return self.approval_chain.is_complete

    def refused_applicants(self) -> list[int | None]:
        """Return to whom a refusal comes back: who filed it, or all of sales where they cannot act."""
        filer = latest_filer(self.kind, self.id)
        able = filer is not None and filer.active and filer.may(Permission.APPLY_REPLENISHMENT)
        return [filer.id if filer and able else None]

    def told(self) -> list[int]:
        return self.approval_chain.unaware_signers()

    def change_unseen(self, on: datetime) -> bool:
        return bool(self.told())

    def is_told(self, by: User) -> bool:
        return by.id in self.told()

    def stands_in(self, step: Step, by: Actor, on: datetime) -> bool:
        """Return whether the person may take a step without its permission: as a deputy, or the order, which
        follows by itself once nothing is missing, whoever brings that about (Q23)."""
        if step.name == "order":
            return self.state == procedure.UNORDERED and self.fully_signed(on)
        return step.permission in self.deputised and bool(Deputy.acting_for(by, on))

    def relates(self, step: Step, by: Actor, on: datetime) -> bool:
        return self.signs_now(by, on) if step.relation == "signs_now" else super().relates(step, by, on)

    def role_under(self, step: Step, by: Actor, on: datetime) -> str | None:
        """Return the role that the chain awaits for a signature, and that of the last one for the order."""
        usual = role_for(by.roles, step.permission)
        applying = role_for(by.roles, Permission.APPLY_REPLENISHMENT)
        if step.permission is not Permission.APPROVE_REPLENISHMENT or by is SYSTEM:
            return usual
        return self.signing(by, on)[0] or self.approval_chain.role_decided_by(by.id) or usual or applying

    # The limit of the procedure file, above which the general manager signs (Q23)

    @property
    def of_complaint(self) -> ComplaintApplications:
        return ComplaintApplications(Replenishment, self.complaint_id)

    amount_sum = sum_steps.amount_sum
    fallen_sum, follow_sum = following_steps.fallen_sum, following_steps.follow_sum

    def lock_with_complaint(self) -> None:
        """Lock the complaint's row, so that one sum is checked at a time, then read this one again."""
        find(Complaint, self.complaint_id, lock=True)
        if self.id:
            find(Replenishment, self.id, lock=True)

    def follow_people(self, on: datetime) -> None:
        """Ask for the signatures that are needed now that other people hold the roles (Q24)."""
        if self.state == procedure.UNORDERED:
            self.follow_sum(None, SYSTEM, on)
        super().follow_people(on)

    # Verbs: filing, changing and taking back

    @classmethod
    def file(
        cls,
        *,
        complaint_id: int,
        return_id: int | None,
        by: User,
        on: datetime,
        **terms: Unpack[Terms],
    ) -> Replenishment:
        """Apply for items, quantities and amount, from a return or a complaint's meeting; the managers are
        asked to sign (5.3.4). Raise NotOpen where the complaint has ended."""
        record = cls(complaint_id=complaint_id, return_id=return_id, chain=1, state=None)
        record.complaint = complaint_to_join(complaint_id)
        record.of_return = db.session.get(Return, return_id) if return_id else None
        record.customer = db.session.get_one(Customer, record.complaint.customer_id)
        record.customer_id = record.customer.id
        with record.advancing("file", by, on):
            record.created_by_id = by.id
            record.number = next_number(cls.kind, local_day(on))
            record.filed_at = on
            record._fill(terms)
            require_signatures(record)
        settle_others(record, by, on)
        return record

    def _fill(self, terms: Terms) -> None:
        convert(self, terms)
        in_rmb = self.currency == procedure.RMB
        self.lines = lines_of_application(terms["lines"], self.lines, None if in_rmb else self.rate)
        self.order_no = terms["order_no"]
        self.charged = terms["charged"]
        self.wanted_on = terms["wanted_on"]
        self.replenishment_reason = terms["replenishment_reason"]
        self.amount = sum((line.amount for line in self.lines), Decimal(0))

    def change(
        self, *, amendment_reason: str | None = None, by: User, on: datetime, **terms: Unpack[Terms]
    ) -> None:
        """Change the application, and say why (5.6): its signatures are void, their givers are told, and the
        chain begins again (5.3.4). Signatures stay where nothing changes that they cover."""
        self._write_again("change", amendment_reason, terms, by, on)

    def file_again(
        self, *, amendment_reason: str | None = None, by: User, on: datetime, **terms: Unpack[Terms]
    ) -> None:
        """Change what was refused and file it again under its number, in one act (5.3.4); every signature is
        needed again."""
        self._write_again("file_again", amendment_reason, terms, by, on)

    def accept_refusal(self, *, by: User, on: datetime) -> None:
        """Take note that it stays refused (5.3.4)."""
        with self.advancing("accept_refusal", by, on):
            pass

    def _write_again(self, step: str, why: str | None, terms: Terms, by: User, on: datetime) -> None:
        self.lock_with_complaint()
        before = self.face_hash()
        with self.advancing(step, by, on, note=why):
            self._fill(terms)
            if step == "file_again" or self.face_hash() != before:
                self.changed_by_id, self.changer_ids = by.id, with_changer(self.changers, by.id)
                self.refuse_reason = None
                self.approval_chain.void()
                self.chain += 1
                require_signatures(self)
                restart_tasks(self)
        settle_others(self, by, on)

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """Take it back before the goods are made; it stays readable, its numbers stay taken (5.6)."""
        self.lock_with_complaint()
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason
        settle_others(self, by, on)

    # The steps between, each in the module of its subject

    sign, refuse, see_change = signing_steps.sign, signing_steps.refuse, signing_steps.see_change
    order, make, ship = order_steps.order, order_steps.make, order_steps.ship
    schedule, reschedule = order_steps.schedule, order_steps.reschedule

    # What `verify` asks

    def miscounts(self) -> Iterator[str]:
        if self.amount != exact_number(sum(line.amount for line in self.lines)):
            yield "has an amount that is not the sum of its lines"
        rate = None if self.currency == procedure.RMB else self.rate
        if any(line.rate != rate or not line.adds_up for line in self.lines):
            yield "has a line that is not quantity × unit price × rate"
        if self.order_number is not None and not self.approval_chain.is_sound:
            yield "is an order without all its signatures"
