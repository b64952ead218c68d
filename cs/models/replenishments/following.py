"""How an application that awaits signatures follows what decides who signs (5.3.4, Q23, Q24): the complaint's
sum, the limit, and the people who hold the roles."""

from __future__ import annotations

from datetime import datetime

from cs.models.replenishments.complaint_sum import FallenSum, SummedApplication, amount_sum
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Actor, role_for
from cs.records.procedure import rulebook
from cs.records.users import User


def approvers(application: SummedApplication) -> tuple[str, ...]:
    """Return the roles whose signatures are needed now, by the sum and by who could give them."""
    by_sum = rulebook().replenishment.approvers(amount_sum(application))
    return application.approval_chain.signing_roles(by_sum)


def require_signatures(application: SummedApplication) -> None:
    """Ask for the signatures that are needed now, no more and no less."""
    application.approval_chain.require(application.kind, approvers(application))


def settle_others(application: SummedApplication, by: User, on: datetime) -> None:
    """Let the complaint's other unordered applications follow the sum, which has changed (Q23).

    From the limit on the general manager is asked; below it no longer, and what holds both other
    signatures becomes an order at once.
    """
    for other in application.of_complaint.unordered_beside(application.id):
        follow_sum(other, application.number, by, on)


def follow_sum(application: SummedApplication, cause: str | None, by: Actor, on: datetime) -> bool:
    """Ask for the signatures that are needed since the application `cause` has changed the sum; return
    whether they are others than before. None: the limit, or who could sign, has changed."""
    chain, needed = application.approval_chain, approvers(application)
    missing, surplus = chain.missing_roles(needed), chain.surplus_roles(needed)
    if not missing and not surplus:
        return False
    details: dict[str, str] = {}
    if not {*missing, *surplus}.isdisjoint(procedure.FIRST):
        name = "signers_changed"
    elif missing:
        name = "limit_reached"
    else:
        name, limit = "below_limit", rulebook().replenishment.general_manager_from
        details = {"sum": f"{amount_sum(application):.2f}", "limit": f"{limit:.2f}"}
    role = role_for(by.roles, application.workflow.step("file").permission)
    with application.changing(
        name, by, on, clause="5.3.4", role=role, note=cause, chain=application.chain, **details
    ):
        require_signatures(application)
    if application.approval_chain.is_complete:
        application.order(by=by, on=on)
    return True


def fallen_sum(application: SummedApplication) -> FallenSum | None:
    """Return the sum for which the general manager is no longer asked; None where they are or never
    were."""
    no_longer_needed = {signature.needed_role for signature in application.approval_chain.no_longer_needed}
    if no_longer_needed.isdisjoint(procedure.LAST):
        return None
    return next(map(FallenSum.of_event, filter(FallenSum.is_in, application.latest_events(None))), None)
