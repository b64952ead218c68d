"""How an application that awaits signatures follows what decides who signs (5.3.4, Q23, Q24): the complaint's
sum, the limit, and the people who hold the roles."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from cs.models.replenishments.chain import ApprovalChain
from cs.models.replenishments.complaint_sum import FallenSum
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Actor, role_for
from cs.procedure.workflow import Workflow
from cs.records.events import Event
from cs.records.procedure import rulebook


class SignedApplication(Protocol):
    """What following asks of an application: it stands above this module, which cannot import it."""

    workflow: Workflow
    chain: Any

    @property
    def approval_chain(self) -> ApprovalChain: ...

    def amount_sum(self) -> Decimal: ...
    def approvers(self) -> tuple[str, ...]: ...
    def require(self) -> None: ...
    def fully_signed(self, on: datetime) -> bool: ...
    def order(self, *, by: Actor, on: datetime) -> None: ...
    def latest_events(self, limit: int | None) -> list[Event]: ...
    def changing(
        self, name: str, by: Actor, on: datetime, **details: Any
    ) -> AbstractContextManager[None]: ...


def fallen_sum(application: SignedApplication) -> FallenSum | None:
    """Return the sum for which the general manager is no longer asked; None where they are or never
    were."""
    no_longer_needed = {signature.needed_role for signature in application.approval_chain.no_longer_needed}
    if no_longer_needed.isdisjoint(procedure.LAST):
        return None
    return next(map(FallenSum.of_event, filter(FallenSum.is_in, application.latest_events(None))), None)


def follow_sum(application: SignedApplication, cause: str | None, by: Actor, on: datetime) -> bool:
    """Ask for the signatures that are needed since the application `cause` has changed the sum; return
    whether they are others than before. None: the limit, or who could sign, has changed."""
    chain, approvers = application.approval_chain, application.approvers()
    missing, surplus = chain.missing_roles(approvers), chain.surplus_roles(approvers)
    if not missing and not surplus:
        return False
    details: dict[str, str] = {}
    if not {*missing, *surplus}.isdisjoint(procedure.FIRST):
        name = "signers_changed"
    elif missing:
        name = "limit_reached"
    else:
        name, limit = "below_limit", rulebook().replenishment.general_manager_from
        details = {"sum": f"{application.amount_sum():.2f}", "limit": f"{limit:.2f}"}
    role = role_for(by.roles, application.workflow.step("file").permission)
    with application.changing(
        name, by, on, clause="5.3.4", role=role, note=cause, chain=application.chain, **details
    ):
        application.require()
    if application.fully_signed(on):
        application.order(by=by, on=on)
    return True
