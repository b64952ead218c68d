"""Update the tasks of many records: a person comes or leaves, a name changes, or all are rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from cs.extensions import db
from cs.records.record import KINDS, Record
from cs.records.search import reindex
from cs.records.tasks import Task, sync_tasks
from cs.records.workflowed import Workflowed


def sync_personal_tasks(on: datetime) -> None:
    """Update the tasks of single people: somebody came, left or changed their roles.

    Reads the records, not the tasks: a task whose only person was away does not exist and could not be found.
    """
    for cls in KINDS.values():
        if not issubclass(cls, Workflowed):
            continue
        steps = [step for step in cls.workflow.steps if step.persons]
        sources = {source for step in steps for source in step.sources}
        if sources:
            for record in _selected(cls, cls.state.in_(sources) & cls.names_people()):
                record.follow_people(on)
            db.session.flush()


def follow_name(renamed: Record, on: datetime) -> None:
    """Update the search words and tasks of all records that show a renamed record by its name."""
    for cls in KINDS.values():
        which = cls.showing(renamed)
        if which is not None:
            reindex(cls, which)
            if issubclass(cls, Workflowed):
                sync_tasks_of(
                    cls, which & cls.id.in_(select(Task.record_id).where(Task.kind == cls.kind)), on
                )


def sync_tasks_of(cls: type[Workflowed], which: ColumnElement[bool], on: datetime) -> None:
    """Update the tasks of all records of a kind that a condition selects."""
    for record in _selected(cls, which):
        sync_tasks(record, on)
    db.session.flush()


def _selected(cls: type[Workflowed], which: ColumnElement[bool]) -> Sequence[Workflowed]:
    return db.session.execute(select(cls).where(which).order_by(cls.id)).scalars().all()


def rebuild_tasks(on: datetime) -> int:
    """Rewrite all tasks from the records and return their number."""
    for cls in KINDS.values():
        if issubclass(cls, Workflowed) and any(step.task for step in cls.workflow.steps):
            awaiting = cls.workflow.awaiting_states
            query = select(cls).where(cls.state.in_(awaiting)).order_by(cls.id)
            for record in db.session.execute(query).scalars():
                sync_tasks(record, on)
            ended = select(cls.id).where(cls.state.not_in(awaiting))
            db.session.execute(delete(Task).where(Task.kind == cls.kind, Task.record_id.in_(ended)))
    db.session.flush()
    return db.session.query(Task).count()
