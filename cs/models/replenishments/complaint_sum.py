"""The replenishments of one complaint together: their sum decides who signs (5.3.4, Q23)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.models.replenishments.chain import ApprovalChain
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Actor
from cs.procedure.workflow import Workflow
from cs.records.events import Event
from cs.records.workflowed import AdvancingRecord


@dataclass(frozen=True)
class ComplaintApplications:
    """The applications `model` of one complaint."""

    model: Any
    complaint_id: int

    @property
    def _are_counted(self) -> ColumnElement[bool]:
        return and_(
            self.model.complaint_id == self.complaint_id, self.model.state.not_in(procedure.NOT_COUNTED)
        )

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


class SummedApplication(AdvancingRecord, Protocol):
    """What the sum, and who signs by it, need of an application."""

    workflow: ClassVar[Workflow]
    number: str
    amount: Decimal
    chain: int

    @property
    def approval_chain(self) -> ApprovalChain: ...

    @property
    def of_complaint(self) -> ComplaintApplications: ...

    def latest_events(self, limit: int | None) -> list[Event]: ...

    def changing(
        self,
        name: str,
        by: Actor | None,
        on: datetime,
        *,
        clause: str = "5.6",
        role: str | None = None,
        note: str | None = None,
        **details: Any,
    ) -> AbstractContextManager[None]: ...

    def order(self, *, by: Actor, on: datetime) -> None: ...


def amount_sum(application: SummedApplication) -> Decimal:
    """Return the sum of the complaint's replenishments that are neither refused nor void (Q23), this one
    as it stands now."""
    return application.of_complaint.sum_beside(application.id) + application.amount
