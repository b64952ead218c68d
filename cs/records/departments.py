"""Departments, and the roles that people hold in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.procedure.authority import Actor
from cs.procedure.workflow import Refused
from cs.records.procedure import rulebook
from cs.records.record import Record

ADMINISTRATOR = "administrator"


class InUse(Refused):
    """People still work in the department, or the procedure itself names it."""


class Department(Record):
    """A department of the factory; those of the procedure are there from the start, others are added."""

    kind = "department"
    __tablename__ = "departments"
    code: Mapped[str] = mapped_column(unique=True)
    zh: Mapped[str]
    en: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def title(self) -> str:
        return self.zh

    def name_in(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    @property
    def of_the_procedure(self) -> bool:
        """Return whether the procedure file names it: such a department cannot be closed."""
        return self.code in rulebook().departments

    @property
    def people(self) -> int:
        """Return how many active people work in it."""
        users = db.metadata.tables["users"]
        query = (
            select(func.count(users.c.id.distinct()))
            .join(Membership)
            .where(Membership.department == self.code, users.c.active)
        )
        return db.session.execute(query).scalar_one()

    @classmethod
    def create(cls, *, zh: str, en: str, by: Actor, on: datetime) -> Department:
        """Create a department that the procedure does not name, such as purchasing."""
        department = cls(code=f"own_{(db.session.execute(select(func.max(cls.id))).scalar() or 0) + 1}")
        with department.changing("create", by, on, role=ADMINISTRATOR):
            department.zh, department.en, department.active = zh, en, True
        return department

    def rename(self, *, zh: str, en: str, by: Actor, on: datetime) -> None:
        """Change its names; records refer to its code."""
        with self.changing("edit", by, on, role=ADMINISTRATOR):
            self.zh, self.en = zh, en

    def deactivate(self, *, by: Actor, on: datetime) -> None:
        """Close it for new members. Raise InUse while people work in it, or if the procedure names it."""
        if self.of_the_procedure or self.people:
            raise InUse(self.code)
        with self.changing("leave", by, on, role=ADMINISTRATOR):
            self.active = False

    def activate(self, *, by: Actor, on: datetime) -> None:
        with self.changing("come_back", by, on, role=ADMINISTRATOR):
            self.active = True


class Membership(Model):
    """A role held in a department; `is_head`: 部门负责人, whom 5.1.1 and 5.2.2.4 ask for."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    department: Mapped[str | None] = mapped_column(ForeignKey("departments.code"))
    role: Mapped[str]
    is_head: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("user_id", "department", "role"),)
