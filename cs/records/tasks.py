"""Tasks: an index of what the steps and states say, for My work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Protocol

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.procedure.authority import Actor, Permission
from cs.procedure.workflow import NotAllowed, NotOpen, Step, Workflow
from cs.records.types import Moment


class Awaiting(Protocol):
    """A record as its tasks see it."""

    kind: ClassVar[str]
    workflow: ClassVar[Workflow]

    @property
    def id(self) -> int: ...

    @property
    def title(self) -> str: ...

    @property
    def subject(self) -> str: ...

    def open_steps(self, on: datetime) -> tuple[Step, ...]: ...


class Task(Model):
    """An index entry of what the steps and states say: what is awaited, from whom, by when, taken by
    whom."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[int]
    name: Mapped[str]
    step: Mapped[str]
    permission: Mapped[str]
    department: Mapped[str | None]  # awaited of this department's members alone
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # awaited of this person alone
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    since: Mapped[datetime] = mapped_column(Moment)
    title: Mapped[str]
    subject: Mapped[str] = mapped_column(Text)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("kind", "record_id", "name", "user_id"),
        Index("ix_tasks_permission_due_at", "permission", "due_at"),
    )

    def take(self, by: Actor, on: datetime) -> None:
        """Take the task over; one that a colleague has taken is refused (NotOpen)."""
        mine = self.user_id in (None, by.id) and (
            self.department is None or self.department in by.departments
        )
        if not by.may(Permission(self.permission)) or not mine:
            raise NotAllowed(self.name)
        if self.taken_by_id not in (None, by.id):
            raise NotOpen(self.name)
        self.taken_by_id, self.taken_at = by.id, on

    def give_back(self, by: Actor) -> None:
        """Return the task to its department's queue; only its holder may (NotAllowed). An untaken task is
        ignored: buttons are pressed twice."""
        if self.taken_by_id not in (None, by.id):
            raise NotAllowed(self.name)
        self.taken_by_id = self.taken_at = None


TASKS_OF = select(Task).where(
    Task.kind == bindparam("kind"), Task.record_id == bindparam("record_id")
)  # built once: each step asks it


def awaited_tasks(record: Awaiting, on: datetime) -> dict[tuple[str, int | None], dict[str, Any]]:
    """Return who must do what about a record, from its workflow alone: {(task name, person or None):
    columns}."""
    tasks: dict[tuple[str, int | None], dict[str, Any]] = {}
    for step in record.open_steps(on):
        if step.task is None:
            continue
        for person in getattr(record, step.persons)() if step.persons else [None]:
            tasks.setdefault(
                (step.task, person),
                {
                    "step": step.name,
                    "permission": step.permission.value,
                    "user_id": person,
                    "department": getattr(record, step.department) if step.department else None,
                    "due_at": getattr(record, step.due) if step.due else None,
                    "title": record.title,
                    "subject": record.subject,
                },
            )
    return tasks


def restart_tasks(record: Awaiting) -> None:
    """Delete the tasks of a record, so that what it awaits now counts from now on."""
    db.session.execute(delete(Task).where(Task.kind == record.kind, Task.record_id == record.id))


def sync_tasks(record: Awaiting, on: datetime, *, new: bool = False) -> None:
    """Update the tasks of a record from its workflow; holders keep tasks that remain. The caller
    flushes."""
    if not any(step.task for step in record.workflow.steps):
        return
    tasks = awaited_tasks(record, on)
    for task in (
        [] if new else db.session.execute(TASKS_OF, {"kind": record.kind, "record_id": record.id}).scalars()
    ):
        columns = tasks.pop((task.name, task.user_id), None)
        if columns is None:
            db.session.delete(task)
        else:
            for column, value in columns.items():
                if getattr(task, column) != value:
                    setattr(task, column, value)
    for (name, _person), columns in tasks.items():
        db.session.add(Task(kind=record.kind, record_id=record.id, name=name, since=on, **columns))
