"""The call to the meeting (5.2.2.4): which heads are asked to come, until when, and what does not wait for
them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.tasks import Task
from tests.models.test_meetings import awaited, made_head
from tests.support import TO_MEET, call_meeting, day_of, decisions

pytestmark = pytest.mark.sqlite


def held(complaint, people, on) -> None:
    complaint.meet(
        met_at=on,
        department="production",
        minutes="x",
        attendees=[],
        by=people["quality_supervisor"],
        on=on,
    )


def test_the_meeting_is_called_before_it_is_held(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", uncalled=True)
    with pytest.raises(NotOpen):
        held(complaint, people, on)
    call_meeting(complaint, people, on)
    held(complaint, people, on)
    assert complaint.current_meeting is not None


def test_each_head_gets_a_task_that_is_due_when_the_meeting_begins(complaint_in, people, on):
    made_head(people["sales_manager"], "sales", people["administrator"], on)
    made_head(people["production_manager"], "production", people["administrator"], on)
    complaint = complaint_in("answering", route="meeting")
    assert awaited(complaint, "acknowledge_call") == {"sales_manager", "engineer", "production_manager"}
    due = select(Task.due_at).where(Task.name == "acknowledge_call").distinct()
    assert list(db.session.execute(due).scalars()) == [on]
    complaint.acknowledge_call(call_note=None, by=people["engineer"], on=on)
    assert awaited(complaint, "acknowledge_call") == {"sales_manager", "production_manager"}
    with pytest.raises(NotAllowed):
        complaint.acknowledge_call(call_note=None, by=people["engineer"], on=on)


def test_of_a_department_without_a_named_head_one_answer_is_enough(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting")
    assert {"sales_clerk", "sales_manager"} <= awaited(complaint, "acknowledge_call")
    complaint.acknowledge_call(call_note="我来", by=people["sales_clerk"], on=on)
    assert awaited(complaint, "acknowledge_call") & {"sales_clerk", "sales_manager"} == set()
    assert (people["sales_clerk"], "sales") in complaint.current_call.expected()


def test_whoever_calls_the_meeting_needs_no_call(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", uncalled=True)
    made_head(people["quality_supervisor"], "quality", people["administrator"], on)
    complaint.call_meeting(
        meets_at=on, meeting_place="现场", department="quality", by=people["quality_supervisor"], on=on
    )
    assert "quality_supervisor" not in awaited(complaint, "acknowledge_call")


def test_the_meeting_waits_for_no_answer_and_ends_the_tasks(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting")
    held(complaint, people, on)
    assert (awaited(complaint, "acknowledge_call"), list(verify_tasks(on))) == (set(), [])


def test_a_head_who_has_left_is_not_awaited(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting")
    people["engineer"].leave(reason=None, by=people["administrator"], on=on)
    assert ("engineer" in awaited(complaint, "acknowledge_call"), list(verify_tasks(on))) == (False, [])


def test_another_round_calls_another_meeting(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", route="meeting")
    complaint.refuse(response_on=day_of(on), response_note="数量不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **TO_MEET)
    assert complaint.holds("not_called", on)
    call_meeting(complaint, people, on + timedelta(hours=1))
    assert [call.round for call in complaint.meeting_calls] == [1, 2]


def test_a_meeting_of_before_there_were_calls_may_be_held_at_once(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", uncalled=True)
    complaint.call_needed = None
    steps = {step.name for step in complaint.open_steps(on)}
    assert {"meet", "call_meeting"} <= steps
    held(complaint, people, on)
    assert complaint.current_meeting is not None


def test_a_place_names_who_confirmed_that_nothing_is_there(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", met=True)
    complaint.dispose(by=people["quality_supervisor"], on=on, plan_needed=False, **decisions(people, on))
    places = {place.place: place for place in complaint.meeting_book.places}
    assert (places["wip"].none_confirmed_by, places["affected"].defect_qty) == (
        people["warehouse_keeper"].name,
        3,
    )
    places["wip"].confirmed_by_id = places["wip"].confirmer = None
    places["wip"].confirmed_by = "仓库甲"  # as it was typed before
    assert places["wip"].none_confirmed_by == "仓库甲"


def test_each_at_the_meeting_has_a_role_in_the_team(complaint_in):
    complaint = complaint_in("answering", route="meeting", met=True)
    assert {row.team_role for row in complaint.meeting_book.attendees} == {"member"}


def test_a_meeting_that_is_moved_calls_everybody_again_at_the_new_time(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting")
    complaint.acknowledge_call(call_note="到", by=people["engineer"], on=on)
    later = on + timedelta(days=1)
    made_head(people["production_manager"], "production", people["administrator"], on)
    complaint.move_meeting(
        meets_at=later, meeting_place="二楼", reason="客户改期", by=people["quality_supervisor"], on=on
    )
    assert {"engineer", "production_manager"} <= awaited(complaint, "acknowledge_call")
    due = select(Task.due_at).where(Task.name == "acknowledge_call").distinct()
    assert list(db.session.execute(due).scalars()) == [later]
    call = complaint.current_call
    assert (call.meets_at, call.meeting_place, len(complaint.meeting_calls)) == (later, "二楼", 1)
    assert complaint.latest_events(1)[0].details["note"] == "客户改期"
    assert list(verify_tasks(on)) == []


@pytest.mark.parametrize("options", [{"uncalled": True}, {"met": True}])
def test_only_a_meeting_that_is_called_and_not_held_is_moved(complaint_in, people, on, options):
    complaint = complaint_in("answering", route="meeting", **options)
    with pytest.raises(NotOpen):
        complaint.move_meeting(
            meets_at=on, meeting_place="二楼", reason="改期", by=people["quality_supervisor"], on=on
        )
