"""Whose application it is (5.3.4): who filed it, and who has changed it since. They do not sign it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from cs.extensions import db
from cs.records.events import Event
from cs.records.users import User

MAX_CHAIN_OF_ONE_CHANGER = 2  # changed once: the last changer is the only one


def with_changer(changer_ids: Iterable[int], changer_id: int) -> list[int]:
    """Return those who have changed an application, with one more."""
    return sorted({*changer_ids, changer_id})


def changers_in_events(kind: str, record_id: int) -> list[int]:
    """Return who has changed what is signed, by the events of the record: for applications that were changed
    before their changers were listed."""
    query = select(Event).where(Event.kind == kind, Event.record_id == record_id, Event.name == "change")
    events = db.session.execute(query).scalars()
    return sorted({event.by_id for event in events if event.by_id and "chain" in event.details["changes"]})


def latest_filer(kind: str, record_id: int) -> User | None:
    """Return who filed an application, or has filed it again after a refusal."""
    filings = (Event.kind == kind, Event.record_id == record_id, Event.name.in_(("file", "file_again")))
    query = select(User).join(Event, Event.by_id == User.id).where(*filings).order_by(Event.seq.desc())
    return db.session.execute(query.limit(1)).unique().scalars().first()
