"""The tasks that a person may do, and whether the index of tasks agrees with the records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.procedure.authority import permissions_of
from cs.records.events import Fault
from cs.records.record import KINDS
from cs.records.tasks import Task, awaited_tasks
from cs.records.users import User
from cs.records.workflowed import Workflowed

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
    """Return the condition of tasks that this person may do: by a permission of their roles, by name, in
    the place of all who hold it, or today as somebody's deputy."""
    permissions = [permission.value for permission in permissions_of(person.roles)]
    if not permissions:
        return false()
    managers = {row.manager_id for row in Deputy.acting_for(person, on)}
    workflowed = [cls for cls in KINDS.values() if issubclass(cls, Workflowed)]
    deputised = [permission.value for cls in workflowed for permission in cls.deputised]
    in_place = [permission.value for cls in workflowed for permission in cls.in_place]
    return or_(
        and_(Task.user_id == person.id, Task.permission.in_(in_place)),
        and_(Task.user_id.in_(managers), Task.permission.in_(deputised)) if managers else false(),
        _waits_for_roles_of(person, permissions),
    )


def _waits_for_roles_of(person: User, permissions: list[str]) -> ColumnElement[bool]:
    return and_(
        Task.permission.in_(permissions),
        or_(Task.user_id.is_(None), Task.user_id == person.id),
        or_(Task.department.is_(None), Task.department.in_(person.departments)),
    )


def is_mine(person: User) -> ColumnElement[bool]:
    return or_(Task.taken_by_id == person.id, Task.user_id == person.id)


def work_counts(person: User, on: datetime) -> dict[str, int]:
    """Count the tasks that a person may do: {all, mine, open (nobody has taken it), colleagues, late}."""
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


def verify_tasks(on: datetime) -> Iterator[Fault]:
    """Compare the index of tasks with what the records and their rows say; `tasks rebuild` corrects it."""
    for kind, cls in KINDS.items():
        if not issubclass(cls, Workflowed):
            continue
        indexed = _indexed_tasks(kind)
        awaiting = select(cls).where(cls.state.in_(cls.workflow.awaiting_states)).order_by(cls.id)
        for record in db.session.execute(awaiting).scalars():
            if _awaited_tasks(record, on) != indexed.pop(record.id, {}):
                yield Fault(f"{kind} {record.id}", "is awaited otherwise than its tasks say")
        for record_id in sorted(indexed):
            yield Fault(f"{kind} {record_id}", "has tasks, but nothing is awaited")


TaskKey = tuple[str, int | None]  # what is awaited, and from whom by name
TaskContent = tuple[Any, ...]


def _indexed_tasks(kind: str) -> dict[int, dict[TaskKey, TaskContent]]:
    """Return {record: its tasks as the index has them}."""
    tasks: dict[int, dict[TaskKey, TaskContent]] = {}
    for task in db.session.execute(select(Task).where(Task.kind == kind)).scalars():
        content = (task.step, task.permission, task.user_id, task.due_at)
        tasks.setdefault(task.record_id, {})[task.name, task.user_id] = content
    return tasks


def _awaited_tasks(record: Workflowed, on: datetime) -> dict[TaskKey, TaskContent]:
    """Return the tasks of a record as its state and its rows say."""
    return {
        key: (values["step"], values["permission"], values["user_id"], values["due_at"])
        for key, values in awaited_tasks(record, on).items()
    }
