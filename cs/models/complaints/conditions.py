"""The conditions that the rows of the complaint's workflow name (5.2), and the answer to each.

The record answers by this table alone (`Complaint.holds`): a row that names another condition is a KeyError.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from cs.models.complaints import sending
from cs.models.complaints.calls import CallBook, MeetingCall
from cs.models.complaints.clock import ClockBook, ClockChange
from cs.models.complaints.measures import MeasuredComplaint
from cs.models.complaints.meeting import DiscussedComplaint
from cs.models.complaints.reply import Reply


class AskedComplaint(DiscussedComplaint, MeasuredComplaint, Protocol):
    """What the conditions need of a complaint, beside what the steps of its meeting and measures need."""

    acknowledged_at: datetime | None
    clock_changes: list[ClockChange]
    call_needed: bool | None
    route_unconfirmed: bool | None
    reopen_refusal: str | None

    @property
    def reopening_waits(self) -> bool: ...

    @property
    def reply(self) -> Reply | None: ...

    @property
    def call_book(self) -> CallBook: ...

    @property
    def current_call(self) -> MeetingCall | None: ...

    @property
    def lacks_capa(self) -> bool: ...

    @property
    def clock_book(self) -> ClockBook: ...

    def open_ends(self, on: datetime) -> dict[str, list[Any]]: ...


# {condition: answer of (complaint, moment)}
CONDITIONS: dict[str, Callable[[AskedComplaint, datetime], bool]] = {
    "occasional": lambda record, _on: record.route == "occasional",
    "not_ours": lambda record, _on: record.route == "not_ours",
    "meeting": lambda record, _on: record.route == "meeting",
    # Q11: an inspector's confirmation awaits the quality supervisor
    "route_unconfirmed": lambda record, _on: bool(record.route_unconfirmed),
    "route_confirmed": lambda record, _on: not record.route_unconfirmed,
    "answer_ready": lambda record, _on: record.answer_is_ready,
    "answer_missing": lambda record, _on: not record.answer_is_ready,
    # no answer for as many days as the procedure file says (Q12)
    "customer_silent": lambda record, on: (
        record.follow_up_due_at is not None and on >= record.follow_up_due_at
    ),
    # Q12: every CAPA verified, every disposition done, every head countersigned, planned, no goods on the way
    "nothing_open": lambda record, on: not record.open_ends(on),
    # 5.2.2.5: it needs a corrective action, and none is issued yet, or all of them are void
    "capa_wanted": lambda record, _on: record.lacks_capa,
    # the heads are called before the meeting, but for what was confirmed before calls were written down
    "called": lambda record, _on: record.current_call is not None or not record.call_needed,
    "call_made": lambda record, _on: record.current_call is not None,
    "not_called": lambda record, _on: record.current_call is None,
    "call_unanswered": lambda record, _on: bool(record.call_book.awaited_invitees),
    "met": lambda record, _on: record.current_meeting is not None,
    "not_met": lambda record, _on: record.current_meeting is None,
    "disposed": lambda record, _on: bool(record.current_meeting and record.current_meeting.is_disposed),
    "not_disposed": lambda record, _on: not (record.current_meeting and record.current_meeting.is_disposed),
    "countersigning": lambda record, _on: bool(record.meeting_book.unsigned),
    "dispositions_open": lambda record, _on: bool(record.meeting_book.open_dispositions),
    "plan_wanted": lambda record, _on: record.meeting_book.to_plan is not None,
    "measures_open": lambda record, _on: bool(record.measure_book.open),
    "effect_unchecked": lambda record, _on: record.measure_book.unchecked is not None,
    "not_acknowledged": lambda record, _on: record.acknowledged_at is None,
    # 5.3.5: sales asks for a closed complaint to be opened again
    "reopen_requested": lambda record, _on: record.reopening_waits,
    "reopen_not_requested": lambda record, _on: not record.reopening_waits,
    "reopen_refusal_unseen": lambda record, _on: record.reopen_refusal is not None,
    "clock_change_waits": lambda record, _on: record.clock_book.waiting is not None,
    # the last reply sent counts as late, and nobody has asked yet to count it otherwise
    "sent_late": lambda record, _on: sending.late_reply(record) is not None,
    "clock_refusal_unseen": lambda record, _on: bool(record.clock_book.unseen_refusals),
    "sample_awaited": lambda record, _on: record.sample_book.has_awaited,
    "sample_here": lambda record, _on: record.sample_book.has_here,
    "sample_kept": lambda record, _on: record.sample_book.has_open,
}
