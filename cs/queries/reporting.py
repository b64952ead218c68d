"""Read-only queries over all records: what waits for a person, what stands for a clause, what the
administrator must see, whether the tasks are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.complaints.complaint import Complaint, Reply
from cs.models.deputies import Deputy
from cs.models.holidays import work_calendar
from cs.procedure import complaints as procedure
from cs.procedure.authority import AUTHORITY, Authority, permissions_of
from cs.queries.kpis import REGISTERED, replies
from cs.records.events import Event, Fault, SiteHead
from cs.records.procedure import rulebook, zone
from cs.records.record import KINDS, Task, Workflowed, awaited
from cs.records.users import Department, LoginSession, Membership, User

TAKER = aliased(User)
WORK = select(
    Task.id,
    Task.kind,
    Task.record_id,
    Task.name,
    Task.step,
    Task.permission,
    Task.due_at,
    Task.since,
    Task.title,
    Task.subject,
    Task.taken_by_id,
    Task.user_id,
    TAKER.name.label("taken_by"),
).outerjoin(TAKER, TAKER.id == Task.taken_by_id)


def waits_for(person: User, on: datetime) -> ColumnElement[bool]:
    """The tasks that this person may do: by a permission of their roles, by name, or today as somebody's
    deputy."""
    permissions = [permission.value for permission in permissions_of(person.roles)]
    if not permissions:
        return false()
    managers = {row.manager_id for row in Deputy.acting_for(person, on)}
    deputised = [
        permission.value
        for cls in KINDS.values()
        if issubclass(cls, Workflowed)
        for permission in cls.deputised
    ]
    return or_(
        and_(Task.user_id.in_(managers), Task.permission.in_(deputised)) if managers else false(),
        _own(person, permissions),
    )


def _own(person: User, permissions: list[str]) -> ColumnElement[bool]:
    return and_(
        Task.permission.in_(permissions),
        or_(Task.user_id.is_(None), Task.user_id == person.id),
        or_(Task.department.is_(None), Task.department.in_(person.departments)),
    )


def is_mine(person: User) -> ColumnElement[bool]:
    return or_(Task.taken_by_id == person.id, Task.user_id == person.id)


def work_counts(person: User, on: datetime) -> dict[str, int]:
    """How much waits: {all, mine, open (nobody has taken it), colleagues, late}."""
    mine = is_mine(person)
    free = Task.taken_by_id.is_(None) & ~func.coalesce(Task.user_id == person.id, false())
    query = (
        select(
            func.count(),
            func.count().filter(mine),
            func.count().filter(free),
            func.count().filter(Task.taken_by_id.is_not(None) & (Task.taken_by_id != person.id)),
            func.count().filter(Task.due_at < on),
        )
        .select_from(Task)
        .where(waits_for(person, on))
    )
    counted = db.session.execute(query).one()
    return dict(zip(("all", "mine", "open", "colleagues", "late"), counted, strict=True))


# What stands in the records for a clause (the procedure page)


@dataclass(frozen=True)
class Evidence:
    """What the records show for the clauses, of one year; see `evidence`."""

    year: int
    logged: int
    passed_on: int
    declined: int
    waiting_for_sales: int
    due: int
    in_time: int
    overdue: int
    settled: int
    same_day: int
    events: int
    last_event_at: datetime | None


def evidence(year: int, on: datetime) -> Evidence:
    """Complaints heard in a year of the factory's calendar: what came in, which replies were due and sent in
    time, and the audit trail.

    A reply counts as due once it was sent or its first due date has passed; not what is void or was not
    registered.
    """
    begin, end = (datetime(one, 1, 1, tzinfo=zone()) for one in (year, year + 1))
    heard = (Complaint.heard_at >= begin) & (Complaint.heard_at < end)
    counted, replied = heard & REGISTERED, replies(on)
    waiting = Complaint.state.in_(procedure.UNANSWERED)
    query = select(
        func.count().filter(counted),
        func.count().filter(heard & (Complaint.state == "declined")),
        func.count().filter(Complaint.state == procedure.PASSED_ON),
        func.count().filter(heard & replied["due"]),
        func.count().filter(heard & replied["in_time"]),
        func.count().filter(waiting & (Complaint.reply_due_at < on)),
    ).select_from(Complaint)
    logged, declined, waiting_for_sales, replies_due, in_time, overdue = db.session.execute(query).one()
    passed_on = (
        select(func.count())
        .select_from(Event)
        .where(Event.kind == "complaint", Event.name == "pass_on", Event.at >= begin, Event.at < end)
    )
    # The day of a moment depends on the factory's zone, which the databases do not know alike.
    settled = db.session.execute(
        select(Reply.settled_on, Reply.quality_replied_at)
        .join(Complaint)
        .where(counted, Reply.settled_on.is_not(None))
    ).all()
    head = db.session.get(SiteHead, 1)
    return Evidence(
        year=year,
        logged=logged,
        passed_on=db.session.execute(passed_on).scalar_one(),
        declined=declined,
        waiting_for_sales=waiting_for_sales,
        due=replies_due,
        in_time=in_time,
        overdue=overdue,
        settled=len(settled),
        same_day=sum(written.astimezone(zone()).date() <= day for day, written in settled),
        events=head.seq if head else 0,
        last_event_at=head.at if head else None,
    )


# What the administrator must see


@dataclass(frozen=True)
class HouseState:
    """Counts and warnings of the administrator's page; see `house_state`."""

    people: int
    sessions: int
    departments: int
    never_signed_in: int
    vacant_roles: tuple[str, ...]
    headless_departments: tuple[str, ...]
    impossible: tuple[Authority, ...]
    calendar_known_until: date
    due_beyond: int
    clock_behind: timedelta | None


def house_state(on: datetime) -> HouseState:
    """Who is here, and what the administrator should see to: rows of the authority table that nobody fills,
    and what time threatens."""
    config = current_app.config
    live = (
        LoginSession.ended_at.is_(None)
        & (LoginSession.seen_at > on - timedelta(minutes=config["CS_IDLE_MINUTES"]))
        & (LoginSession.created_at > on - timedelta(days=config["CS_SESSION_DAYS"]))
    )
    held = db.session.execute(
        select(Membership.role, Membership.department, func.max(case((Membership.is_head, 1), else_=0)))
        .join(User, User.id == Membership.user_id)
        .where(User.active)
        .group_by(Membership.role, Membership.department)
    ).all()
    roles, heads = {role for role, *_rest in held}, {department for _role, department, head in held if head}
    departments = (
        db.session.execute(select(Department.code).where(Department.active).order_by(Department.id))
        .scalars()
        .all()
    )
    known_until = work_calendar().known_until or date.max
    beyond = datetime.combine(known_until + timedelta(days=1), time(), zone())
    head = db.session.get(SiteHead, 1)
    return HouseState(
        people=_count(User, User.active),
        sessions=_count(LoginSession, live & LoginSession.user_id.in_(select(User.id).where(User.active))),
        departments=len(departments),
        never_signed_in=_count(User, User.active & never_signed_in()),
        vacant_roles=tuple(role for role in rulebook().roles if role not in roles),
        headless_departments=tuple(code for code in departments if code not in heads),
        impossible=tuple(row for row in AUTHORITY if roles.isdisjoint(row.roles)),
        calendar_known_until=known_until,
        due_beyond=_count(Task, Task.due_at >= beyond),
        clock_behind=head.at - on if head and head.at and head.at > on else None,
    )


def never_signed_in() -> ColumnElement[bool]:
    return ~select(LoginSession.token_hash).where(LoginSession.user_id == User.id).exists()


def _count(model: type[db.Model], condition: ColumnElement[bool]) -> int:  # type: ignore[name-defined]
    return int(db.session.execute(select(func.count()).select_from(model).where(condition)).scalar_one())


def verify_tasks(on: datetime) -> Iterator[Fault]:
    """Compares the index of tasks with what the records and their rows say; `tasks rebuild` puts it right."""
    for kind, cls in KINDS.items():
        if not issubclass(cls, Workflowed):
            continue
        kept: dict[int, dict[str, Task]] = {}
        for task in db.session.execute(select(Task).where(Task.kind == kind)).scalars():
            kept.setdefault(task.record_id, {})[(task.name, task.user_id)] = task
        final = [state.code for state in cls.workflow.states if state.final]
        for record in db.session.execute(
            select(cls).where(cls.state.not_in(final)).order_by(cls.id)
        ).scalars():
            wanted, there = awaited(record, on), kept.pop(record.id, {})
            if _asked_of_whom(wanted) != {
                name: (task.step, task.permission, task.user_id, task.due_at) for name, task in there.items()
            }:
                yield Fault(f"{kind} {record.id}", "is awaited otherwise than its tasks say")
        for record_id in sorted(kept):
            yield Fault(f"{kind} {record_id}", "has tasks, but nothing is awaited")


def _asked_of_whom(tasks: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {
        name: (facts["step"], facts["permission"], facts["user_id"], facts["due_at"])
        for name, facts in tasks.items()
    }
