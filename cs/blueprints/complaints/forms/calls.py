"""The forms of the call to the meeting (5.2.2.4), and who is expected there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.models.complaints.calls import MeetingCall
from cs.models.complaints.clock import to_minute
from cs.models.complaints.meeting import representatives
from cs.procedure import complaints as procedure
from cs.records.procedure import local_day
from cs.web.fields import Choice, LongText, Moment, StepForm, Text
from cs.web.options import departments_to_choose
from cs.wording.labels import department_name


def expected_attendees(call: MeetingCall | None, responsible: str | None) -> list[dict[str, Any]]:
    """Return the rows of who should be there: who was called, else a head of each department; that of the
    responsible department leads the team."""
    if call:
        people = [(person.id, code) for person, code in call.expected()]
    else:
        departments = procedure.meeting_departments(responsible or "sales")
        people = [(heads[0].id, code) for code in departments if (heads := representatives(code))]
    return [
        {
            "user_id": user_id,
            "department": code,
            "team_role": "leader" if code == responsible else "member",
        }
        for user_id, code in people
    ]


def nobody_speaks_for(code: str) -> str:
    return gettext(
        "%(department)s has nobody who can represent it. Ask the administrator to "
        "enter its head of department.",
        department=department_name(code),
    )


class CallForm(StepForm):
    """5.2.2.4: when and where the heads meet, and which department is responsible."""

    meets_at = Moment("meets_at", required=True)
    meeting_place = Text("meeting_place", required=True)
    department = Choice("resp_dept", required=True, choices=[])

    def offer(self, record: Any, on: datetime) -> None:
        self.department.choices = departments_to_choose(record.resp_dept)

    def fill(self, record: Any, on: datetime) -> None:
        self.meets_at.process_data(on)
        self.department.data = record.resp_dept

    def check(self, record: Any, on: datetime) -> None:
        if self.meets_at.data and local_day(self.meets_at.data) < local_day(on):
            self.fault("meets_at", gettext("This day has already passed."))
        departments = procedure.meeting_departments(self.department.data) if self.department.data else ()
        for code in departments:
            if not representatives(code):
                self.fault("department", nobody_speaks_for(code))


class MoveForm(StepForm):
    """5.2.2.4: another time or place for a meeting that is called, and why."""

    meets_at = Moment("meets_at", required=True)
    meeting_place = Text("meeting_place", required=True)
    reason = LongText("reason", required=True, most=500)

    def fill(self, record: Any, on: datetime) -> None:
        if (call := record.current_call) is not None:
            self.meets_at.process_data(call.meets_at)
            self.meeting_place.data = call.meeting_place

    def check(self, record: Any, on: datetime) -> None:
        call = record.current_call
        if self.meets_at.data and local_day(self.meets_at.data) < local_day(on):
            self.fault("meets_at", gettext("This day has already passed."))
        elif call and (self.meets_at.data, self.meeting_place.data) == (
            to_minute(call.meets_at),
            call.meeting_place,
        ):
            self.fault("meets_at", gettext("Time and place are as they were."))


class AcknowledgeForm(StepForm):
    """The head says that they come, or who comes instead."""

    call_note = LongText("call_note", most=300)

    def fill(self, record: Any, on: datetime) -> None:
        """Leave it empty: most heads just come."""
