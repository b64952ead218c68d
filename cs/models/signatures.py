"""Signatures: who signed, under which role, when, what it means, and the hash of exactly what was signed."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.models.chain import Event, Fault
from cs.models.types import Moment

if TYPE_CHECKING:
    from cs.models.users import User


class Signature(db.Model):
    """One signature under one version of a record. The password is asked again by the step's form."""

    __tablename__ = "signatures"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[int]
    version: Mapped[int]
    step: Mapped[str]
    meaning: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    content_hash: Mapped[str]
    user: Mapped[User] = relationship(lazy="joined", viewonly=True)

    __table_args__ = (Index("ix_signatures_record", "kind", "record_id"),)

    @classmethod
    def of(cls, event: Event, meaning: str) -> Signature:
        """The signature that a signed step's event stands for."""
        return cls(kind=event.kind, record_id=event.record_id, version=event.seq, step=event.name, meaning=meaning, user_id=event.by_id,
                   role=event.role, at=event.at, content_hash=event.content_hash)


def verify_signatures() -> Iterator[Fault]:
    """Every signature must stand beside the event it was given with, unchanged, and every signed event must have its signature."""
    together = (Event.kind == Signature.kind) & (Event.record_id == Signature.record_id) & (Event.seq == Signature.version)
    for signature, event in db.session.execute(select(Signature, Event).outerjoin(Event, together)):
        given = (signature.step, signature.meaning, signature.user_id, signature.role, signature.at, signature.content_hash)
        if event is None or given != (event.name, event.facts.get("signed"), event.by_id, event.role, event.at, event.content_hash):
            yield Fault(f"{signature.kind} {signature.record_id} signature {signature.id}", "does not fit the event it was given with")
    bare = select(Event).outerjoin(Signature, together).where(Signature.id.is_(None), Event.data.contains('"signed":')).order_by(Event.site_seq)
    for event in db.session.execute(bare).scalars():
        if event.facts.get("signed"):
            yield Fault(f"{event.kind} {event.record_id} event {event.seq}", "was signed, but its signature is gone")
