"""A complaint that is opened again after its close (5.3.5): asked for by sales, decided on by the quality
supervisor."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class ReopenedComplaint(AdvancingRecord, Protocol):
    """What its opening again needs of a complaint. A request stands until it is granted, or until who asked
    has seen that it was refused; the events keep it."""

    closed_at: datetime | None
    closing_note: str | None
    reopen_request: str | None
    reopen_refusal: str | None
    reopen_requested_by_id: int | None

    @property
    def reopen_requested_by(self) -> User | None: ...


def reopening_waits(complaint: ReopenedComplaint) -> bool:
    """Return whether a request to open it again awaits the decision."""
    return complaint.reopen_request is not None and complaint.reopen_refusal is None


def awaited_reopen_requesters(complaint: ReopenedComplaint) -> list[int]:
    """Return whom a refusal comes back to; nobody once they have left."""
    person = complaint.reopen_requested_by if complaint.reopen_refusal is not None else None
    return [person.id] if person is not None and person.active else []


def requested_reopening(complaint: ReopenedComplaint, by: User) -> bool:
    return by.id in awaited_reopen_requesters(complaint)


# The steps. Complaint names them among its verbs.


def request_reopen(complaint: ReopenedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Ask, as sales, for it to be opened again, such as for goods that have come (5.3.5)."""
    with complaint.advancing("request_reopen", by, on, note=reason):
        _end_request(complaint)
        complaint.reopen_request, complaint.reopen_requested_by_id = reason, by.id


def grant_reopen(complaint: ReopenedComplaint, *, reason: str | None = None, by: User, on: datetime) -> None:
    """Open it again as it was asked for."""
    _open_again(complaint, "grant_reopen", reason or complaint.reopen_request, by, on)


def refuse_reopen(complaint: ReopenedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Leave it closed, and say why: the goods take a complaint of their own."""
    with complaint.advancing("refuse_reopen", by, on, note=reason):
        complaint.reopen_refusal = reason


def see_reopen_refusal(complaint: ReopenedComplaint, *, by: User, on: datetime) -> None:
    """Take note that it stays closed, as the person who asked."""
    with complaint.advancing("see_reopen_refusal", by, on):
        _end_request(complaint)


def reopen(complaint: ReopenedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Take it back to where it waits for its close, with the reason (5.3.5).

    The customer's answer stands, the reply keeps its time, and the signature of the first close stays.
    """
    _open_again(complaint, "reopen", reason, by, on)


def _open_again(complaint: ReopenedComplaint, step: str, reason: str | None, by: User, on: datetime) -> None:
    with complaint.advancing(step, by, on, note=reason):
        complaint.closed_at = complaint.closing_note = None
        _end_request(complaint)


def _end_request(complaint: ReopenedComplaint) -> None:
    complaint.reopen_request = complaint.reopen_refusal = complaint.reopen_requested_by_id = None
