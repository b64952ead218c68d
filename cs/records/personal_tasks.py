"""Tasks of many records at once: written anew when a person comes or leaves, when something gets another
name, or for all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from cs.extensions import db
from cs.records.record import KINDS, Record
from cs.records.search import index_anew
from cs.records.tasks import Task, sync_tasks
from cs.records.workflowed import Workflowed


def sync_personal_tasks(on: datetime) -> None:
    """Writes anew what is awaited of single people: somebody came, left or changed their roles.

    It asks the records, not the tasks: what was awaited of nobody else while its person was away has no task
    that could be found.
    """
    for cls in KINDS.values():
        sources = (
            {source for step in cls.workflow.steps if step.persons for source in step.sources}
            if issubclass(cls, Workflowed)
            else set()
        )
        if sources:
            sync_tasks_of(cls, cls.state.in_(sources) & cls.names_people(), on)


def follow_name(renamed: Record, on: datetime) -> None:
    """All records that show a record by its name, when it has got another one: the words by which they are
    found, and what My work says of them."""
    for cls in KINDS.values():
        which = cls.showing(renamed)
        if which is not None:
            index_anew(cls, which)
            if issubclass(cls, Workflowed):
                sync_tasks_of(
                    cls, which & cls.id.in_(select(Task.record_id).where(Task.kind == cls.kind)), on
                )


def sync_tasks_of(cls: type[Workflowed], which: ColumnElement[bool], on: datetime) -> None:
    """The same for all records of a kind that a condition names."""
    for record in db.session.execute(select(cls).where(which).order_by(cls.id)).scalars().all():
        sync_tasks(record, on)
    db.session.flush()


def rebuild_tasks(on: datetime) -> int:
    """Writes all tasks anew from the records; returns how many there are."""
    for cls in KINDS.values():
        if issubclass(cls, Workflowed) and any(step.task for step in cls.workflow.steps):
            final = [state.code for state in cls.workflow.states if state.final]
            for record in db.session.execute(select(cls).where(cls.state.not_in(final))).scalars():
                sync_tasks(record, on)
            ended = select(cls.id).where(cls.state.in_(final))
            db.session.execute(delete(Task).where(Task.kind == cls.kind, Task.record_id.in_(ended)))
    db.session.flush()
    return db.session.query(Task).count()
