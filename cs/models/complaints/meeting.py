"""The meeting on a major or recurring complaint (5.2.2.4): who was there and countersigned, what is done with
the goods at every place."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from cs.extensions import db
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.types import Moment
from cs.records.users import User

if TYPE_CHECKING:
    from cs.models.complaints.complaint import Complaint


def representatives(department: str) -> list[User]:
    """Who speaks for a department at the meeting (5.2.2.4): its heads 部门负责人; where none is named, any of
    its people. Who left is not among them."""
    query = (
        select(User)
        .join(Membership)
        .where(User.active, Membership.department == department)
        .order_by(User.sort_name, User.id)
    )
    people = list(db.session.execute(query).unique().scalars())
    return [one for one in people if one.heads(department)] or people


class Meeting(db.Model):
    """One meeting of one round: a refused reply needs another."""

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
    __table_args__ = (UniqueConstraint("complaint_id", "round"),)


class Attendee(db.Model):
    """Who was at the meeting, for which department, and when they countersigned 会签."""

    __tablename__ = "complaint_attendees"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    round: Mapped[int]
    department: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    must_sign: Mapped[bool]
    countersigned_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[User] = relationship(lazy="joined")
    __table_args__ = (UniqueConstraint("complaint_id", "round", "user_id"),)

    @property
    def is_gone(self) -> bool:
        """Whether who was there has left, or may not countersign any more: nobody waits for that
        signature."""
        return not (self.user.active and self.user.may(Permission.COUNTERSIGN))


class Place(db.Model):
    """What was found at one place, or that nothing is there, and who confirmed it."""

    __tablename__ = "complaint_places"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    round: Mapped[int]
    place: Mapped[str]
    found_qty: Mapped[int]
    confirmed_by: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("complaint_id", "round", "place"),
        CheckConstraint("found_qty >= 0", name="not_negative"),
    )


class Disposition(db.Model):
    """What is done with so many pieces at a place: decision, who, by when, done."""

    __tablename__ = "complaint_dispositions"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
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
        """Whether its owner has left, or has no work in it any more: who leads the meeting carries it out."""
        return not (self.owner.active and self.owner.may(Permission.CARRY_OUT_DISPOSITION))


class MeetingSteps:
    """The verbs and questions of a complaint that takes the way of 5.2.2.4."""

    @declared_attr
    def meetings(cls) -> Mapped[list[Meeting]]:
        return relationship(Meeting, cascade="all, delete-orphan", order_by=Meeting.round, lazy="selectin")

    @declared_attr
    def attendees(cls) -> Mapped[list[Attendee]]:
        return relationship(Attendee, cascade="all, delete-orphan", order_by=Attendee.id, lazy="selectin")

    @declared_attr
    def places(cls) -> Mapped[list[Place]]:
        return relationship(Place, cascade="all, delete-orphan", order_by=Place.id, lazy="selectin")

    @declared_attr
    def dispositions(cls) -> Mapped[list[Disposition]]:
        return relationship(
            Disposition, cascade="all, delete-orphan", order_by=Disposition.id, lazy="selectin"
        )

    @classmethod
    def names_people(cls) -> ColumnElement[bool]:
        """SQL: heads who have not countersigned, owners who have not carried out."""
        heads = select(Attendee.id).where(
            Attendee.complaint_id == cls.id, Attendee.must_sign, Attendee.countersigned_at.is_(None)
        )  # type: ignore[attr-defined]
        owners = select(Disposition.id).where(
            Disposition.complaint_id == cls.id, Disposition.done_on.is_(None)
        )  # type: ignore[attr-defined]
        return heads.exists() | owners.exists()

    # Questions of the workflow's rows

    @property
    def round(self: Complaint) -> int:
        """Which reply is in hand: the first, or the next after a refusal."""
        return 1 + sum(reply.response == "refused" for reply in self.replies)

    @property
    def current_meeting(self: Complaint) -> Meeting | None:
        return next((one for one in self.meetings if one.round == self.round), None)

    def meeting(self: Complaint, on: datetime) -> bool:
        return self.route == "meeting"

    def not_met(self: Complaint, on: datetime) -> bool:
        return self.current_meeting is None

    def met(self: Complaint, on: datetime) -> bool:
        return self.current_meeting is not None

    def disposed(self: Complaint, on: datetime) -> bool:
        return any(place.round == self.round for place in self.places)

    def not_disposed(self: Complaint, on: datetime) -> bool:
        return not self.disposed(on)

    def countersigning(self: Complaint, on: datetime) -> bool:
        return bool(self.awaited_countersigners())

    @property
    def unsigned(self: Complaint) -> list[Attendee]:
        """The heads whose countersignature is awaited: from the decision on the goods on; who is gone is not
        waited for."""
        decided = {place.round for place in self.places}
        return [
            one
            for one in self.attendees
            if one.must_sign and one.countersigned_at is None and not one.is_gone and one.round in decided
        ]

    def awaited_countersigners(self: Complaint) -> list[int]:
        return sorted({one.user_id for one in self.unsigned})

    def countersigns(self: Complaint, by: User) -> bool:
        return by.id in self.awaited_countersigners()

    @property
    def open_dispositions(self: Complaint) -> list[Disposition]:
        return [one for one in self.dispositions if one.done_on is None]

    @property
    def disposition_due_at(self: Complaint) -> datetime | None:
        return (
            work_calendar().end_of(min(one.planned_on for one in self.open_dispositions))
            if self.open_dispositions
            else None
        )

    def dispositions_open(self: Complaint, on: datetime) -> bool:
        return bool(self.open_dispositions)

    def dispositions_of(self: Complaint, by: User) -> list[Disposition]:
        """The open dispositions that this person carries out: their own, and for who leads the meeting those
        of people who have left."""
        leads = by.may(Permission.SETTLE_COMPLAINT)
        return [one for one in self.open_dispositions if one.owner_id == by.id or (leads and one.owner_gone)]

    def awaited_disposers(self: Complaint) -> list[int]:
        """The owners of what is open; in the place of those who have left, who leads the meeting."""
        owners = {one.owner_id for one in self.open_dispositions if not one.owner_gone}
        if any(one.owner_gone for one in self.open_dispositions):
            leading = (
                select(User.id)
                .join(Membership)
                .where(User.active, Membership.role.in_(roles_with(Permission.SETTLE_COMPLAINT)))
            )
            owners |= set(db.session.execute(leading).scalars())
        return sorted(owners)

    def disposes(self: Complaint, by: User) -> bool:
        return bool(self.dispositions_of(by))

    def plan_wanted(self: Complaint, on: datetime) -> bool:
        return self.meeting_to_plan is not None

    @property
    def meeting_to_plan(self: Complaint) -> Meeting | None:
        """The meeting for which planning still has to arrange replacement or rework."""
        return next((one for one in self.meetings if one.plan_needed and one.plan is None), None)

    # Verbs

    def meet(
        self: Complaint,
        *,
        met_at: datetime,
        department: str,
        minutes: str,
        attendees: list[dict[str, Any]],
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.4: 品质主管主导开会; the heads of sales, engineering and the responsible department were
        there and countersign."""
        with self.advancing("meet", by, on):
            self.meetings.append(
                Meeting(round=self.round, met_at=met_at, department=department, minutes=minutes)
            )
            signing = {
                code: {one.id for one in representatives(code)}
                for code in procedure.meeting_departments(department)
            }
            for one in attendees:
                user = db.session.get_one(User, one["user_id"])
                self.attendees.append(
                    Attendee(
                        round=self.round,
                        department=one["department"],
                        user_id=user.id,
                        user=user,
                        must_sign=user.id in signing.get(one["department"], ()),
                    )
                )

    def countersign(self: Complaint, *, by: User, on: datetime) -> None:
        """会签: a head who was at the meeting signs its result."""
        with self.advancing("countersign", by, on):
            for one in self.unsigned:
                if one.user_id == by.id:
                    one.countersigned_at = on

    def dispose(
        self: Complaint,
        *,
        places: list[dict[str, Any]],
        dispositions: list[dict[str, Any]],
        plan_needed: bool,
        by: User,
        on: datetime,
    ) -> None:
        """5.2.2.4: 对发生品、库存品及在制品进行处理决议; every place has its pieces decided, or "none,
        confirmed by"."""
        with self.advancing("dispose", by, on):
            self.places += [Place(round=self.round, **facts) for facts in places]
            for facts in dispositions:
                self.dispositions.append(
                    Disposition(round=self.round, owner=db.session.get_one(User, facts["owner_id"]), **facts)
                )
            if self.current_meeting is not None:
                self.current_meeting.plan_needed = plan_needed

    def do_disposition(
        self: Complaint, *, disposition_id: int, done_on: date, done_note: str | None, by: User, on: datetime
    ) -> None:
        """The owner says that it is done."""
        with self.advancing("do_disposition", by, on):
            row = next(one for one in self.dispositions_of(by) if one.id == disposition_id)
            row.done_on, row.done_note = done_on, done_note

    def plan(
        self: Complaint, *, plan: str, plan_quantity: int, plan_due_on: date, by: User, on: datetime
    ) -> None:
        """5.2.2.4, 3.6: 请生管按交期配合安排判定不合格产品的补货或重工."""
        with self.advancing("plan", by, on):
            meeting = next(one for one in self.meetings if one is self.meeting_to_plan)
            meeting.plan, meeting.plan_quantity, meeting.plan_due_on = plan, plan_quantity, plan_due_on
            meeting.planned_by, meeting.planned_by_id = by, by.id

    def issue_result(
        self: Complaint, *, reply_text: str, cause: str, actions: str, by: User, on: datetime
    ) -> None:
        """5.2.2.4: 品质开立客户投诉处理报告结果; it goes to sales, who send it."""
        self._prepare("issue_result", by, on, reply_text=reply_text, cause=cause, actions=actions)
