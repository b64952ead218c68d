"""Customers (5.1.3.2, 5.4.1), product models and shipments: what may be done with the data that records refer
to."""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.workflow import State, Step, Workflow

STATES = (State("active"), State("void", main=False, final=True))


def _kept(kind: str, clause: str, permission: Permission) -> Workflow:
    return Workflow(
        kind,
        STATES,
        (
            Step("create", clause, (), "active", permission),
            Step("edit", clause, ("active",), None, permission, amends=True),
            Step("void", "5.6", ("active",), "void", Permission.VOID_MASTER_DATA),
        ),
    )


CUSTOMER = _kept("customer", "5.1.3.2", Permission.EDIT_CUSTOMER)
PRODUCT = _kept("product", "5.1", Permission.EDIT_PRODUCT)
SHIPMENT = _kept("shipment", "5.1", Permission.EDIT_SHIPMENT)
