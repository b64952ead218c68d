"""Measures against a cause (7.4-48), of a CAR or of a complaint that needs none: what is done, by whom and by
when, done when and with what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NotRequired, TypedDict, TypeVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from cs.extensions import Model, db
from cs.models.holidays import work_calendar
from cs.procedure.authority import Permission
from cs.records.procedure import local_day
from cs.records.types import Moment
from cs.records.users import User


class Measure(Model):
    """One measure: what, against which cause, who, by when, done when. A table of its own for each kind of
    record that has measures."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    action_kind: Mapped[str]
    content: Mapped[str] = mapped_column(Text)
    cause_kind: Mapped[str | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    done_note: Mapped[str | None] = mapped_column(Text)
    # when that was recorded: the files that came with it bear the same moment
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    @declared_attr
    @classmethod
    def owner(cls) -> Mapped[User]:
        return relationship("User", foreign_keys=lambda: cls.owner_id, lazy="joined")

    @property
    def owner_gone(self) -> bool:
        """Return whether its owner has left, or lost the role for it: somebody else must see to it."""
        return not (self.owner.active and self.owner.may(Permission.ANSWER_CAPA))

    def report(self, done_on: date, done_note: str, on: datetime) -> None:
        """Record that it is carried out; its evidence came at the same moment."""
        self.done_on, self.done_note, self.done_at = done_on, done_note, on


M = TypeVar("M", bound=Measure)


class PlannedMeasure(TypedDict):
    """A measure as it is set."""

    action_kind: str
    content: str
    cause_kind: NotRequired[str | None]
    owner_id: int
    planned_on: date


def open_measures(rows: Iterable[M]) -> list[M]:
    """Return what is not carried out."""
    return [row for row in rows if row.done_on is None]


def reported_on(rows: Iterable[Measure]) -> date | None:
    """Return the day on which the last of them was reported as carried out; None while one is open.

    Of what was reported before that was written down, the day on which it was done counts.
    """
    days = [local_day(row.done_at) if row.done_at else row.done_on for row in rows]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def first_due_at(rows: Iterable[Measure]) -> datetime | None:
    """Return the end of the first day by which one of those that are open must be carried out."""
    days = [row.planned_on for row in open_measures(rows)]
    return work_calendar().end_of(min(days)) if days else None


def replace_open_measures(
    kind: type[M], rows: Iterable[M], number: int, planned: Sequence[PlannedMeasure]
) -> list[M]:
    """Return the measures of a record after others are set in a round: what was carried out stays, what was
    open is set again or dropped."""
    carried_out = [row for row in rows if row.done_on is not None]
    return carried_out + [
        kind(round=number, owner=db.session.get_one(User, values["owner_id"]), **values) for values in planned
    ]
