"""The audit trail (5.6): append-only events, numbered per record, each carrying the hash of the one before.

Each event also enters one site-wide chain whose end stands in SiteHead, so that a missing end or a missing
record is seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, lazyload, mapped_column, relationship

from cs.extensions import Model, db
from cs.procedure.authority import Actor
from cs.records.types import Moment

START = "0" * 64
CLOCK_SLACK = timedelta(minutes=1)  # a writer takes its time before it waits for the lock


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no place in an event")


def canonical_json(value: Any) -> str:
    """Return one text for one content: sorted keys, no spaces, exact decimals, UTC moments."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_json_value)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Event(Model):
    """Who did what to which record, when, under which role and clause, and what changed."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[int]
    seq: Mapped[int]
    site_seq: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str]
    clause: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str | None]
    state: Mapped[str | None]
    data: Mapped[str] = mapped_column(Text)
    procedure_hash: Mapped[str]
    content_hash: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    site_hash: Mapped[str]
    by: Mapped[Actor | None] = relationship("User", lazy="joined", innerjoin=False, viewonly=True)

    __table_args__ = (UniqueConstraint("kind", "record_id", "seq"), Index("ix_events_at", "at"))

    def own_hash(self) -> str:
        return digest(
            canonical_json(
                [
                    self.kind,
                    self.record_id,
                    self.seq,
                    self.name,
                    self.clause,
                    self.at,
                    self.by_id,
                    self.role,
                    self.state,
                    self.data,
                    self.procedure_hash,
                    self.content_hash,
                    self.previous_hash,
                ]
            )
        )

    @property
    def details(self) -> dict[str, Any]:
        """Return what the event records beside its name: `changes` {field: [old, new]}, `note`, …"""
        return dict(json.loads(self.data))


class SiteHead(Model):
    """The end of the site-wide chain: one row."""

    __tablename__ = "site_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
    at: Mapped[datetime | None] = mapped_column(Moment)


def site_head() -> SiteHead:
    head = db.session.get(SiteHead, 1)
    if head is None:
        head = SiteHead(id=1, seq=0, hash=START, at=None)
        db.session.add(head)
    return head


def append_event(event: Event) -> None:
    """Seal a complete event and append it to the site's chain. Call inside a writing transaction."""
    head = site_head()
    event.hash = event.own_hash()
    head.seq += 1
    head.hash = digest(head.hash + event.hash)
    head.at = max(filter(None, (head.at, event.at)))
    event.site_seq, event.site_hash = head.seq, head.hash
    db.session.add(event)


def last_recorded() -> datetime | None:
    """Return the latest time that any event bears."""
    head = db.session.get(SiteHead, 1)
    if head is not None and head.at is not None:
        return head.at
    return db.session.execute(select(func.max(Event.at))).scalar()


def record_ahead_of(on: datetime) -> datetime | None:
    """Return the time of the last record where the clock stands before it. Signing then goes on and the page
    says so: to refuse would let one record of a clock that was ahead close every signature for as long."""
    last = last_recorded()
    return last if last is not None and last > on + CLOCK_SLACK else None


def tidying_moment(on: datetime) -> datetime:
    """Return the moment from which what has expired is counted: the clock's, but never past the last record,
    since a clock that is ahead for one start would delete what is still needed."""
    return min(on, last_recorded() or on)


@dataclass(frozen=True)
class Fault:
    """A fault that `verify` reports: which event or record, and what is wrong with it."""

    where: str
    what: str


def verify_events() -> Iterator[Fault]:
    """Walk all events in the site's order and report what was changed, removed, reordered or cut off.

    Constant memory but for one (seq, hash) a record; the records themselves are compared in
    `verification.verify_records`.
    """
    heads: dict[tuple[str, int], tuple[int, str]] = {}
    site_seq, site_hash = 0, START
    events = db.session.execute(
        select(Event).options(lazyload(Event.by)).order_by(Event.site_seq).execution_options(yield_per=500)
    ).scalars()
    for event in events:
        where = f"{event.kind} {event.record_id} event {event.seq}"
        if event.site_seq != site_seq + 1:
            yield Fault(
                where, f"{event.site_seq - site_seq - 1} event(s) missing before it in the site's chain"
            )
        seq, previous = heads.get((event.kind, event.record_id), (0, START))
        if event.seq != seq + 1:
            yield Fault(where, f"follows event {seq} of its record")
        elif event.previous_hash != previous:
            yield Fault(where, "does not carry the hash of the event before it")
        if event.hash != event.own_hash():
            yield Fault(where, "was changed after it was written")
        expected = digest(site_hash + event.hash)
        if event.site_seq == site_seq + 1 and event.site_hash != expected:
            yield Fault(where, "does not fit the site's chain")
        heads[event.kind, event.record_id] = (event.seq, event.hash)
        site_seq, site_hash = event.site_seq, event.site_hash
        db.session.expunge(event)
    head = site_head()
    if (head.seq, head.hash) != (site_seq, site_hash):
        yield Fault("site", f"the chain ends at {site_seq}, but {head.seq} event(s) were written")
