"""Traces: who signed in, typed a wrong password, was refused or took a file away, when and from where."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ForeignKey, Index, delete
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.types import Moment

KINDS = ("login", "wrong_password", "logout", "refused", "export", "download")


class Trace(Model):
    """A line of the access log: `target` is what was opened or refused."""

    __tablename__ = "traces"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str]
    target: Mapped[str]
    __table_args__ = (
        Index("ix_traces_at", "at", "id"),
        Index("ix_traces_kind", "kind", "at", "id"),
        Index("ix_traces_user", "user_id", "at", "id"),
    )

    @classmethod
    def delete_old(cls, on: datetime) -> None:
        days = current_app.config["CS_TRACE_DAYS"]
        db.session.execute(delete(cls).where(cls.at < on - timedelta(days=days)))
