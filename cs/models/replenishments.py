"""Replenishment 补货 (5.3.4): the application with its lines and its chain of signatures, then the urgent
order 紧急订单 that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship, validates

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.deputies import Deputy
from cs.models.holidays import work_calendar
from cs.models.replenishment_lines import FACE, LINE_FACE, ReplenishmentLine
from cs.models.returns.customer_return import Return, complaint_to_join
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Permission, role_for
from cs.procedure.workflow import NotOpen, Step
from cs.records.blockers import blocks_closing, blocks_reassigning, blocks_voiding, open_records
from cs.records.departments import Membership
from cs.records.numbers import next_number
from cs.records.procedure import local_day, rulebook
from cs.records.record import find, hash_of
from cs.records.signatures import RequiredSignature
from cs.records.tasks import ask_anew
from cs.records.types import Moment, Money, exact
from cs.records.users import User
from cs.records.workflowed import Workflowed


class ChangedMeanwhile(NotOpen):
    """What was to be signed is not any more what stood on the screen."""


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
    amount: Mapped[Decimal] = mapped_column(Money)
    chain: Mapped[int] = mapped_column(default=1)  # which chain of signatures runs: a change begins the next
    filed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    refuse_reason: Mapped[str | None] = mapped_column(Text)
    order_number: Mapped[str | None] = mapped_column(unique=True)
    ordered_at: Mapped[datetime | None] = mapped_column(Moment)
    work_order: Mapped[str | None]
    scheduled_on: Mapped[date | None]
    made_on: Mapped[date | None]
    sent_off_on: Mapped[date | None]
    delivery_no: Mapped[str | None]

    complaint: Mapped[Complaint] = relationship(
        backref=backref("replenishments", order_by="Replenishment.id", viewonly=True)
    )
    of_return: Mapped[Return | None] = relationship(
        backref=backref("replenishments", order_by="Replenishment.id", viewonly=True)
    )
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

    @validates("amount")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact(value)

    @property
    def title(self) -> str:
        return self.number if self.order_number is None else f"{self.number} {self.order_number}"

    @property
    def subject(self) -> str:
        return f"{self.customer.short_name} · {self.amount:,.2f} RMB · {self.replenishment_reason[:60]}"

    def affected(self) -> Iterable[Workflowed]:
        """The complaint waits for it."""
        return [self.complaint]

    def searched(self) -> tuple[str | None, ...]:
        return (
            self.number,
            self.order_number,
            self.customer.short_name,
            self.complaint.number,
            self.order_no,
            self.work_order,
            self.replenishment_reason,
            *(line.product.model for line in self.lines),
        )

    def face(self) -> dict[str, Any]:
        """What an approver approves: the application as it stands on the screen, without who has signed
        it."""
        return {name: getattr(self, name) for name in FACE} | {
            "lines": [{name: getattr(line, name) for name in LINE_FACE} for line in self.lines]
        }

    def face_hash(self) -> str:
        return hash_of(self.face())

    # Dates

    @property
    def due_at(self) -> datetime:
        """The end of business of the day by which the customer wants the goods."""
        return work_calendar().end_of(self.wanted_on)

    @property
    def schedule_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.scheduled_on) if self.scheduled_on else None

    # The chain of signatures

    @property
    def running(self) -> list[RequiredSignature]:
        """The signatures of the chain that runs, by turn."""
        return sorted(
            (one for one in self.approvals if one.chain == self.chain),
            key=lambda one: (one.turn, one.id or 0),
        )

    @property
    def applicants(self) -> tuple[int | None, ...]:
        """Whose application it is as it stands: who filed it, and who changed it last."""
        return self.created_by_id, self.changed_by_id

    @property
    def _needed(self) -> list[str]:
        return [one.needed_role for one in self.running]

    @property
    def _given(self) -> list[str]:
        return [one.needed_role for one in self.running if one.signature_decision == "signed"]

    @property
    def _signed(self) -> set[int]:
        return {
            one
            for row in self.running
            if row.signature_decision == "signed"
            for one in (row.user_id, row.for_id)
            if one
        }

    def _role_of(self, roles: Iterable[str], person: int) -> str | None:
        return procedure.signing_role(
            roles,
            person,
            applicants=self.applicants,
            needed=self._needed,
            given=self._given,
            signed=self._signed,
        )

    def can_be_completed(self, held: Mapping[int, Collection[str]]) -> bool:
        """Whether these people ({person: their roles}) can give every signature that is still missing."""
        return procedure.can_pass(held, self._needed, self.applicants, self._given, self._signed)

    def signing(self, person: User, on: datetime) -> tuple[str | None, User | None]:
        """The role under which a person may sign now, and for whom if as a deputy: who could sign themselves,
        in a chain that is open to both."""
        if self.state != procedure.UNORDERED:
            return None, None
        own = self._role_of(person.roles, person.id)
        if own is not None:
            return own, None
        for row in Deputy.acting_for(person, on):
            if self._role_of([row.role], row.manager_id) and self._role_of([row.role], person.id):
                return row.role, row.manager
        return None, None

    @property
    def open_roles(self) -> tuple[str, ...]:
        """The roles whose signature can be given now; none when nothing is to be signed."""
        return procedure.open_roles(self._needed, self._given) if self.state == procedure.UNORDERED else ()

    def signs_now(self, by: User, on: datetime) -> bool:
        return self.signing(by, on)[0] is not None

    def stands_in(self, step: Step, by: User, on: datetime) -> bool:
        return step.permission in self.deputised and bool(Deputy.acting_for(by, on))

    def relates(self, step: Step, by: User, on: datetime) -> bool:
        return self.signs_now(by, on) if step.relation == "signs_now" else super().relates(step, by, on)

    def awaited_signers(self) -> list[int | None]:
        """Who may sign now. Where nobody can, all approvers see it, so that it does not wait unseen."""
        query = select(User).join(Membership).where(User.active, Membership.role.in_(self.open_roles))
        able = {
            person.id
            for person in db.session.execute(query).unique().scalars()
            if self._role_of(person.roles, person.id)
        }
        return sorted(able) or [None]

    @property
    def nobody_can_sign(self) -> bool:
        """A gate that nobody can pass: no one who is here holds the role and may use it."""
        return self.state == procedure.UNORDERED and self.awaited_signers() == [None]

    def fully_signed(self, on: datetime) -> bool:
        return bool(self.running) and all(one.signature_decision == "signed" for one in self.running)

    def told(self) -> list[int]:
        """Whose signature a change has voided, and who have not taken note of it yet."""
        return sorted({one.user_id for one in self._voided() if one.user is not None and one.user.active})

    def _voided(self) -> list[RequiredSignature]:
        return [one for one in self.approvals if one.signature_decision == "voided" and one.told_at is None]

    def change_unseen(self, on: datetime) -> bool:
        return bool(self.told())

    def is_told(self, by: User) -> bool:
        return by.id in self.told()

    def role_under(self, step: Step, by: User, on: datetime) -> str | None:
        """A signature is given under the role that the chain awaits; the order is released under that of the
        last signature."""
        usual = role_for(by.roles, step.permission)
        if step.permission is not Permission.APPROVE_REPLENISHMENT:
            return usual
        return self.signing(by, on)[0] or next(
            (one.needed_role for one in self.running if one.user_id == by.id), usual
        )

    def amount_sum(self) -> Decimal:
        """Q23: the amounts of all replenishments of the complaint that are not refused or void, this one's as
        it stands now."""
        query = select(func.sum(Replenishment.amount)).where(
            Replenishment.complaint_id == self.complaint_id,
            Replenishment.state.not_in(procedure.NOT_COUNTED),
            Replenishment.id != (self.id or 0),
        )
        return Decimal(db.session.execute(query).scalar() or 0) + self.amount

    def _lock(self) -> None:
        """One at a time where the sum is checked: the complaint's row, then this one, as it stands under the
        lock."""
        find(Complaint, self.complaint_id, lock=True)
        if self.id:
            find(Replenishment, self.id, lock=True)

    def _require(self) -> None:
        """The signatures that the sum asks for. One that was asked for stays, even if the sum falls again."""
        for role in rulebook().replenishment.approvers(self.amount_sum()):
            if role not in self._needed:
                self.approvals.append(
                    RequiredSignature(
                        kind=self.kind,
                        chain=self.chain,
                        needed_role=role,
                        turn=1 if role in procedure.FIRST else 2,
                    )
                )

    def _require_of_others(self, by: User, on: datetime) -> None:
        """Once the sum reaches the limit, every application of the complaint that is not an order yet needs
        the general manager."""
        query = (
            select(Replenishment)
            .where(
                Replenishment.complaint_id == self.complaint_id,
                Replenishment.state == procedure.UNORDERED,
                Replenishment.id != self.id,
            )
            .order_by(Replenishment.id)
            .with_for_update()
        )
        for other in db.session.execute(query).scalars():
            if set(rulebook().replenishment.approvers(other.amount_sum())) - set(other._needed):
                with other.changing(
                    "limit_reached",
                    by,
                    on,
                    clause="5.3.4",
                    role=role_for(by.roles, self.workflow.step("file").permission),
                    note=self.number,
                ):
                    other._require()

    # Verbs

    @classmethod
    def file(
        cls,
        *,
        complaint_id: int,
        return_id: int | None,
        lines: list[dict[str, Any]],
        order_no: str | None,
        charged: bool,
        wanted_on: date,
        replenishment_reason: str,
        by: User,
        on: datetime,
    ) -> Replenishment:
        """5.3.4: sales applies with items, quantities and amount, from a return or from a complaint's
        meeting; the managers are asked to sign."""
        made = cls(complaint_id=complaint_id, return_id=return_id, chain=1, state=None)
        made.complaint, made.of_return = (
            complaint_to_join(complaint_id),
            db.session.get(Return, return_id) if return_id else None,
        )
        made.customer, made.customer_id = made.complaint.customer, made.complaint.customer_id
        with made.advancing("file", by, on):
            made.number, made.filed_at = next_number(cls.kind, local_day(on)), on
            made._fill(lines, order_no, charged, wanted_on, replenishment_reason)
            made._require()
        made._require_of_others(by, on)
        return made

    def _fill(
        self, lines: list[dict[str, Any]], order_no: str | None, charged: bool, wanted_on: date, reason: str
    ) -> None:
        """Lines that stay the same keep their row."""
        left, kept = list(self.lines), []
        for facts in lines:
            wanted = (facts["product_id"], exact(facts["quantity"]), exact(facts["unit_price"]))
            row = next(
                (line for line in left if (line.product_id, line.quantity, line.unit_price) == wanted), None
            )
            if row is not None:
                left.remove(row)
            kept.append(
                row
                or ReplenishmentLine(
                    product=db.session.get_one(Product, facts["product_id"]),
                    amount=procedure.line_amount(facts["quantity"], facts["unit_price"]),
                    **facts,
                )
            )
        self.lines = sorted(kept, key=lambda line: line.id or 2**31)
        self.order_no, self.charged, self.wanted_on, self.replenishment_reason = (
            order_no,
            charged,
            wanted_on,
            reason,
        )
        self.amount = procedure.amount((line.quantity, line.unit_price) for line in self.lines)

    def change(
        self,
        *,
        lines: list[dict[str, Any]],
        order_no: str | None,
        charged: bool,
        wanted_on: date,
        replenishment_reason: str,
        by: User,
        on: datetime,
    ) -> None:
        """5.3.4: another application than the one that was signed: what was signed is void, the chain begins
        anew, its signers are told."""
        self._lock()
        before = self.face_hash()
        with self.advancing("change", by, on):
            self._fill(lines, order_no, charged, wanted_on, replenishment_reason)
            if self.face_hash() != before:
                for one in self.running:
                    one.void()
                self.chain, self.changed_by_id = self.chain + 1, by.id
                self._require()
                ask_anew(self)
        self._require_of_others(by, on)

    def sign(self, *, seen: str, by: User, on: datetime) -> None:
        """5.3.4: one signature of the chain, for what `seen` is the hash of (face_hash): ChangedMeanwhile
        when it is another by now.

        The sum decides once more; the last signature makes it an urgent order.
        """
        self._decide("sign", "signed", seen, None, by, on)
        if self.fully_signed(on):
            self.order(by=by, on=on)

    def refuse(self, *, seen: str, reason: str, by: User, on: datetime) -> None:
        """5.3.4: refused with a reason; it stays readable, and does not count in the sum any more."""
        self._decide("refuse", "refused", seen, reason, by, on)

    def _decide(
        self, step: str, decision: str, seen: str, reason: str | None, by: User, on: datetime
    ) -> None:
        self._lock()
        role, signed_for = self.signing(by, on)
        if seen != self.face_hash():
            raise ChangedMeanwhile(step)
        deputised = {"signed_for": signed_for.id} if signed_for else {}
        with self.advancing(step, by, on, note=reason, seen=seen, **deputised):
            row = next(one for one in self.running if one.needed_role == role)
            row.decide(decision, by, on, seen, signed_for)
            self.refuse_reason = reason
            self._take_note(by, on)
            self._require()

    def see_change(self, *, by: User, on: datetime) -> None:
        """5.3.4: whose signature a change has voided takes note of it."""
        with self.advancing("see_change", by, on):
            self._take_note(by, on)

    def _take_note(self, by: User, on: datetime) -> None:
        for one in self._voided():
            if one.user_id == by.id:
                one.told_at = on

    def order(self, *, by: User, on: datetime) -> None:
        """5.3.4: with the last signature it runs as an urgent order 紧急订单, which has a number of its
        own."""
        with self.advancing("order", by, on):
            self.order_number, self.ordered_at = next_number("urgent_order", local_day(on)), on

    def schedule(
        self, *, work_order: str, scheduled_on: date, note: str | None = None, by: User, on: datetime
    ) -> None:
        """3.6: planning schedules the urgent order; later than the customer wants it, `note` says why."""
        with self.advancing("schedule", by, on, note=note):
            self.work_order, self.scheduled_on = work_order, scheduled_on

    def reschedule(
        self, *, work_order: str, scheduled_on: date, note: str | None = None, by: User, on: datetime
    ) -> None:
        """3.6: another work order or day; later than the customer wants it, `note` says why."""
        with self.advancing("reschedule", by, on, note=note):
            self.work_order, self.scheduled_on = work_order, scheduled_on

    def make(self, *, made_on: date, by: User, on: datetime) -> None:
        """3.5: production reports it as made."""
        with self.advancing("make", by, on):
            self.made_on = made_on

    def ship(self, *, sent_off_on: date, delivery_no: str, by: User, on: datetime) -> None:
        """The goods leave for the customer; late when the customer wanted them earlier."""
        with self.advancing("ship", by, on):
            self.sent_off_on, self.delivery_no = sent_off_on, delivery_no

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """5.6: taken back before the goods are made; stays readable, its numbers stay taken."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason

    def miscounts(self) -> Iterator[str]:
        if self.amount != exact(sum(line.amount for line in self.lines)):
            yield "has an amount that is not the sum of its lines"
        if self.order_number is None:
            return
        signers = [
            person
            for one in self.running
            if one.signature_decision == "signed"
            for person in (one.user_id, one.for_id)
            if person
        ]
        if (
            not self.fully_signed(self.ordered_at)
            or len(set(signers)) < len(signers)
            or set(self.applicants) & set(signers)
        ):  # type: ignore[arg-type]
            yield "is an order without all its signatures"


@blocks_voiding("complaint", "replenishments")
@blocks_closing("complaint", "replenishments")
def open_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not shipped (5.3.5)."""
    return open_records(Replenishment, Replenishment.complaint_id == complaint.id)


@blocks_reassigning("complaint", "replenishments")
def valid_replenishments(complaint: Complaint) -> list[Replenishment]:
    """Return the replenishments of a complaint that are not void: they are of the same customer."""
    linked: list[Replenishment] = complaint.replenishments  # type: ignore[attr-defined]
    return [record for record in linked if record.void_reason is None]
