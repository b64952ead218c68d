"""Read-only queries over all records: what waits for a person."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.base import Task
from cs.models.users import User
from cs.procedure.authority import permissions_of

TAKER = aliased(User)
WORK = select(Task.id, Task.kind, Task.record_id, Task.name, Task.step, Task.permission, Task.due_at, Task.since, Task.title, Task.subject,
              Task.taken_by_id, TAKER.name.label("taken_by")).outerjoin(TAKER, TAKER.id == Task.taken_by_id)


def waits_for(person: User) -> ColumnElement[bool]:
    """The tasks that this person may do: by a permission of their roles, or by name."""
    permissions = [permission.value for permission in permissions_of(person.roles)]
    if not permissions:
        return false()
    return and_(Task.permission.in_(permissions), or_(Task.user_id.is_(None), Task.user_id == person.id))


def is_mine(person: User) -> ColumnElement[bool]:
    return or_(Task.taken_by_id == person.id, Task.user_id == person.id)


def work_counts(person: User, on: datetime) -> dict[str, int]:
    """How much waits: {all, mine, open (nobody has taken it), colleagues, late}."""
    mine = is_mine(person)
    free = Task.taken_by_id.is_(None) & ~func.coalesce(Task.user_id == person.id, false())
    query = select(func.count(), func.count().filter(mine), func.count().filter(free),
                   func.count().filter(Task.taken_by_id.is_not(None) & (Task.taken_by_id != person.id)),
                   func.count().filter(Task.due_at < on)).select_from(Task).where(waits_for(person))
    counted = db.session.execute(query).one()
    return dict(zip(("all", "mine", "open", "colleagues", "late"), counted, strict=True))
