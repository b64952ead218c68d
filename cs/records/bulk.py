"""Many new records at once, out of a table: the same events and search words as one by one, in a few
statements for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm.attributes import set_committed_value

from cs.extensions import db
from cs.records.events import START
from cs.records.record import Record
from cs.records.search import index_words, searchable_text
from cs.records.tasks import Task, awaited_tasks
from cs.records.users import User
from cs.records.workflowed import Workflowed


def bring_in(
    records: Sequence[Record],
    name: str,
    by: User,
    on: datetime,
    *,
    lines: Sequence[int],
    clause: str,
    role: str | None,
    **details: Any,
) -> None:
    """Write new records of one kind, each with its own event `name` and its tasks, as `Workflowed.advancing`
    does for one.

    `lines` are their rows in the table; the events name them.
    """
    if not records:
        return
    for record in records:
        record.created_at, record.created_by_id = on, by.id
        record.search_text, record.version, record.head_hash = searchable_text(record.searched()), 1, START
        record.begin_parts()
    db.session.add_all(records)
    db.session.flush()
    for record, line in zip(records, lines, strict=True):
        record.seal(name, by, on, {}, clause=clause, role=role, row=line, **details)
    heads = [{"record_id": record.id, "head": record.head_hash} for record in records]
    # By one statement: the session would send an update for each record, to count the rows that it changed.
    for record in records:
        set_committed_value(record, "head_hash", record.head_hash)
    db.session.flush()
    table: Any = type(records[0]).__table__
    db.session.connection().execute(
        update(table).where(table.c.id == bindparam("record_id")).values(head_hash=bindparam("head")), heads
    )
    index_words(records, new=True)
    workflowed = [record for record in records if isinstance(record, Workflowed)]
    tasks = [task for record in workflowed for task in _tasks_of_new(record, on)]
    if tasks:
        db.session.execute(insert(Task), tasks)


def _tasks_of_new(record: Workflowed, on: datetime) -> list[dict[str, Any]]:
    if record.workflow.state(record.state).final:
        return []
    columns_of_all = {
        "kind": record.kind,
        "record_id": record.id,
        "since": on,
        "taken_by_id": None,
        "taken_at": None,
    }
    return [
        columns_of_all | {"name": task, **columns}
        for (task, _person), columns in awaited_tasks(record, on).items()
    ]
