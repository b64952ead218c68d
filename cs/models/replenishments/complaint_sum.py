"""The replenishments of one complaint together: their sum decides who signs (5.3.4, Q23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.procedure import replenishments as procedure
from cs.records.events import Event


@dataclass(frozen=True)
class ComplaintApplications:
    """The applications `model` of one complaint."""

    model: Any
    complaint_id: int

    @property
    def _are_counted(self) -> ColumnElement[bool]:
        counted: ColumnElement[bool] = self.model.state.not_in(procedure.NOT_COUNTED)
        return (self.model.complaint_id == self.complaint_id) & counted

    def counted(self) -> list[Any]:
        """Return what makes up the sum: those neither refused nor void, oldest first."""
        query = select(self.model).where(self._are_counted).order_by(self.model.id).options(lazyload("*"))
        return list(db.session.execute(query).scalars())

    def sum_beside(self, application_id: int | None) -> Decimal:
        """Return the sum of those counted, without one of them."""
        query = select(func.sum(self.model.amount)).where(
            self._are_counted, self.model.id != (application_id or 0)
        )
        return Decimal(db.session.execute(query).scalar() or 0)

    def unordered_beside(self, application_id: int) -> list[Any]:
        """Return those that still await signatures, without one of them; the caller may change them."""
        query = (
            select(self.model)
            .where(
                self.model.complaint_id == self.complaint_id,
                self.model.state == procedure.UNORDERED,
                self.model.id != application_id,
            )
            .order_by(self.model.id)
            .with_for_update()
        )
        return list(db.session.execute(query).scalars())


@dataclass(frozen=True)
class FallenSum:
    """The sum below the limit for which the general manager is no longer asked; `cause` is the number of the
    application that lowered it, None where the limit rose."""

    sum: Decimal
    limit: Decimal
    cause: str | None
    at: datetime

    @staticmethod
    def is_in(event: Event) -> bool:
        return event.name == "below_limit"

    @classmethod
    def of_event(cls, event: Event) -> FallenSum:
        details = event.details
        return cls(Decimal(details["sum"]), Decimal(details["limit"]), details.get("note"), event.at)
