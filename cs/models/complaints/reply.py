"""The numbered replies to a complaint (5.2.2.2, 5.2.2.3, 5.2.2.6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.records.procedure import zone
from cs.records.types import Moment
from cs.records.users import User


class Reply(db.Model):
    """One numbered answer to the customer: what quality prepared, when sales sent it, what the customer
    said."""

    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    number: Mapped[int]
    route: Mapped[
        str | None
    ]  # of a reply out of an old register neither way, text nor who prepared it are known
    reply_text: Mapped[str | None] = mapped_column(Text)  # what was settled, or why it is not ours
    cause: Mapped[str | None] = mapped_column(Text)
    actions: Mapped[str | None] = mapped_column(Text)
    agreed_with: Mapped[str | None]
    settled_on: Mapped[date | None]
    late_reason: Mapped[str | None] = mapped_column(
        Text
    )  # why the result was not recorded the same day (5.2.2.3)
    quality_replied_at: Mapped[datetime | None] = mapped_column(Moment)
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reply_channel: Mapped[str | None]
    reply_to: Mapped[str | None]
    response: Mapped[str | None]
    response_on: Mapped[date | None]
    response_note: Mapped[str | None] = mapped_column(Text)
    prepared_by: Mapped[User | None] = relationship(foreign_keys=[prepared_by_id], viewonly=True)
    replied_by: Mapped[User | None] = relationship(foreign_keys=[replied_by_id], viewonly=True)
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    @property
    def recorded_same_day(self) -> bool:
        """5.2.2.3: 当天把处理结果记录; counted from the day the matter was settled (Q16)."""
        return (
            self.settled_on is None
            or self.quality_replied_at is None
            or self.quality_replied_at.astimezone(zone()).date() <= self.settled_on
        )

    @property
    def in_time(self) -> bool | None:
        return None if self.replied_at is None else self.replied_at <= self.due_at
