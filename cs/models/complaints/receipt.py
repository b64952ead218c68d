"""The steps of receipt (5.2.1.1, 5.2.1.2): block A of the complaint report, begun, registered, amended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Unpack

from cs.models.complaints.blocks import BlockA
from cs.models.complaints.clock import ClockedComplaint, request_change, withheld
from cs.models.complaints.reply import limit_of
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.users import User


class ReceivedComplaint(ClockedComplaint, Protocol):
    """What these steps need of a complaint, beside what the changes of its clock need."""

    number: str
    passed_on_number: str | None
    registered_at: datetime
    decline_reason: str | None
    acknowledged_at: datetime | None
    acknowledged_channel: str | None
    acknowledged_by_id: int | None

    @property
    def created_by(self) -> User | None: ...

    def set_fields(self, values: Mapping[str, Any]) -> None: ...


def begin(complaint: ReceivedComplaint, step: str, by: User, on: datetime, values: BlockA) -> None:
    """Begin a complaint with block A, as logged or as passed on."""
    with complaint.advancing(step, by, on):
        if step == "pass_on":
            complaint.number = complaint.passed_on_number = next_number("passed_on", local_day(on))
        else:
            complaint.number = next_number(complaint.kind, local_day(on))
        complaint.registered_at = on
        set_block(complaint, values)
        complaint.reply_days = limit_of(complaint.customer_id)
        complaint.start_clock()


# The steps. Complaint names them among its verbs.


def register(
    complaint: ReceivedComplaint,
    *,
    clock_reason: str | None = None,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
    **values: Unpack[BlockA],
) -> None:
    """Make a complaint of what was passed on (5.2.1.2); the time it was first heard stays.

    It takes the next number of the complaints, so that the register has no gaps; one that was passed on when
    it had such a number at once keeps it.
    The clock runs already: a customer's deadline or other agreed days wait for consent (5.2.2.6).
    """
    with complaint.advancing("register", by, on):
        if complaint.number == complaint.passed_on_number:
            complaint.number = next_number(complaint.kind, local_day(on))
        change_block(complaint, "register", values, clock_reason, evidence_id, by, on)


def decline(complaint: ReceivedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Say why what was passed on is no complaint (5.2.1.2); it goes back to who passed it on."""
    with complaint.advancing("decline", by, on, note=reason):
        complaint.decline_reason = reason


def awaited_passer(complaint: ReceivedComplaint) -> list[int]:
    """Return the person to whom what they passed on comes back; nobody once they have left."""
    passer = complaint.created_by if complaint.state == procedure.SENT_BACK else None
    return [passer.id] if passer is not None and passer.active else []


def passed_it_on(complaint: ReceivedComplaint, by: User) -> bool:
    """Return whether something comes back to this person; for one who has left, to sales."""
    passer = complaint.created_by
    if complaint.state != procedure.SENT_BACK or passer is None:
        return False
    return passer.id == by.id if passer.active else by.may(Permission.LOG_COMPLAINT)


def see_decline(complaint: ReceivedComplaint, *, by: User, on: datetime) -> None:
    """Take note, as the person who passed it on, that it is no complaint; this ends it (5.2.1.2)."""
    with complaint.advancing("see_decline", by, on):
        pass


def pass_on_again(
    complaint: ReceivedComplaint, *, amendment_reason: str, by: User, on: datetime, **values: Unpack[BlockA]
) -> None:
    """Change what was declined and pass it on again, in one act (5.2.1.2). The clock runs from when it was
    first heard."""
    with complaint.advancing("pass_on_again", by, on, note=amendment_reason):
        complaint.decline_reason = None
        change_block(complaint, "pass_on_again", values, amendment_reason, None, by, on)


def acknowledge(
    complaint: ReceivedComplaint,
    *,
    acknowledged_at: datetime,
    acknowledged_channel: str,
    by: User,
    on: datetime,
) -> None:
    """Record when and how the receipt was acknowledged to the customer, and by whom (7.4-24a)."""
    with complaint.advancing("acknowledge", by, on):
        complaint.acknowledged_at, complaint.acknowledged_channel = acknowledged_at, acknowledged_channel
        complaint.acknowledged_by_id = by.id


def amend(
    complaint: ReceivedComplaint,
    *,
    amendment_reason: str,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
    **values: Unpack[BlockA],
) -> None:
    """Complete or correct block A (5.6): only the fields given; old values and the reason stay in the
    event. What would move the clock waits for consent (5.2.2.6)."""
    with complaint.advancing("amend", by, on, note=amendment_reason):
        change_block(complaint, "amend", values, amendment_reason, evidence_id, by, on)


def change_block(
    complaint: ReceivedComplaint,
    step: str,
    block: BlockA,
    reason: str | None,
    evidence_id: int | None,
    by: User,
    on: datetime,
) -> None:
    """Set the fields of block A that are given, and ask for consent to what would move the clock."""
    values: dict[str, Any] = dict(block)
    proposed = withheld(complaint, values)
    set_block(complaint, values)
    if proposed:
        request_change(complaint, step, proposed, reason=reason or "", evidence_id=evidence_id, by=by, on=on)


def set_block(complaint: ReceivedComplaint, block: Mapping[str, Any]) -> None:
    """Set the fields of block A that are given."""
    values: dict[str, Any] = dict(block)
    if "demand" in values:
        values["demand"] = json.dumps(sorted(values["demand"])) if values["demand"] else None
    complaint.set_fields(values)
