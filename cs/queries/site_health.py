"""What the administrator must see: accounts, vacant roles, the end of the known holidays, a wrong clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, case, func, select

from cs.extensions import db
from cs.models.holidays import work_calendar
from cs.procedure.authority import AUTHORITY, Authority
from cs.records.departments import Department, Membership
from cs.records.events import SiteHead
from cs.records.procedure import rulebook, zone
from cs.records.sessions import LoginSession
from cs.records.tasks import Task
from cs.records.users import User


@dataclass(frozen=True)
class SiteHealth:
    """Counts and warnings of the administrator's page; see `house_state`."""

    people: int
    sessions: int
    departments: int
    never_signed_in: int
    vacant_roles: tuple[str, ...]
    headless_departments: tuple[str, ...]
    headless_departments_with_people: tuple[str, ...]
    impossible: tuple[Authority, ...]  # what nobody can do, for want of the roles in `wanting`
    wanting: tuple[str, ...]
    calendar_known_until: date
    due_beyond: int
    clock_behind: timedelta | None


def read_site_health(on: datetime) -> SiteHealth:
    """Count accounts and sessions, and find what needs the administrator's attention: rows of the authority
    table that nobody can fill, due times beyond the known holidays, a clock behind the last event."""
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
    staffed = {department for _role, department, _head in held}
    departments = (
        db.session.execute(select(Department.code).where(Department.active).order_by(Department.id))
        .scalars()
        .all()
    )
    impossible = tuple(row for row in AUTHORITY if roles.isdisjoint(row.roles))
    needed_roles = {role for row in impossible for role in row.roles}
    known_until = work_calendar().known_until or date.max
    beyond = datetime.combine(known_until + timedelta(days=1), time(), zone())
    head = db.session.get(SiteHead, 1)
    return SiteHealth(
        people=_count_rows(User, User.active),
        sessions=_count_rows(
            LoginSession, live & LoginSession.user_id.in_(select(User.id).where(User.active))
        ),
        departments=len(departments),
        never_signed_in=_count_rows(User, User.active & never_signed_in()),
        vacant_roles=tuple(role for role in rulebook().roles if role not in roles),
        headless_departments=tuple(code for code in departments if code not in heads),
        headless_departments_with_people=tuple(
            code for code in departments if code in staffed and code not in heads
        ),
        impossible=impossible,
        wanting=tuple(role for role in rulebook().roles if role in needed_roles),
        calendar_known_until=known_until,
        due_beyond=_count_rows(Task, Task.due_at >= beyond),
        clock_behind=head.at - on if head and head.at and head.at > on else None,
    )


def never_signed_in() -> ColumnElement[bool]:
    return ~select(LoginSession.token_hash).where(LoginSession.user_id == User.id).exists()


def _count_rows(model: type[db.Model], condition: Any) -> int:  # type: ignore[name-defined]
    return int(db.session.execute(select(func.count()).select_from(model).where(condition)).scalar_one())
