"""Whom the rows of the complaint's workflow await by name, and by when (5.2): each answer is asked of the
book of its rows. Complaint names these among its questions; `complaint` is that record."""

from __future__ import annotations

from datetime import datetime

from cs.models.complaints.conditions import AskedComplaint
from cs.records.users import User


def awaited_countersigners(complaint: AskedComplaint) -> list[int]:
    return complaint.meeting_book.awaited_countersigners


def countersigns(complaint: AskedComplaint, by: User) -> bool:
    return by.id in complaint.meeting_book.awaited_countersigners


def awaited_disposers(complaint: AskedComplaint) -> list[int]:
    return complaint.meeting_book.awaited_disposers()


def disposes(complaint: AskedComplaint, by: User) -> bool:
    return bool(complaint.meeting_book.dispositions_of(by))


def disposition_due_at(complaint: AskedComplaint) -> datetime | None:
    return complaint.meeting_book.disposition_due_at


def awaited_measure_owners(complaint: AskedComplaint) -> list[int]:
    return complaint.measure_book.awaited_owners()


def carries_out_measures(complaint: AskedComplaint, by: User) -> bool:
    return bool(complaint.measure_book.open_for(by))


def effect_carriers(complaint: AskedComplaint) -> set[int]:
    return complaint.measure_book.carriers


def measure_due_at(complaint: AskedComplaint) -> datetime | None:
    return complaint.measure_book.due_at


def check_due_at(complaint: AskedComplaint) -> datetime | None:
    return complaint.measure_book.check_due_at


def sample_due_at(complaint: AskedComplaint) -> datetime | None:
    return complaint.sample_book.due_at


def awaited_consenters(complaint: AskedComplaint) -> list[int | None]:
    return complaint.clock_book.awaited_consenters()


def consents_to_clock(complaint: AskedComplaint, by: User) -> bool:
    return by.id in complaint.clock_book.awaited_consenters()


def awaited_requesters(complaint: AskedComplaint) -> list[int]:
    return complaint.clock_book.awaited_requesters()


def requested_clock(complaint: AskedComplaint, by: User) -> bool:
    return by.id in complaint.clock_book.awaited_requesters()


def awaited_invitees(complaint: AskedComplaint) -> list[int]:
    """Return who is called and has not answered; nobody once the meeting was held."""
    return [] if complaint.current_meeting else complaint.call_book.awaited_invitees


def is_called(complaint: AskedComplaint, by: User) -> bool:
    return by.id in awaited_invitees(complaint)


def meeting_due_at(complaint: AskedComplaint) -> datetime | None:
    """Return when the meeting is that the heads are called to."""
    call = complaint.current_call
    return call.meets_at if call else None
