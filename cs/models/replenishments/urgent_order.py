"""The urgent order 紧急订单 (5.3.4) that an application becomes: planned, made and shipped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from cs.procedure.authority import Actor
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class OrderedApplication(AdvancingRecord, Protocol):
    """What the order needs of an application."""

    order_number: str | None
    ordered_at: datetime | None
    work_order: str | None
    scheduled_on: date | None
    made_on: date | None
    sent_off_on: date | None
    delivery_no: str | None


# The steps. Replenishment names them among its verbs.


def order(application: OrderedApplication, *, by: Actor, on: datetime) -> None:
    """Make it an urgent order 紧急订单 with a number of its own, after the last signature (5.3.4)."""
    with application.advancing("order", by, on):
        application.order_number = next_number("urgent_order", local_day(on))
        application.ordered_at = on


def schedule(
    application: OrderedApplication,
    *,
    work_order: str,
    scheduled_on: date,
    note: str | None = None,
    by: User,
    on: datetime,
) -> None:
    """Schedule the urgent order; later than the customer wants it, `note` says why (3.6)."""
    with application.advancing("schedule", by, on, note=note):
        application.work_order, application.scheduled_on = work_order, scheduled_on


def reschedule(
    application: OrderedApplication,
    *,
    work_order: str,
    scheduled_on: date,
    note: str | None = None,
    by: User,
    on: datetime,
) -> None:
    """Set another work order or day; later than the customer wants it, `note` says why (3.6)."""
    with application.advancing("reschedule", by, on, note=note):
        application.work_order, application.scheduled_on = work_order, scheduled_on


def make(application: OrderedApplication, *, made_on: date, by: User, on: datetime) -> None:
    """Report it as made, by production (3.5)."""
    with application.advancing("make", by, on):
        application.made_on = made_on


def ship(
    application: OrderedApplication, *, sent_off_on: date, delivery_no: str, by: User, on: datetime
) -> None:
    """Send the goods to the customer (5.3.4)."""
    with application.advancing("ship", by, on):
        application.sent_off_on, application.delivery_no = sent_off_on, delivery_no
