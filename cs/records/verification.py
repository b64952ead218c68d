"""What `verify` compares: every record with its last event, the times of the events, the database file."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from cs.extensions import db
from cs.records.events import CLOCK_SLACK, Event, Fault
from cs.records.record import BATCH, KINDS


def verify_database() -> Iterator[Fault]:
    """Check the whole SQLite file, indexes included. PostgreSQL looks after its own."""
    if db.engine.dialect.name != "sqlite":
        return
    for row in db.session.connection().exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield Fault("database", row[0])


def verify_times() -> Iterator[Fault]:
    """List the events that bear an earlier time than the one before them: the clock was wrong then or had
    been before. The chain says their order."""
    previous = None
    times = select(Event.kind, Event.record_id, Event.seq, Event.at).order_by(Event.site_seq)
    for row in db.session.execute(times.execution_options(yield_per=BATCH)):
        if previous is not None and row.at < previous - CLOCK_SLACK:
            yield Fault(
                f"{row.kind} {row.record_id} event {row.seq}",
                f"bears {row.at.isoformat()}, but the event before it {previous.isoformat()}",
            )
        previous = row.at


def verify_records() -> Iterator[Fault]:
    """Compare every record with its last event: missing records, missing events, changes without an
    event."""
    for kind, cls in KINDS.items():
        last = (
            select(Event.record_id, Event.seq, Event.hash, Event.content_hash)
            .where(Event.kind == kind)
            .order_by(Event.record_id, Event.seq)
        )
        heads = {row.record_id: row for row in db.session.execute(last.execution_options(yield_per=BATCH))}
        for record in db.session.execute(
            select(cls).order_by(cls.id).execution_options(yield_per=BATCH)
        ).scalars():
            head = heads.pop(record.id, None)
            where = f"{kind} {record.id}"
            if head is None:
                yield Fault(where, "has no events")
            elif (head.seq, head.hash) != (record.version, record.head_hash):
                yield Fault(where, f"stands at event {record.version}, but its chain ends at {head.seq}")
            elif head.content_hash != record.content_hash():
                yield Fault(where, "was changed without an event")
            yield from (Fault(where, what) for what in record.miscounts())
        for record_id in heads:
            yield Fault(f"{kind} {record_id}", "is gone, but has events")
