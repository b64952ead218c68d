"""Deputies 代理签核 (5.3.4): a manager names who signs in their place for a period. The signature then says
for whom it was given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.procedure.authority import Actor, Permission, roles_with
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.records.procedure import local_day
from cs.records.record import Record
from cs.records.types import Moment
from cs.records.users import User


class Deputy(Record):
    """Who stands in for whom, under which role, from which day to which (both included)."""

    kind = "deputy"
    __tablename__ = "deputies"
    manager_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    manager: Mapped[User] = relationship(foreign_keys=[manager_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint("manager_id <> deputy_id", name="somebody_else"),
        Index("ix_deputies_manager_id_role", "manager_id", "role"),
    )

    @property
    def title(self) -> str:
        return f"{self.manager.name} → {self.deputy.name}"

    @classmethod
    def name_for(
        cls, *, role: str, deputy: User, first_on: date, last_on: date, by: User, on: datetime
    ) -> Deputy:
        """Name a deputy for one of the manager's own roles of a chain. Raise NotAllowed for another role or
        for oneself; NotOpen where one is named already."""
        if (
            role not in by.roles
            or role not in roles_with(Permission.APPROVE_REPLENISHMENT)
            or deputy.id == by.id
        ):
            raise NotAllowed("name_for")
        if cls.within(by, role, first_on, last_on):
            raise NotOpen("name_for")
        made = cls(
            manager=by,
            manager_id=by.id,
            deputy=deputy,
            deputy_id=deputy.id,
            role=role,
            first_on=first_on,
            last_on=last_on,
        )
        with made.changing("set", by, on, clause="5.3.4", role=role):
            pass
        return made

    def withdraw(self, *, by: User, on: datetime) -> None:
        """Let the manager sign alone again; what was signed stays. Raise NotAllowed for anybody else."""
        if by.id != self.manager_id or self.withdrawn_at is not None:
            raise NotAllowed("withdraw")
        with self.changing("withdraw", by, on, clause="5.3.4", role=self.role):
            self.withdrawn_at = on

    @classmethod
    def within(cls, manager: User, role: str, first_on: date, last_on: date) -> list[Deputy]:
        """Return the deputies of a manager in that role on any day of a period."""
        query = select(cls).where(
            cls.manager_id == manager.id,
            cls.role == role,
            cls.withdrawn_at.is_(None),
            cls.first_on <= last_on,
            cls.last_on >= first_on,
        )
        return list(db.session.execute(query.order_by(cls.first_on)).scalars())

    @classmethod
    def of(cls, manager: User) -> list[Deputy]:
        """Return all that a manager named, newest first."""
        return list(
            db.session.execute(
                select(cls).where(cls.manager_id == manager.id).order_by(cls.first_on.desc(), cls.id.desc())
            ).scalars()
        )

    @classmethod
    def acting_for(cls, person: Actor, on: datetime) -> list[Deputy]:
        """Return for whom a person stands in today."""
        return cls.standing_in(on, cls.deputy_id == person.id)

    @classmethod
    def standing_in(cls, on: datetime, *which: ColumnElement[bool]) -> list[Deputy]:
        """Return who stands in for whom today: people who are here, for managers who are still here and
        still hold the role."""
        day = local_day(on)
        query = (
            select(cls)
            .where(*which, cls.withdrawn_at.is_(None), cls.first_on <= day, cls.last_on >= day)
            .order_by(cls.id)
        )
        return [
            row
            for row in db.session.execute(query).scalars()
            if row.manager.active
            and row.role in row.manager.roles
            and row.deputy.active
            and row.deputy.may(Permission.READ)
        ]
