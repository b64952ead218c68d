"""The meeting on a major or recurring complaint (5.2.2.4): who was there and countersigned, what is done with
the goods at every place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.models.complaints.owners import awaited_owners, rows_of_owner
from cs.models.complaints.reply import AnsweredComplaint, prepare_reply
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.departments import Membership
from cs.records.types import Moment
from cs.records.users import User


def representatives(department: str) -> list[User]:
    """Return who speaks for a department at the meeting (5.2.2.4): its heads 部门负责人; where none is
    named, any of its people. Who left is not among them."""
    query = (
        select(User)
        .join(Membership)
        .where(User.active, Membership.department == department)
        .order_by(User.sort_name, User.id)
    )
    people = list(db.session.execute(query).unique().scalars())
    return [one for one in people if one.heads(department)] or people


# The hashed content names the meeting of a row by complaint and round: signed before rows had `meeting_id`.
NOT_CONTENT = frozenset({"meeting_id"})


def _ids_of_representatives(department: str) -> set[int]:
    return {person.id for person in representatives(department)}


class Attendee(Model):
    """Who was at the meeting, for which department, and when they countersigned 会签."""

    derived: ClassVar[frozenset[str]] = NOT_CONTENT
    __tablename__ = "complaint_attendees"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("complaint_meetings.id"), index=True)
    round: Mapped[int]
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    must_sign: Mapped[bool]
    team_role: Mapped[str | None]  # 7.4-37
    countersigned_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[User] = relationship(lazy="joined")
    __table_args__ = (UniqueConstraint("complaint_id", "round", "user_id"),)

    @property
    def is_gone(self) -> bool:
        """Return whether who was there has left, or may not countersign any more: nobody waits for that
        signature."""
        return not (self.user.active and self.user.may(Permission.COUNTERSIGN))


class Place(Model):
    """What was found at one place, or that nothing is there, and who confirmed it."""

    derived: ClassVar[frozenset[str]] = NOT_CONTENT
    __tablename__ = "complaint_places"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("complaint_meetings.id"), index=True)
    round: Mapped[int]
    place: Mapped[str]
    found_qty: Mapped[int]
    defect_qty: Mapped[int | None]  # 7.4-38: of these, defective
    confirmed_by: Mapped[str | None]  # a name as it was typed before it was chosen
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmer: Mapped[User | None] = relationship(lazy="joined")
    __table_args__ = (
        UniqueConstraint("complaint_id", "round", "place"),
        CheckConstraint("found_qty >= 0", name="not_negative"),
        CheckConstraint("defect_qty <= found_qty", name="defective_within_found"),
    )

    @property
    def none_confirmed_by(self) -> str | None:
        """Return the name of the person who confirmed that nothing is there."""
        return self.confirmer.name if self.confirmer else self.confirmed_by


class Disposition(Model):
    """What is done with so many pieces at a place: decision, who, by when, done."""

    derived: ClassVar[frozenset[str]] = NOT_CONTENT
    __tablename__ = "complaint_dispositions"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("complaint_meetings.id"), index=True)
    round: Mapped[int]
    place: Mapped[str]
    lot_no: Mapped[str | None]
    quantity: Mapped[int]
    disposition: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    done_note: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[User] = relationship(lazy="joined")
    __table_args__ = (CheckConstraint("quantity > 0", name="some"),)

    @property
    def owner_gone(self) -> bool:
        """Return whether its owner has left, or has no work in it any more: who leads the meeting carries
        it out."""
        return not (self.owner.active and self.owner.may(Permission.CARRY_OUT_DISPOSITION))


OWN_ROWS: Any = {"cascade": "all, delete-orphan", "lazy": "selectin"}


class Meeting(Model):
    """One meeting of one round with its rows: a refused reply needs another (5.2.2.4).

    Its rows are hashed as parts of the complaint. Without a meeting there are none: only `meet` and `dispose`
    add any, and a decision on the goods needs the meeting of its round.
    """

    __tablename__ = "complaint_meetings"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    round: Mapped[int]
    met_at: Mapped[datetime] = mapped_column(Moment)
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    minutes: Mapped[str] = mapped_column(Text)
    plan_needed: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[str | None] = mapped_column(Text)  # planning's replacement or rework plan
    plan_quantity: Mapped[int | None]
    plan_due_on: Mapped[date | None]
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    planned_by: Mapped[User | None] = relationship()
    attendees: Mapped[list[Attendee]] = relationship(order_by=Attendee.id, **OWN_ROWS)
    places: Mapped[list[Place]] = relationship(order_by=Place.id, **OWN_ROWS)
    dispositions: Mapped[list[Disposition]] = relationship(order_by=Disposition.id, **OWN_ROWS)
    __table_args__ = (UniqueConstraint("complaint_id", "round"),)

    def dispositions_at(self, place: str) -> list[Disposition]:
        """Return what is done with the goods at one place."""
        return [row for row in self.dispositions if row.place == place]

    @property
    def is_disposed(self) -> bool:
        """Say whether the goods at every place are decided on."""
        return bool(self.places)

    @property
    def unsigned(self) -> list[Attendee]:
        """Return the heads whose countersignature is awaited: from the decision on the goods on; nobody waits
        for who is gone."""
        if not self.is_disposed:
            return []
        return [
            row
            for row in self.attendees
            if row.must_sign and row.countersigned_at is None and not row.is_gone
        ]

    @property
    def open_dispositions(self) -> list[Disposition]:
        return [row for row in self.dispositions if row.done_on is None]

    @property
    def is_to_plan(self) -> bool:
        """Say whether planning still has to arrange replacement or rework."""
        return self.plan_needed and self.plan is None


@dataclass(frozen=True)
class MeetingBook:
    """The meetings of one complaint, and what is asked about all of them together (5.2.2.4)."""

    meetings: Sequence[Meeting]

    def of_round(self, number: int) -> Meeting | None:
        return next((meeting for meeting in self.meetings if meeting.round == number), None)

    @property
    def attendees(self) -> list[Attendee]:
        return [row for meeting in self.meetings for row in meeting.attendees]

    @property
    def places(self) -> list[Place]:
        return [row for meeting in self.meetings for row in meeting.places]

    @property
    def dispositions(self) -> list[Disposition]:
        return [row for meeting in self.meetings for row in meeting.dispositions]

    @property
    def unsigned(self) -> list[Attendee]:
        """Return the heads whose countersignature is awaited, of every meeting."""
        return [row for meeting in self.meetings for row in meeting.unsigned]

    @property
    def awaited_countersigners(self) -> list[int]:
        return sorted({row.user_id for row in self.unsigned})

    @property
    def open_dispositions(self) -> list[Disposition]:
        return [row for meeting in self.meetings for row in meeting.open_dispositions]

    @property
    def disposition_due_at(self) -> datetime | None:
        """Return the end of the first day by which something must be carried out."""
        days = [row.planned_on for row in self.open_dispositions]
        return work_calendar().end_of(min(days)) if days else None

    def dispositions_of(self, by: User) -> list[Disposition]:
        """Return the open dispositions that this person carries out: their own, and for who leads the meeting
        those of people who have left."""
        return rows_of_owner(self.open_dispositions, by)

    def awaited_disposers(self) -> list[int]:
        """Return the owners of what is open; in the place of those who have left, who leads the meeting."""
        return awaited_owners(self.open_dispositions)

    @property
    def to_plan(self) -> Meeting | None:
        """Return the meeting for which planning still has to arrange replacement or rework."""
        return next((meeting for meeting in self.meetings if meeting.is_to_plan), None)


def has_open_work(complaint_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return SQL for whether a head has not countersigned, or an owner not carried out, under a complaint."""
    heads = select(Attendee.id).where(
        Attendee.complaint_id == complaint_id, Attendee.must_sign, Attendee.countersigned_at.is_(None)
    )
    owners = select(Disposition.id).where(
        Disposition.complaint_id == complaint_id, Disposition.done_on.is_(None)
    )
    return heads.exists() | owners.exists()


# The steps of the meeting's way. Complaint names them among its verbs.


class DiscussedComplaint(AnsweredComplaint, Protocol):
    """What the steps of the meeting need of a complaint, beside what those of the answer need."""

    meetings: list[Meeting]

    @property
    def round(self) -> int: ...

    @property
    def meeting_book(self) -> MeetingBook: ...

    @property
    def current_meeting(self) -> Meeting | None: ...


def meet(
    complaint: DiscussedComplaint,
    *,
    met_at: datetime,
    department: str,
    minutes: str,
    attendees: list[dict[str, Any]],
    by: User,
    on: datetime,
) -> None:
    """Hold the meeting of this round (5.2.2.4: 品质主管主导开会); the heads of sales, engineering
    and the responsible department were there and countersign."""
    with complaint.advancing("meet", by, on):
        meeting = Meeting(
            round=complaint.round,
            met_at=met_at,
            department=department,
            minutes=minutes,
            attendees=[],
            places=[],
            dispositions=[],
        )
        complaint.meetings.append(meeting)
        signing = {code: _ids_of_representatives(code) for code in procedure.meeting_departments(department)}
        for one in attendees:
            user = db.session.get_one(User, one["user_id"])
            meeting.attendees.append(
                Attendee(
                    complaint_id=complaint.id,
                    round=meeting.round,
                    department=one["department"],
                    user_id=user.id,
                    user=user,
                    must_sign=user.id in signing.get(one["department"], ()),
                    team_role=one.get("team_role"),
                )
            )


def countersign(complaint: DiscussedComplaint, *, by: User, on: datetime) -> None:
    """Sign the result as a head who was at the meeting (5.2.2.4: 会签)."""
    with complaint.advancing("countersign", by, on):
        for one in complaint.meeting_book.unsigned:
            if one.user_id == by.id:
                one.countersigned_at = on


def dispose(
    complaint: DiscussedComplaint,
    *,
    places: list[dict[str, Any]],
    dispositions: list[dict[str, Any]],
    plan_needed: bool,
    by: User,
    on: datetime,
) -> None:
    """Decide on the goods (5.2.2.4: 对发生品、库存品及在制品进行处理决议); every place has its pieces
    decided, or "none, confirmed by"."""
    with complaint.advancing("dispose", by, on):
        meeting = next(meeting for meeting in complaint.meetings if meeting.round == complaint.round)
        of_meeting = {"complaint_id": complaint.id, "round": meeting.round}
        meeting.places += [Place(**of_meeting, **row) for row in places]
        for row in dispositions:
            owner = db.session.get_one(User, row["owner_id"])
            meeting.dispositions.append(Disposition(owner=owner, **of_meeting, **row))
        meeting.plan_needed = plan_needed


def do_disposition(
    complaint: DiscussedComplaint,
    *,
    disposition_id: int,
    done_on: date,
    done_note: str | None,
    by: User,
    on: datetime,
) -> None:
    """Record as its owner that a disposition is carried out (5.2.2.4)."""
    with complaint.advancing("do_disposition", by, on):
        row = next(one for one in complaint.meeting_book.dispositions_of(by) if one.id == disposition_id)
        row.done_on, row.done_note = done_on, done_note


def plan(
    complaint: DiscussedComplaint, *, plan: str, plan_quantity: int, plan_due_on: date, by: User, on: datetime
) -> None:
    """Arrange replacement or rework by the delivery date (5.2.2.4, 3.6: 请生管按交期配合安排判定不合格产品的
    补货或重工)."""
    with complaint.advancing("plan", by, on):
        meeting = next(meeting for meeting in complaint.meetings if meeting.is_to_plan)
        meeting.plan, meeting.plan_quantity, meeting.plan_due_on = plan, plan_quantity, plan_due_on
        meeting.planned_by, meeting.planned_by_id = by, by.id


def issue_result(
    complaint: DiscussedComplaint, *, reply_text: str, cause: str, actions: str, by: User, on: datetime
) -> None:
    """Issue the result of the report (5.2.2.4: 品质开立客户投诉处理报告结果); sales sends it."""
    with prepare_reply(
        complaint, "issue_result", by, on, reply_text=reply_text, cause=cause, actions=actions
    ):
        pass
