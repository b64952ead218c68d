"""Many new records at once, out of a table: the same events and search words as one by one, in a few statements for all."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from cs.extensions import db
from cs.models.base import Record
from cs.models.chain import START
from cs.models.search import index_words, searchable
from cs.models.users import User


def bring_in(records: Sequence[Record], name: str, by: User, on: datetime, *, clause: str, role: str | None, **facts: Any) -> None:
    """Writes new records of one kind, each with its own event `name`, as `Record.changing` does for one.

    Their workflow must await nothing in its first state: no tasks are written.
    """
    if not records:
        return
    for record in records:
        record.created_at, record.created_by_id = on, by.id
        record.search_text, record.version, record.head_hash = searchable(record.searched()), 1, START
    db.session.add_all(records)
    db.session.flush()
    for record in records:
        record.seal(name, by, on, {}, clause=clause, role=role, **facts)
    heads = [{"record_id": record.id, "head": record.head_hash} for record in records]
    # By one statement: the session would send an update for each record, to count the rows that it changed.
    for record in records:
        set_committed_value(record, "head_hash", record.head_hash)
    db.session.flush()
    table: Any = type(records[0]).__table__
    db.session.connection().execute(update(table).where(table.c.id == bindparam("record_id")).values(head_hash=bindparam("head")), heads)
    index_words(records, new=True)
