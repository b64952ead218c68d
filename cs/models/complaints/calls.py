"""The call to the meeting of a complaint (5.2.2.4): when, where, which heads, and who has answered it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from cs.extensions import Model
from cs.models.complaints.meeting import representatives
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.procedure.workflow import NotOpen
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class Invitee(Model):
    """A head who is called, and when they answered the call."""

    __tablename__ = "complaint_invitees"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("complaint_meeting_calls.id"), index=True)
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    noted_at: Mapped[datetime | None] = mapped_column(Moment)
    call_note: Mapped[str | None] = mapped_column(Text)  # such as who comes instead
    user: Mapped[User] = relationship(lazy="joined")
    __table_args__ = (UniqueConstraint("call_id", "user_id"),)

    @property
    def is_gone(self) -> bool:
        """Return whether the person has left, or has no part in meetings any more."""
        return not (self.user.active and self.user.may(Permission.COUNTERSIGN))


class MeetingCall(Model):
    """The call to the meeting of one round."""

    __tablename__ = "complaint_meeting_calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    round: Mapped[int]
    meets_at: Mapped[datetime] = mapped_column(Moment)
    meeting_place: Mapped[str] = mapped_column("location")
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    invitees: Mapped[list[Invitee]] = relationship(
        order_by=Invitee.id, cascade="all, delete-orphan", lazy="selectin"
    )
    __table_args__ = (UniqueConstraint("complaint_id", "round"),)

    @property
    def unanswered(self) -> list[Invitee]:
        """Return whose answer is awaited: of each department, those who may speak for it, until one has
        answered."""
        answered = {row.department for row in self.invitees if row.noted_at}
        return [row for row in self.invitees if row.department not in answered and not row.is_gone]

    def expected(self) -> list[tuple[User, str]]:
        """Return who will be there for which department: who answered, else who speaks for it now."""
        expected = []
        for code in procedure.meeting_departments(self.department):
            coming = [row.user for row in self.invitees if row.department == code and row.noted_at]
            expected += [(person, code) for person in (coming or representatives(code))[:1]]
        return expected


@dataclass(frozen=True)
class CallBook:
    """The calls of one complaint, and the round that it is in."""

    calls: Sequence[MeetingCall]
    round: int

    @property
    def current(self) -> MeetingCall | None:
        return next((call for call in self.calls if call.round == self.round), None)

    @property
    def unanswered(self) -> list[Invitee]:
        return self.current.unanswered if self.current else []

    @property
    def awaited_invitees(self) -> list[int]:
        return sorted(row.user_id for row in self.unanswered)


def has_open_calls(complaint_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return SQL for whether a head has not answered a call under a complaint."""
    return (
        select(Invitee.id)
        .join(MeetingCall)
        .where(MeetingCall.complaint_id == complaint_id, Invitee.noted_at.is_(None))
        .exists()
    )


# The steps of the call. Complaint names them among its verbs.


class CalledComplaint(AdvancingRecord, Protocol):
    """What these steps need of a complaint."""

    meeting_calls: list[MeetingCall]

    @property
    def round(self) -> int: ...

    @property
    def call_book(self) -> CallBook: ...


def call_meeting(
    complaint: CalledComplaint,
    *,
    meets_at: datetime,
    meeting_place: str,
    department: str,
    by: User,
    on: datetime,
) -> None:
    """Call the heads of sales, engineering and the responsible department to the meeting (5.2.2.4); whoever
    calls it needs no call."""
    with complaint.advancing("call_meeting", by, on):
        call = MeetingCall(
            round=complaint.round,
            meets_at=meets_at,
            meeting_place=meeting_place,
            department=department,
            invitees=[],
        )
        complaint.meeting_calls.append(call)
        _invite(call, by, on)


def move_meeting(
    complaint: CalledComplaint,
    *,
    meets_at: datetime,
    meeting_place: str,
    reason: str,
    by: User,
    on: datetime,
) -> None:
    """Call the heads to the same meeting at another time or place: each of them answers again, and who has
    become one since is called too (5.2.2.4)."""
    with complaint.advancing("move_meeting", by, on, note=reason):
        call = complaint.call_book.current
        if call is None:
            raise NotOpen("move_meeting")
        call.meets_at, call.meeting_place = meets_at, meeting_place
        for row in call.invitees:
            row.noted_at, row.call_note = on if row.user_id == by.id else None, None
        _invite(call, by, on)


def _invite(call: MeetingCall, by: User, on: datetime) -> None:
    """Add who speaks for the departments and is not called yet."""
    called = {row.user_id for row in call.invitees}
    for code in procedure.meeting_departments(call.department):
        for person in representatives(code):
            if person.id not in called:
                called.add(person.id)
                noted_at = on if person.id == by.id else None
                row = Invitee(department=code, user_id=person.id, user=person, noted_at=noted_at)
                call.invitees.append(row)


def acknowledge_call(complaint: CalledComplaint, *, call_note: str | None, by: User, on: datetime) -> None:
    """Answer the call as a head: they come, or say who comes instead."""
    with complaint.advancing("acknowledge_call", by, on, note=call_note):
        row = next(row for row in complaint.call_book.unanswered if row.user_id == by.id)
        row.noted_at, row.call_note = on, call_note
