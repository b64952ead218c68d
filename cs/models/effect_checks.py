"""The check of the effect of measures, of a CAR or of a complaint that needs none (5.2.2.5): whoever carried
one of them out does not check it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select

from cs.extensions import db
from cs.procedure.authority import Actor, Permission
from cs.procedure.effect_checks import CHECKS, checkers
from cs.procedure.workflow import Step
from cs.records.procedure import rulebook
from cs.records.users import User
from cs.records.workflowed import Workflowed


class EffectChecked(Workflowed):
    """A record whose measures are checked by somebody else than who carried them out."""

    __abstract__ = True
    checking: ClassVar[Permission]  # of who usually checks
    effect_carriers: Any  # the ids of who carried out what is to be checked

    def checkers(self) -> list[int] | None:
        """Return who may check the effect; None for all who hold the permission."""
        query = select(User).where(User.active)
        held = {person.id: person.roles for person in db.session.execute(query).unique().scalars()}
        return checkers(held, self.checking, rulebook().capa.check_in_place, self.effect_carriers)

    def awaited_checkers(self) -> list[int | None]:
        return [*(self.checkers() or ())] or [None]

    def checks_effect(self, by: User) -> bool:
        if by.id in self.effect_carriers:
            return False
        return by.may(self.checking) or by.id in self.awaited_checkers()

    def is_barred_checker(self, person: User, on: datetime) -> bool:
        """Return whether a person would check the effect now if they had carried nothing out."""
        concerned = person.id in self.effect_carriers and person.may(self.checking)
        return concerned and any(step.relation == CHECKS for step in self.open_steps(on))

    def checker_names(self) -> list[str]:
        """Return the names of who checks in the place of those who carried something out."""
        query = select(User.name).where(User.id.in_(self.checkers() or ())).order_by(User.sort_name)
        return list(db.session.execute(query).scalars())

    def stands_in(self, step: Step, by: Actor, on: datetime) -> bool:
        """Return whether the person checks in the place of all who usually do, by the procedure file."""
        return step.relation == CHECKS and by.id in self.awaited_checkers()

    def role_under(self, step: Step, by: Actor, on: datetime) -> str | None:
        role = super().role_under(step, by, on)
        if role is None and step.relation == CHECKS:
            return next((role for role in rulebook().capa.check_in_place if role in by.roles), None)
        return role
