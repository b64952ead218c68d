"""What `verify` compares: every record with its last event."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from cs.extensions import db
from cs.records.events import Event, Fault
from cs.records.record import BATCH, KINDS


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
