"""What waits for a signature, read-only: over all kinds of records, with the customer, the amount, and what
else the customer has open."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.records.record import KINDS
from cs.records.tasks import Task
from cs.records.users import User

SIGNER, WRITER = aliased(User), aliased(User)
KINDS_WITH_CUSTOMER = (Complaint, Capa, Return, Replenishment)
CUSTOMER_ID = func.coalesce(*(cls.customer_id for cls in KINDS_WITH_CUSTOMER))
WRITER_ID = func.coalesce(*(cls.created_by_id for cls in KINDS_WITH_CUSTOMER))


def _of_every_kind():  # type: ignore[no-untyped-def]
    query = select(
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
        Replenishment.amount,
        Replenishment.chain,
    ).outerjoin(SIGNER, SIGNER.id == func.coalesce(Task.user_id, Task.taken_by_id))
    for cls in KINDS_WITH_CUSTOMER:
        query = query.outerjoin(cls, and_(Task.kind == cls.kind, Task.record_id == cls.id))
    return query.outerjoin(Customer, Customer.id == CUSTOMER_ID).outerjoin(WRITER, WRITER.id == WRITER_ID)


TO_SIGN = _of_every_kind()


def signed_tasks() -> ColumnElement[bool]:
    """The tasks that are done by signing, of every kind of record."""
    pairs = {
        (kind, step.task)
        for kind, cls in KINDS.items()
        for step in getattr(cls.workflow, "steps", ())
        if step.task and step.signed
    }
    return or_(*(and_(Task.kind == kind, Task.name == name) for kind, name in sorted(pairs)))


def open_of_customers(ids: set[int]) -> dict[int, dict[str, int]]:
    """{customer: {kind: how many of it are open}}, a query for each kind."""
    found: dict[int, dict[str, int]] = {one: {} for one in ids}
    for cls in KINDS_WITH_CUSTOMER if ids else ():
        final = [state.code for state in cls.workflow.states if state.final]
        query = (
            select(cls.customer_id, func.count())
            .where(cls.customer_id.in_(ids), cls.state.not_in(final))
            .group_by(cls.customer_id)
        )
        for customer, count in db.session.execute(query):
            found[customer][cls.kind] = count
    return found


def besides(open_: dict[int, dict[str, int]], kind: str, customer: int | None) -> dict[str, int]:
    """Of what customers have open, what this one has beside a record of that kind which is open itself:
    {kind: how many}, none that are nil."""
    others = {one: count - (one == kind) for one, count in open_.get(customer or 0, {}).items()}
    return {one: count for one, count in others.items() if count}
