"""The tasks of all kinds of records that await a signature, with the customer, the amount, and the customer's
other open records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.replenishments.application import Replenishment
from cs.records.record import KINDS
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed

SIGNER, WRITER = aliased(User), aliased(User)


def _kinds_with_customer() -> tuple[Any, ...]:
    """Return the kinds whose records belong to a customer and that people have tasks of; a shipment has
    none."""
    with_workflow = (cls for cls in KINDS.values() if issubclass(cls, Workflowed))
    return tuple(cls for cls in with_workflow if hasattr(cls, "customer_id") and _has_tasks(cls))


def _has_tasks(cls: type[Workflowed]) -> bool:
    return any(step.task for step in cls.workflow.steps)


KINDS_WITH_CUSTOMER = _kinds_with_customer()  # cs.models, imported above, knows every kind
CUSTOMER_ID = func.coalesce(*(cls.customer_id for cls in KINDS_WITH_CUSTOMER))
WRITER_ID = func.coalesce(*(cls.created_by_id for cls in KINDS_WITH_CUSTOMER))


def _tasks_of_every_kind() -> Any:
    query: Any = select(
        Task.id,
        Task.kind,
        Task.record_id,
        Task.name,
        Task.step,
        Task.permission,
        Task.user_id,
        Task.department,
        Task.since,
        Task.due_at,
        Task.title,
        Task.subject,
        SIGNER.name.label("signer"),
        WRITER.name.label("writer"),
        CUSTOMER_ID.label("customer_id"),
        Customer.short_name.label("customer"),
        Complaint.route,
        Replenishment.amount,
        Replenishment.chain,
    ).outerjoin(SIGNER, SIGNER.id == func.coalesce(Task.user_id, Task.taken_by_id))
    for cls in KINDS_WITH_CUSTOMER:
        query = query.outerjoin(cls, and_(Task.kind == cls.kind, Task.record_id == cls.id))
    return query.outerjoin(Customer, Customer.id == CUSTOMER_ID).outerjoin(WRITER, WRITER.id == WRITER_ID)


TO_SIGN = _tasks_of_every_kind()


def signed_tasks() -> ColumnElement[bool]:
    """Return the condition of tasks that are done by signing."""
    steps = [(kind, step) for kind, cls in KINDS.items() for step in getattr(cls.workflow, "steps", ())]
    pairs = {(kind, step.task) for kind, step in steps if step.task and step.signed}
    return or_(*(and_(Task.kind == kind, Task.name == name) for kind, name in sorted(pairs)))


def open_counts_by_customer(ids: set[int]) -> dict[int, dict[str, int]]:
    """Return {customer: {kind: number of open records}}, with a query for each kind."""
    counts: dict[int, dict[str, int]] = {customer_id: {} for customer_id in ids}
    for cls in KINDS_WITH_CUSTOMER if ids else ():
        final = [state.code for state in cls.workflow.states if state.final]
        query = (
            select(cls.customer_id, func.count())
            .where(cls.customer_id.in_(ids), cls.state.not_in(final))
            .group_by(cls.customer_id)
        )
        for customer_id, count in db.session.execute(query):
            counts[customer_id][cls.kind] = count
    return counts


def other_open_counts(
    open_counts: dict[int, dict[str, int]], kind: str, customer_id: int | None
) -> dict[str, int]:
    """Return {kind: number} of a customer's open records beside the one of `kind` that is looked at, without
    the kinds of which there are none."""
    counts = dict(open_counts.get(customer_id or 0, {}))
    if kind in counts:
        counts[kind] -= 1
    return {kind: count for kind, count in counts.items() if count}
