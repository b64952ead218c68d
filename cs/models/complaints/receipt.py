"""The steps of receipt (5.2.1.1, 5.2.1.2): block A of the complaint report, begun, registered, amended."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Unpack

from cs.models.complaints.blocks import BlockA
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.users import User

# fields that decide when the reply is due: without a change of them it stays (5.2.2.6)
DUE_BY = ("heard_at", "customer_id", "customer_deadline")


def begin(complaint: Any, step: str, by: User, on: datetime, values: BlockA) -> Any:
    """Begin a complaint with block A, as logged or as passed on."""
    with complaint.advancing(step, by, on):
        complaint.number = next_number(complaint.kind, local_day(on))
        complaint.registered_at = on
        fill(complaint, values)
    return complaint


# The steps. Complaint names them among its verbs; `complaint` is that record.


def register(complaint: Any, *, by: User, on: datetime, **values: Unpack[BlockA]) -> None:
    """Make a complaint of what was passed on (5.2.1.2); the time it was first heard stays."""
    with complaint.advancing("register", by, on):
        fill(complaint, values)


def decline(complaint: Any, *, reason: str, by: User, on: datetime) -> None:
    """Say why what was passed on is no complaint (5.2.1.2)."""
    with complaint.advancing("decline", by, on, note=reason):
        complaint.decline_reason = reason


def amend(complaint: Any, *, amendment_reason: str, by: User, on: datetime, **values: Unpack[BlockA]) -> None:
    """Complete or correct block A (5.6): only the fields given; old values and the reason stay in the
    event. A new deadline moves the due date."""
    with complaint.advancing("amend", by, on, note=amendment_reason):
        fill(complaint, values)


def fill(complaint: Any, block: BlockA) -> None:
    """Set the fields of block A that are given; the due date follows what decides it."""
    values: dict[str, Any] = dict(block)
    if "demand" in values:
        values["demand"] = json.dumps(sorted(values["demand"])) if values["demand"] else None
    decided = [getattr(complaint, field) for field in DUE_BY]
    complaint.set_fields(values)
    if complaint.reply_due_at is None or decided != [getattr(complaint, field) for field in DUE_BY]:
        complaint.start_clock()
