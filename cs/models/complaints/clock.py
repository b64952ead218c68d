"""The reply clock of a complaint after it is set (5.2.2.6): no clerk moves it alone.

A change of what decides a due date that is set, or a reply recorded late that was sent in time, waits for the
consent of the sales manager, where the procedure file asks for it. Until then the old due date holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, ForeignKey, Text, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.models.complaints.reply import (
    AnsweredComplaint,
    Reply,
    ReplyClock,
    last_refusal,
    limit_of,
    restart_clock,
)
from cs.procedure.authority import Permission, roles_with
from cs.procedure.reply_clock import CLOCK_FIELDS
from cs.procedure.workflow import NotOpen, Refused
from cs.records.attachments import Attachment
from cs.records.departments import Membership
from cs.records.procedure import rulebook
from cs.records.record import Record
from cs.records.types import Moment
from cs.records.users import User


class EvidenceMissing(Refused):
    """A date of the customer's own, or a sending before it was recorded, without its evidence."""


class ClockChange(Model):
    """A change of the clock as asked for: what is proposed, why, by whom, on what evidence, and the decision.

    An empty proposal leaves its field as it is; `no_deadline` withdraws the customer's deadline.
    """

    __tablename__ = "clock_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    heard_at: Mapped[datetime | None] = mapped_column(Moment)
    reply_days: Mapped[int | None]
    customer_deadline: Mapped[datetime | None] = mapped_column(Moment)
    no_deadline: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    reply_number: Mapped[int | None]  # the reply that was sent then
    clock_reason: Mapped[str] = mapped_column(Text)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    clock_decision: Mapped[str | None]  # consented, refused, not_needed
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_note: Mapped[str | None] = mapped_column(Text)
    refusal_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    evidence: Mapped[Attachment | None] = relationship(viewonly=True)
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def is_waiting(self) -> bool:
        return self.clock_decision is None

    @property
    def is_made(self) -> bool:
        """Return whether the clock follows it: with the consent, or where none is asked for."""
        return self.clock_decision in ("consented", "not_needed")

    @property
    def lost_evidence(self) -> bool:
        """Return whether the file on which it was asked for has been voided."""
        return self.evidence is not None and self.evidence.void_reason is not None

    @property
    def is_unseen_refusal(self) -> bool:
        """Return whether the person who asked for it has not yet taken note that it was refused."""
        return self.clock_decision == "refused" and self.refusal_seen_at is None and self.requested_by.active

    def decide(self, decision: str, note: str | None, by: User, on: datetime) -> None:
        self.clock_decision, self.decision_note = decision, note
        self.decided_by, self.decided_by_id, self.decided_at = by, by.id, on


@dataclass(frozen=True)
class ClockBook:
    """The changes of one complaint's clock, and what is asked about all of them together."""

    changes: Sequence[ClockChange]

    @property
    def waiting(self) -> ClockChange | None:
        """Return the change to decide on next: the one asked for first."""
        return next((change for change in self.changes if change.is_waiting), None)

    def to_decide(self) -> ClockChange:
        """Return the same; StopIteration where none waits."""
        return next(change for change in self.changes if change.is_waiting)

    @property
    def all_waiting(self) -> list[ClockChange]:
        return [change for change in self.changes if change.is_waiting]

    @property
    def unseen_refusals(self) -> list[ClockChange]:
        return [change for change in self.changes if change.is_unseen_refusal]

    def awaited_consenters(self) -> list[int | None]:
        """Return who may consent to the change: never the person who asked for it.

        The first role of the permission that somebody else holds: a sales manager, and the general manager
        for a request of the only sales manager. [None] where nobody may.
        """
        if self.waiting is None:
            return []
        for role in roles_with(Permission.CONSENT_TO_CLOCK):
            holders = (
                select(User.id)
                .join(Membership)
                .where(User.active, Membership.role == role, User.id != self.waiting.requested_by_id)
            )
            if people := sorted(set(db.session.execute(holders).scalars())):
                return list(people)
        return [None]

    def awaited_requesters(self) -> list[int]:
        return sorted({change.requested_by_id for change in self.unseen_refusals})


def has_open_change(complaint_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the SQL of whether a change of the clock waits for somebody by name, under a complaint."""
    waiting = select(ClockChange.id).where(
        ClockChange.complaint_id == complaint_id,
        ClockChange.clock_decision.is_(None)
        | ((ClockChange.clock_decision == "refused") & ClockChange.refusal_seen_at.is_(None)),
    )
    return waiting.exists()


class ClockedComplaint(AnsweredComplaint, Protocol):
    """What the changes of the clock need of a complaint, beside what the steps of the answer need."""

    clock_changes: list[ClockChange]

    @property
    def reply(self) -> Reply | None: ...

    @property
    def clock_book(self) -> ClockBook: ...


def withheld(complaint: ClockedComplaint, values: dict[str, Any]) -> dict[str, Any]:
    """Return what of the new values would move the clock that is set; `values` keep the rest.

    Forms hold minutes: a moment that differs in seconds alone is no change. A customer with other agreed days
    is named at once, only the days wait.
    """
    proposed: dict[str, Any] = {}
    for field in CLOCK_FIELDS:
        if field in values:
            value = values.pop(field)
            if to_minute(value) != to_minute(getattr(complaint, field)):
                proposed[field] = value
    if values.get("customer_id", complaint.customer_id) != complaint.customer_id:
        days = limit_of(values["customer_id"])
        if days != complaint.limit_days:
            proposed["reply_days"] = days
    return proposed


def to_minute(moment: datetime | None) -> datetime | None:
    """Return the moment as forms hold it, without seconds."""
    return None if moment is None else moment.replace(second=0, microsecond=0)


def request_change(
    complaint: ClockedComplaint,
    step: str,
    proposed: dict[str, Any],
    *,
    reason: str,
    evidence_id: int | None,
    by: User,
    on: datetime,
) -> None:
    """Ask for consent to a change of the clock, inside `step`; where the procedure file asks for none, make
    it at once. Raise EvidenceMissing for a date of the customer's own, or a moment of sending, without it."""
    evidence = evidence_of(complaint, evidence_id, step, on)
    if evidence is None and (proposed.get("customer_deadline") or proposed.get("sent_at")):
        raise EvidenceMissing(step)
    change = ClockChange(
        clock_reason=reason,
        evidence_id=evidence,
        requested_by=by,
        requested_by_id=by.id,
        requested_at=on,
        no_deadline=proposed.get("customer_deadline", on) is None,
        **{field: value for field, value in proposed.items() if value is not None},
    )
    complaint.clock_changes.append(change)
    if not rulebook().reply.consent_to_changes:
        change.clock_decision = "not_needed"
        apply_change(complaint, change)


def evidence_of(complaint: ClockedComplaint, evidence_id: int | None, step: str, on: datetime) -> int | None:
    """Return the file that is named as evidence, else the last one that came with the step; None where
    neither is on the complaint."""
    files = [file for file in Attachment.of(cast(Record, complaint)) if not file.void_reason]
    if evidence_id is not None:
        return next((file.id for file in files if file.id == evidence_id), None)
    return next((file.id for file in reversed(files) if file.step == step and file.at == on), None)


def replace_deadline(
    complaint: ClockedComplaint, step: str, deadline: datetime | None, evidence_id: int | None, on: datetime
) -> None:
    """Set the customer's own date for the next reply, inside `step`. Raise EvidenceMissing for one without
    evidence."""
    if deadline is not None and evidence_of(complaint, evidence_id, step, on) is None:
        raise EvidenceMissing(step)
    complaint.customer_deadline = deadline


def apply_change(complaint: ClockedComplaint, change: ClockChange) -> None:
    """Make a change of the clock: the due date and the figures follow it from now on."""
    if change.sent_at is not None:
        _correct_sending(complaint, change.reply_number or 0, change.sent_at)
        return
    heard_before = complaint.heard_at
    first_by_rule = _first_due(complaint) == complaint.first_due_at
    complaint.heard_at = change.heard_at or complaint.heard_at
    complaint.reply_days = complaint.reply_days if change.reply_days is None else change.reply_days
    if change.no_deadline or change.customer_deadline:
        complaint.customer_deadline = change.customer_deadline
    restart_clock(complaint)
    # After a refusal the first due date stays, but for the moment at which we first heard.
    if last_refusal(complaint.replies) and first_by_rule and complaint.heard_at != heard_before:
        complaint.first_due_at = _first_due(complaint)
    if complaint.reply is not None and complaint.reply.response != "refused":
        complaint.reply.due_at = complaint.reply_due_at


def due_after(complaint: ClockedComplaint, change: ClockChange) -> datetime:
    """Return when the reply would be due with a change of the clock, for who decides on it."""
    deadline = change.customer_deadline or complaint.customer_deadline
    return ReplyClock(
        change.heard_at or complaint.heard_at,
        last_refusal(complaint.replies),
        None if change.no_deadline else deadline,
        complaint.limit_days if change.reply_days is None else change.reply_days,
        complaint.sample_book.waits,
    ).due_at


def _first_due(complaint: ClockedComplaint) -> datetime:
    """Return when the first reply is due by the limit alone."""
    waits = complaint.sample_book.waits
    return ReplyClock(complaint.heard_at, None, None, complaint.limit_days, waits).due_at


def _correct_sending(complaint: ClockedComplaint, number: int, sent_at: datetime) -> None:
    reply = next(reply for reply in complaint.replies if reply.number == number)
    reply.replied_at = sent_at
    if number == 1:
        complaint.replied_at = sent_at
        complaint.late_reply_reason = None
    if complaint.follow_up_due_at is not None and reply is complaint.reply:
        complaint.follow_up_due_at = sent_at + timedelta(days=rulebook().reply.no_answer_days)


# The steps. Complaint names them among its verbs; `complaint` is that record.


def consent_clock(
    complaint: ClockedComplaint, *, decision_note: str | None = None, by: User, on: datetime
) -> None:
    """Consent to the change of the clock that was asked for first, signed (5.2.2.6). Raise NotOpen where its
    evidence has been voided since: it can only be refused."""
    with complaint.advancing("consent_clock", by, on, note=decision_note):
        change = complaint.clock_book.to_decide()
        if change.lost_evidence:
            raise NotOpen("consent_clock")
        change.decide("consented", decision_note, by, on)
        apply_change(complaint, change)


def refuse_clock(complaint: ClockedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Refuse the change of the clock, signed: the due date stays, and whoever asked for it is told."""
    with complaint.advancing("refuse_clock", by, on, note=reason):
        complaint.clock_book.to_decide().decide("refused", reason, by, on)


def see_clock_refusal(
    complaint: ClockedComplaint, *, late_reply_reason: str | None = None, by: User, on: datetime
) -> None:
    """Take note that the change of the clock was refused, as the person who asked for it; of a reply that
    stays late, say why it is."""
    with complaint.advancing("see_clock_refusal", by, on):
        complaint.late_reply_reason = late_reply_reason or complaint.late_reply_reason
        for change in complaint.clock_book.unseen_refusals:
            if change.requested_by_id == by.id:
                change.refusal_seen_at = on
