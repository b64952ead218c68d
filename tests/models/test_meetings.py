"""The meeting (5.2.2.4): who speaks for a department, who must sign, who carries out what; what keeps a
complaint from its close; what recurs (3.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.meeting import representatives
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.tasks import Task
from cs.records.users import User
from tests.support import HEADS, ISSUED, SENT, TO_MEET, call_meeting, day_of, decisions


def awaited(complaint, name: str) -> set[str]:
    """The people of whom it is awaited by name."""
    query = (
        select(User.username)
        .join(Task, Task.user_id == User.id)
        .where(Task.record_id == complaint.id, Task.kind == "complaint", Task.name == name)
    )
    return set(db.session.execute(query).scalars())


def made_head(person: User, department: str, by: User, on) -> None:
    person.edit(
        name=person.name,
        memberships=[(row.department, row.role, row.department == department) for row in person.memberships],
        note=None,
        by=by,
        on=on,
    )


# Who speaks for a department


def test_where_no_head_is_named_any_of_the_department_speaks_for_it():
    assert {one.username for one in representatives("sales")} == {"sales_clerk", "sales_manager"}


def test_a_named_head_speaks_alone_until_leaving(people, on):
    made_head(people["sales_manager"], "sales", people["administrator"], on)
    assert [one.username for one in representatives("sales")] == ["sales_manager"]
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert [one.username for one in representatives("sales")] == ["sales_clerk"]


def test_only_heads_of_the_three_departments_sign(complaint_in, people, on):
    made_head(people["sales_manager"], "sales", people["administrator"], on)
    complaint = complaint_in("answering", route="meeting")
    there = [(role, department) for department, role in HEADS.items()] + [
        ("sales_clerk", "sales"),
        ("planner", "planning"),
    ]
    complaint.meet(
        met_at=on,
        department="production",
        minutes="x",
        by=people["quality_supervisor"],
        on=on,
        attendees=[{"user_id": people[role].id, "department": department} for role, department in there],
    )
    assert {one.user.username for one in complaint.meeting_book.attendees if one.must_sign} == set(
        HEADS.values()
    )
    complaint.dispose(by=people["quality_supervisor"], on=on, plan_needed=False, **decisions(people, on))
    assert awaited(complaint, "countersign") == set(HEADS.values())


# Countersignatures


def test_a_countersignature_is_awaited_from_the_decision_on_the_goods_on(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", met=True)
    assert awaited(complaint, "countersign") == set()
    complaint.dispose(by=people["quality_supervisor"], on=on, plan_needed=False, **decisions(people, on))
    assert awaited(complaint, "countersign") == set(HEADS.values())


def test_each_head_signs_once_and_by_name(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    complaint.countersign(by=people["engineer"], on=on)
    assert (awaited(complaint, "countersign"), complaint.signatures[-1].user_id) == (
        {"sales_manager", "production_manager"},
        people["engineer"].id,
    )
    for person in ("engineer", "quality_supervisor", "auditor"):
        with pytest.raises(NotAllowed):
            complaint.countersign(by=people[person], on=on)


def test_a_head_who_has_left_is_not_waited_for(complaint_in, people, on):
    complaint = complaint_in("accepted", route="meeting", done=True, verified=True)
    complaint.countersign(by=people["sales_manager"], on=on)
    complaint.countersign(by=people["production_manager"], on=on)
    assert complaint.holds("nothing_open", on) is False
    people["engineer"].leave(reason=None, by=people["administrator"], on=on)
    assert (complaint.holds("nothing_open", on), awaited(complaint, "countersign")) == (True, set())


def test_a_head_who_comes_back_is_asked_at_once(complaint_in, people, on):
    complaint = complaint_in("accepted", route="meeting", done=True, verified=True)
    for role in ("sales_manager", "production_manager"):
        complaint.countersign(by=people[role], on=on)
    people["engineer"].leave(reason=None, by=people["administrator"], on=on)
    people["engineer"].come_back(reason=None, by=people["administrator"], on=on)
    assert (
        awaited(complaint, "countersign"),
        complaint.holds("nothing_open", on),
        list(verify_tasks(on)),
    ) == (
        {"engineer"},
        False,
        [],
    )


def test_a_head_who_has_no_work_here_any_more_is_not_waited_for(complaint_in, people, on):
    complaint = complaint_in("accepted", route="meeting", done=True)
    engineer = people["engineer"]
    engineer.edit(
        name=engineer.name,
        memberships=[(None, "auditor", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    assert (awaited(complaint, "countersign"), list(verify_tasks(on))) == (
        {"sales_manager", "production_manager"},
        [],
    )


# Dispositions and plan


def test_an_owner_is_reminded_until_the_own_rows_are_done(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    assert awaited(complaint, "do_disposition") == {"quality_inspector", "production_manager"}
    row = complaint.meeting_book.dispositions[0]
    complaint.do_disposition(
        disposition_id=row.id, done_on=day_of(on), done_note="已报废", by=people["quality_inspector"], on=on
    )
    assert (row.done_on, awaited(complaint, "do_disposition")) == (day_of(on), {"production_manager"})
    with pytest.raises(NotAllowed):
        complaint.do_disposition(
            disposition_id=complaint.meeting_book.dispositions[1].id,
            done_on=day_of(on),
            done_note=None,
            by=people["quality_inspector"],
            on=on,
        )


def test_the_soonest_open_disposition_says_when_it_is_due(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    assert complaint.disposition_due_at.date() == day_of(on)
    complaint.do_disposition(
        disposition_id=complaint.meeting_book.dispositions[0].id,
        done_on=day_of(on),
        done_note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert complaint.disposition_due_at.date() == day_of(on) + timedelta(days=2)


@pytest.mark.both_databases
def test_what_was_the_part_of_one_who_left_falls_to_who_leads_the_meeting(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    people["production_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert awaited(complaint, "do_disposition") == {"quality_inspector", "quality_supervisor"}
    assert [row.place for row in complaint.meeting_book.dispositions_of(people["quality_supervisor"])] == [
        "finished"
    ]
    complaint.do_disposition(
        disposition_id=complaint.meeting_book.dispositions[1].id,
        done_on=day_of(on),
        done_note=None,
        by=people["quality_supervisor"],
        on=on,
    )
    assert complaint.meeting_book.dispositions[1].done_on == day_of(on)


def test_what_was_the_part_of_one_who_left_is_nobody_elses(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    people["production_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert [complaint.meeting_book.dispositions_of(people[role]) for role in ("sales_clerk", "planner")] == [
        [],
        [],
    ]
    with pytest.raises(NotAllowed):
        complaint.do_disposition(
            disposition_id=complaint.meeting_book.dispositions[1].id,
            done_on=day_of(on),
            done_note=None,
            by=people["planner"],
            on=on,
        )


def test_of_two_own_dispositions_the_one_that_is_named_is_done(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", met=True)
    decided = decisions(people, on)
    for row in decided["dispositions"]:
        row["owner_id"] = people["planner"].id
    complaint.dispose(by=people["quality_supervisor"], on=on, plan_needed=False, **decided)
    complaint.do_disposition(
        disposition_id=complaint.meeting_book.dispositions[1].id,
        done_on=day_of(on),
        done_note=None,
        by=people["planner"],
        on=on,
    )
    assert [row.done_on is not None for row in complaint.meeting_book.dispositions] == [False, True]


def test_an_owner_who_comes_back_is_asked_at_once_even_where_nobody_stood_in(complaint_in, people, on):
    complaint = complaint_in("accepted", route="meeting", countersigned=True)
    gone = [people[role] for role in ("quality_inspector", "production_manager", "quality_supervisor")]
    for one in gone:
        one.leave(reason=None, by=people["administrator"], on=on)
    assert awaited(complaint, "do_disposition") == set()
    gone[1].come_back(reason=None, by=people["administrator"], on=on)
    assert (awaited(complaint, "do_disposition"), list(verify_tasks(on))) == ({"production_manager"}, [])


def test_what_was_the_part_of_one_without_work_here_falls_to_who_leads_the_meeting(complaint_in, people, on):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    manager = people["production_manager"]
    manager.edit(
        name=manager.name,
        memberships=[(None, "auditor", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    assert (awaited(complaint, "do_disposition"), list(verify_tasks(on))) == (
        {"quality_inspector", "quality_supervisor"},
        [],
    )
    assert [row.place for row in complaint.meeting_book.dispositions_of(people["quality_supervisor"])] == [
        "finished"
    ]


def test_planning_is_asked_only_where_the_meeting_wants_a_plan(complaint_in, people, on):
    with pytest.raises(NotOpen):
        complaint_in("answering", route="meeting", disposed=True).plan(
            plan="x", plan_quantity=1, plan_due_on=day_of(on), by=people["planner"], on=on
        )
    complaint = complaint_in("answering", route="meeting", disposed=True, plan_needed=True)
    complaint.plan(plan="周三重工", plan_quantity=40, plan_due_on=day_of(on), by=people["planner"], on=on)
    assert (complaint.meetings[0].planned_by_id, complaint.holds("plan_wanted", on)) == (
        people["planner"].id,
        False,
    )


# The close


@pytest.mark.parametrize(
    ("options", "ends"),
    [
        ({"countersigned": True, "done": True, "verified": True}, set()),
        ({"countersigned": True, "verified": True}, {"dispositions"}),
        ({"done": True, "verified": True}, {"countersigners"}),
        ({"countersigned": True, "done": True, "plan_needed": True, "verified": True}, {"plan"}),
        ({"countersigned": True, "done": True}, {"capa_wanted"}),
        ({"countersigned": True, "done": True, "capa": True}, {"capas"}),
    ],
)
def test_a_complaint_closes_when_nothing_of_it_is_open(complaint_in, people, on, options, ends):
    complaint = complaint_in("accepted", route="meeting", **options)
    assert (set(complaint.open_ends(on)), complaint.holds("nothing_open", on)) == (ends, not ends)
    if ends:
        with pytest.raises(NotOpen):
            complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)


@pytest.mark.both_databases
def test_a_capa_takes_the_close_out_of_my_work_at_once(complaint_in, people, on):
    complaint = complaint_in("accepted", route="meeting", countersigned=True, done=True, verified=True)
    query = select(Task.name).where(Task.kind == "complaint", Task.record_id == complaint.id)
    assert list(db.session.execute(query).scalars()) == ["close"]
    capa = Capa.issue(
        source="complaint",
        complaint_id=complaint.id,
        problem="虚焊",
        department="production",
        due_on=day_of(on),
        on=on,
        by=people["quality_supervisor"],
    )
    assert list(db.session.execute(query).scalars()) == []
    capa.void(reason="重复", by=people["quality_supervisor"], on=on)
    assert list(db.session.execute(query).scalars()) == ["close"]


# A second round


def test_a_refused_result_asks_for_another_meeting_and_stops_nothing_of_the_first(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", route="meeting")
    supervisor = people["quality_supervisor"]
    complaint.refuse(response_on=day_of(on), response_note="数量不符", by=people["sales_clerk"], on=on)
    assert awaited(complaint, "do_disposition") == {"quality_inspector", "production_manager"}
    complaint.confirm(by=people["quality_supervisor"], on=on, **TO_MEET)
    assert (complaint.round, complaint.holds("met", on), complaint.holds("disposed", on)) == (2, False, False)
    call_meeting(complaint, people, on)
    complaint.meet(
        met_at=on,
        department="production",
        minutes="再议",
        attendees=[{"user_id": people["engineer"].id, "department": "engineering"}],
        by=supervisor,
        on=on,
    )
    complaint.dispose(by=supervisor, on=on, plan_needed=False, **decisions(people, on))
    complaint.issue_result(by=supervisor, on=on, **ISSUED)
    complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
    assert (
        [one.round for one in complaint.meetings],
        [row.round for row in complaint.meeting_book.dispositions],
    ) == (
        [1, 2],
        [1, 1, 2, 2],
    )
    complaint.countersign(by=people["engineer"], on=on)
    assert [one.round for one in complaint.meeting_book.attendees if one.countersigned_at] == [1, 2]


def test_the_plan_of_a_second_meeting_leaves_that_of_the_first(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", route="meeting", plan_needed=True)
    complaint.plan(plan="周三重工", plan_quantity=40, plan_due_on=day_of(on), by=people["planner"], on=on)
    complaint.refuse(response_on=day_of(on), response_note="数量不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **TO_MEET)
    supervisor = people["quality_supervisor"]
    call_meeting(complaint, people, on)
    complaint.meet(met_at=on, department="production", minutes="再议", attendees=[], by=supervisor, on=on)
    complaint.dispose(by=supervisor, on=on, plan_needed=True, **decisions(people, on))
    complaint.plan(plan="周五补货", plan_quantity=3, plan_due_on=day_of(on), by=people["planner"], on=on)
    assert [one.plan for one in complaint.meetings] == ["周三重工", "周五补货"]


# 3.4


@pytest.mark.parametrize(
    ("days", "more", "repeats"),
    [
        (60, {}, True),
        (181, {}, True),
        (182, {}, False),
        (60, {"product_id": None}, False),  # 10 September is the 181st day before 10 March
    ],
)
def test_a_repeat_has_the_same_customer_model_and_defect_within_six_months(
    complaint_in, on, days, more, repeats
):
    earlier = complaint_in("closed", on=on - timedelta(days=days), heard_at=on - timedelta(days=days), **more)
    again = complaint_in("answering", heard_at=on)
    assert (again.repeat_of_id, again.proposed_route) == (
        (earlier.id, "meeting") if repeats else (None, "occasional")
    )


@pytest.mark.parametrize("state", ["void", "received"])
def test_what_is_void_or_not_analysed_yet_makes_no_repeat(complaint_in, on, state):
    complaint_in(state, on=on - timedelta(days=9))
    assert complaint_in("answering").repeat_of_id is None


def test_of_two_alike_only_the_later_repeats(complaint_in, on):
    first, second = complaint_in("answering"), complaint_in("answering")
    assert (first.repeat_of_id, second.repeat_of_id) == (None, first.id)


def test_another_customer_with_the_same_defect_is_a_hint_and_no_repeat(complaint_in, people, on):
    from cs.models.customers import Customer

    other = Customer.create(
        by=people["sales_clerk"],
        on=on,
        short_name="远声",
        full_name="深圳远声电子有限公司",
        customer_type="oem",
        contacts=[{"name": "李工", "phone": "13900139000"}],
    )
    elsewhere = complaint_in("closed", on=on - timedelta(days=30), customer_id=other.id)
    complaint = complaint_in("answering")
    assert complaint.repeat_of_id is None
    assert complaint.like_cases(1, "no_sound", "FUN") == ([], [elsewhere])


# The rows of a meeting


@pytest.mark.both_databases
def test_the_rows_of_earlier_versions_are_given_to_the_meeting_of_their_round(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", route="meeting")
    complaint.refuse(response_on=day_of(on), response_note="数量不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **TO_MEET)
    supervisor = people["quality_supervisor"]
    call_meeting(complaint, people, on)
    complaint.meet(met_at=on, department="production", minutes="再议", attendees=[], by=supervisor, on=on)
    complaint.dispose(by=supervisor, on=on, plan_needed=False, **decisions(people, on))
    forget_what_came_later(complaint)
    db.session.commit()
    before, content = rows_by_meeting(complaint), complaint.content_hash()
    db.session.close()
    downgrade(revision="0008")
    upgrade()
    after = db.session.get(Complaint, complaint.id)
    assert (rows_by_meeting(after), after.content_hash()) == (before, content)
    assert [len(ids) for ids in before.values()] == [11, 8]  # the second had no attendees


def forget_what_came_later(complaint: Complaint) -> None:
    """Empty what earlier versions did not have."""
    complaint.capa_needed = complaint.call_needed = complaint.reply_days = None
    complaint.meeting_calls = []
    for row in complaint.meeting_book.attendees:
        row.team_role = None
    for place in complaint.meeting_book.places:
        place.defect_qty, place.confirmed_by_id, place.confirmed_by = None, None, "仓库甲"


def rows_by_meeting(complaint: Complaint) -> dict[int, list[int]]:
    """{round: ids of the meeting's rows}"""
    return {
        meeting.round: [row.id for row in (*meeting.attendees, *meeting.places, *meeting.dispositions)]
        for meeting in complaint.meetings
    }
