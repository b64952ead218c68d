"""Signatures: who signed, under which role, when, what it means, and the hash of exactly what was signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.procedure.authority import Actor
from cs.records.events import Event, Fault
from cs.records.types import Moment


class Signature(Model):
    """One signature under one version of a record. The password is asked again by the step's form;
    `password_at` says when it was typed where it was not."""

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
    password_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[Actor] = relationship("User", lazy="joined", viewonly=True)

    __table_args__ = (Index("ix_signatures_record", "kind", "record_id"),)

    @classmethod
    def moment_since(
        cls, version: int, *, kind: str, record_id: int, step: str, by: Actor
    ) -> datetime | None:
        """Return when a person last took a signed step of a record after this version; None if not."""
        return db.session.execute(
            select(func.max(cls.at)).where(
                cls.kind == kind,
                cls.record_id == record_id,
                cls.step == step,
                cls.user_id == by.id,
                cls.version > version,
            )
        ).scalar()

    @classmethod
    def of(cls, event: Event, meaning: str, password_at: datetime | None = None) -> Signature:
        """Return the signature for a signed step's event."""
        return cls(
            kind=event.kind,
            record_id=event.record_id,
            version=event.seq,
            step=event.name,
            meaning=meaning,
            user_id=event.by_id,
            role=event.role,
            at=event.at,
            content_hash=event.content_hash,
            password_at=password_at,
        )


class RequiredSignature(Model):
    """One signature that a record needs before it goes on: under which role, after whom, what was decided by
    whom and for whom, under what.

    Rows stay: where a change voids a chain of them, its signatures are marked and a new chain begins. The
    database itself refuses a second signature for a role, and a second one of the same person, in one chain.
    """

    __tablename__ = "required_signatures"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[int]
    chain: Mapped[int]
    needed_role: Mapped[str]
    turn: Mapped[int]  # after all of a lower turn
    signature_decision: Mapped[str | None]  # signed, refused, voided, not_needed
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id")
    )  # the manager in whose place a deputy signed
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    content_hash: Mapped[str | None]  # of what stood before the person's eyes
    told_at: Mapped[datetime | None] = mapped_column(
        Moment
    )  # when its giver took note that a change had voided it
    user: Mapped[Actor | None] = relationship("User", foreign_keys=[user_id], lazy="joined")
    signed_for: Mapped[Actor | None] = relationship("User", foreign_keys=[for_id], lazy="joined")

    __table_args__ = (
        UniqueConstraint("kind", "record_id", "chain", "needed_role"),
        Index(
            "uq_required_signatures_person",
            "kind",
            "record_id",
            "chain",
            "user_id",
            unique=True,
            sqlite_where=text("signature_decision = 'signed'"),
            postgresql_where=text("signature_decision = 'signed'"),
        ),
        CheckConstraint(
            "signature_decision NOT IN ('signed', 'refused') OR (user_id IS NOT NULL AND content_hash IS "
            "NOT NULL)",
            name="signed_by_somebody",
        ),
    )

    def decide(
        self, decision: str, by: Actor, on: datetime, content_hash: str, signed_for: Actor | None
    ) -> None:
        """Record a person's decision, for themselves or as deputy of `signed_for`."""
        self.signature_decision, self.user, self.user_id, self.decided_at, self.content_hash = (
            decision,
            by,
            by.id,
            on,
            content_hash,
        )
        self.signed_for, self.for_id = signed_for, signed_for.id if signed_for else None

    @property
    def is_open(self) -> bool:
        return self.signature_decision is None

    def void(self) -> None:
        """Mark it as void after a change of what was signed; the signer stays on it."""
        self.signature_decision = "voided"


def _agrees_with_event(signature: Signature, event: Event | None) -> bool:
    """Return whether a signature says the same as the event it was given with."""
    password_at = signature.password_at.astimezone(UTC).isoformat() if signature.password_at else None
    return event is not None and (
        signature.step,
        signature.meaning,
        signature.user_id,
        signature.role,
        signature.at,
        signature.content_hash,
        password_at,
    ) == (
        event.name,
        event.details.get("signed"),
        event.by_id,
        event.role,
        event.at,
        event.content_hash,
        event.details.get("password_at"),
    )


def verify_signatures() -> Iterator[Fault]:
    """Check that each signature fits its event, and that each signed event has its signature."""
    together = (
        (Event.kind == Signature.kind)
        & (Event.record_id == Signature.record_id)
        & (Event.seq == Signature.version)
    )
    for signature, event in db.session.execute(select(Signature, Event).outerjoin(Event, together)):
        if not _agrees_with_event(signature, event):
            yield Fault(
                f"{signature.kind} {signature.record_id} signature {signature.id}",
                "does not fit the event it was given with",
            )
    bare = (
        select(Event)
        .outerjoin(Signature, together)
        .where(Signature.id.is_(None), Event.data.contains('"signed":'))
        .order_by(Event.site_seq)
    )
    for event in db.session.execute(bare).scalars():
        if event.details.get("signed"):
            yield Fault(
                f"{event.kind} {event.record_id} event {event.seq}",
                "was signed, but its signature is gone",
            )
