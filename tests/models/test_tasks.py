"""My work's index: what `advance` wrote is what the rows say, in every state; taken by one, given back,
kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from cs.extensions import db
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks, waits_for, work_counts
from cs.records.personal_tasks import rebuild_tasks
from cs.records.tasks import Task
from tests.support import attach_mail
from tests.tables import COMPLAINT, COMPLAINT_SITUATIONS

# state (and what else): the one task there is, which permission takes it, whether it is due
AWAITED = {
    "passed on to sales": [("register", "log_complaint", True)],
    "sent back by sales": [("see_decline", "see_refusal", False)],
    "received": [("receive", "analyse_complaint", True)],
    "under analysis": [("confirm", "analyse_complaint", True)],
    "route not confirmed": [("confirm_route", "settle_complaint", True)],
    "occasional, to be settled": [("settle", "settle_complaint", True)],
    "occasional, settled": [("send_reply", "reply_to_customer", True)],
    "not ours, to be explained": [("explain", "analyse_complaint", True)],
    "not ours, explained": [("send_reply", "reply_to_customer", True)],
    "with the customer": [("follow_up", "reply_to_customer", True)],
    "closed, to be opened again": [("decide_reopen", "close_complaint", False)],
    "closed, not opened again": [("see_reopen_refusal", "see_refusal", False)],
    "with the customer, sent late": [("follow_up", "reply_to_customer", True)],
    "accepted": [("close", "close_complaint", False)],
    "meeting, to be called": [
        ("call_meeting", "settle_complaint", True),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, to be held": [
        ("meet", "settle_complaint", True),
        ("acknowledge_call", "countersign", True),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, held": [("dispose", "settle_complaint", True), ("issue_capa", "settle_complaint", False)],
    "meeting, goods decided on": [
        ("issue_result", "settle_complaint", True),
        ("countersign", "countersign", True),
        ("do_disposition", "carry_out_disposition", True),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, result issued": [
        ("send_reply", "reply_to_customer", True),
        ("countersign", "countersign", True),
        ("do_disposition", "carry_out_disposition", True),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, with the customer, plan wanted": [
        ("follow_up", "reply_to_customer", True),
        ("countersign", "countersign", True),
        ("do_disposition", "carry_out_disposition", True),
        ("plan", "plan_goods", False),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, accepted, goods not done": [
        ("do_disposition", "carry_out_disposition", True),
        ("issue_capa", "settle_complaint", False),
    ],
    "meeting, accepted, no CAPA issued": [("issue_capa", "settle_complaint", False)],
    "meeting, accepted, its CAPA not verified": [],
    "meeting, accepted, all done": [("close", "close_complaint", False)],
    "occasional, settled, measures open": [
        ("send_reply", "reply_to_customer", True),
        ("do_measure", "answer_capa", True),
    ],
    "occasional, with the customer, effect unchecked": [
        ("follow_up", "reply_to_customer", True),
        ("check_effect", "settle_complaint", True),
    ],
    "occasional, accepted, measures open": [("do_measure", "answer_capa", True)],
    "occasional, accepted, effect unchecked": [("check_effect", "settle_complaint", True)],
    "occasional, accepted, effective": [("close", "close_complaint", False)],
    "change of the clock waits": [
        ("receive", "analyse_complaint", True),
        ("consent_clock", "consent_to_clock", False),
    ],
    "change of the clock refused": [
        ("receive", "analyse_complaint", True),
        ("see_clock_refusal", "see_refusal", False),
    ],
    "sample awaited": [("confirm", "analyse_complaint", True), ("receive_sample", "receive_sample", True)],
    "sample here": [("confirm", "analyse_complaint", True)],
}
SITUATIONS = [one for one in COMPLAINT_SITUATIONS if "silent" not in one.options]


def tasks() -> list[Task]:
    return list(db.session.execute(select(Task).order_by(Task.id)).scalars())


def written() -> list[tuple]:
    return [
        (
            task.kind,
            task.record_id,
            task.name,
            task.step,
            task.permission,
            task.user_id,
            task.due_at,
            task.title,
            task.subject,
        )
        for task in tasks()
    ]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_each_state_awaits_what_the_clauses_say_of_whom_they_say(complaint_in, situation):
    complaint = complaint_in(situation.state, **situation.options)
    own = [task for task in tasks() if task.kind == "complaint"]
    assert {(task.name, task.permission, task.due_at is not None) for task in own} == set(
        AWAITED.get(situation.name, [])
    )
    assert {(task.title, task.record_id) for task in own} <= {(complaint.number, complaint.id)}


def test_a_meetings_heads_are_awaited_by_name_each_once(complaint_in):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    awaited = [task.user_id for task in tasks() if task.name == "countersign"]
    assert awaited == sorted({one.user_id for one in complaint.meeting_book.attendees if one.must_sign})


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_rebuilding_writes_what_advance_wrote(complaint_in, situation, on):
    complaint_in(situation.state, **situation.options)
    before = written()
    db.session.execute(delete(Task))
    assert rebuild_tasks(on) == len(before)
    assert sorted(written(), key=str) == sorted(before, key=str)  # by what they say: they get new ids


@pytest.mark.both_databases
def test_rebuilding_removes_what_nobody_awaits_and_keeps_who_took_what(complaint_in, people, on):
    complaint_in("closed")
    complaint_in("received")
    tasks()[0].take(people["quality_inspector"], on)
    db.session.execute(
        text(
            "INSERT INTO tasks (kind, record_id, name, step, permission, since, title, subject) VALUES "
            "('complaint', 1, 'receive', 'receive', 'analyse_complaint', '2026-01-01', 'x', 'x'), "
            "('complaint', 2, 'confirm', 'confirm', 'analyse_complaint', '2026-01-01', 'x', 'x')"
        )
    )
    assert rebuild_tasks(on) == 1
    db.session.expire_all()
    assert [(task.record_id, task.name, task.taken_by_id) for task in tasks()] == [
        (2, "receive", people["quality_inspector"].id)
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DELETE FROM tasks", "is awaited otherwise than its tasks say"),
        ("UPDATE tasks SET permission = 'read'", "is awaited otherwise than its tasks say"),
        ("UPDATE tasks SET due_at = NULL", "is awaited otherwise than its tasks say"),
        ("UPDATE tasks SET record_id = 77", "has tasks, but nothing is awaited"),
    ],
)
def test_verify_finds_tasks_that_are_not_what_the_rows_say(complaint_in, on, change, what):
    complaint_in("received")
    assert list(verify_tasks(on)) == []
    db.session.execute(text(change))
    db.session.expire_all()
    assert [fault.what for fault in verify_tasks(on)][-1] == what


def test_a_task_is_due_with_the_reply(complaint_in):
    complaint = complaint_in("received")
    assert tasks()[0].due_at == complaint.reply_due_at


def test_a_follow_up_is_due_ten_days_after_the_reply(complaint_in, on):
    complaint_in("awaiting_customer")
    assert tasks()[0].due_at == on + timedelta(days=10)


def test_an_amended_deadline_moves_the_task(complaint_in, people, on):
    complaint = complaint_in("received")
    complaint.amend(
        amendment_reason="更正",
        by=people["sales_clerk"],
        on=on,
        customer_deadline=on + timedelta(days=30),
        evidence_id=attach_mail(complaint, "amend", by=people["sales_clerk"], on=on).id,
    )
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert [(task.due_at, task.since) for task in tasks()] == [(on + timedelta(days=30), on)]


def test_every_task_of_the_rows_is_seen_in_this_table():
    from cs.procedure.complaints import STEPS

    assert {step.task for step in STEPS if step.task} == {
        name for awaited in AWAITED.values() for name, _permission, _due in awaited
    }
    assert len(COMPLAINT) == len(STEPS)


def test_a_person_takes_a_task_and_gives_it_back(complaint_in, people, on):
    complaint_in("received")
    task = tasks()[0]
    task.take(people["quality_inspector"], on)
    assert (task.taken_by_id, task.taken_at) == (people["quality_inspector"].id, on)
    task.give_back(people["quality_inspector"])
    assert (task.taken_by_id, task.taken_at) == (None, None)


def test_taking_twice_is_taking_once(complaint_in, people, on):
    complaint_in("received")
    tasks()[0].take(people["quality_inspector"], on)
    tasks()[0].take(people["quality_inspector"], on + timedelta(hours=1))
    assert tasks()[0].taken_by_id == people["quality_inspector"].id


def test_a_colleagues_name_is_not_overwritten(complaint_in, people, on):
    complaint_in("received")
    tasks()[0].take(people["quality_inspector"], on)
    with pytest.raises(NotOpen):
        tasks()[0].take(people["quality_supervisor"], on)
    with pytest.raises(NotAllowed):
        tasks()[0].give_back(people["quality_supervisor"])
    assert tasks()[0].taken_by_id == people["quality_inspector"].id


@pytest.mark.parametrize("role", ["sales_clerk", "engineer", "auditor", "administrator"])
def test_who_may_not_take_the_step_may_not_take_the_task(complaint_in, people, on, role):
    complaint_in("received")
    with pytest.raises(NotAllowed):
        tasks()[0].take(people[role], on)


def test_a_task_of_a_named_person_is_not_taken_by_another(complaint_in, people, on):
    complaint_in("received")
    tasks()[0].user_id = people["quality_supervisor"].id
    with pytest.raises(NotAllowed):
        tasks()[0].take(people["quality_inspector"], on)


def test_who_took_it_keeps_it_while_it_stands_and_no_longer(complaint_in, people, on):
    complaint = complaint_in("received")
    tasks()[0].take(people["quality_inspector"], on)
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, order_no="PO-9")
    assert tasks()[0].taken_by_id == people["quality_inspector"].id
    complaint.receive(by=people["quality_inspector"], on=on)
    assert [(task.name, task.taken_by_id) for task in tasks()] == [("confirm", None)]


@pytest.mark.both_databases
def test_work_waits_for_who_may_do_it(complaint_in, people, on):
    for state in ("passed_on", "received", "awaiting_customer", "accepted"):
        complaint_in(state)
    waiting = {
        role: db.session.execute(select(Task.name).where(waits_for(person, on)).order_by(Task.id))
        .scalars()
        .all()
        for role, person in people.items()
    }
    assert {role: names for role, names in waiting.items() if names} == {
        "sales_clerk": ["register", "follow_up"],
        "sales_manager": ["register", "follow_up"],
        "quality_inspector": ["receive"],
        "quality_supervisor": ["receive", "close"],
    }


def test_the_counts_are_those_of_the_tabs(complaint_in, people, on):
    late = on - timedelta(days=20)
    for _ in range(3):
        complaint_in("received")
    complaint_in("analysing", on=late)
    first, second, *_ = tasks()
    first.take(people["quality_inspector"], on)
    second.take(people["quality_supervisor"], on)
    db.session.commit()
    assert work_counts(people["quality_inspector"], on) == {
        "all": 4,
        "mine": 1,
        "open": 2,
        "colleagues": 1,
        "late": 1,
    }
    assert work_counts(people["sales_clerk"], on) == {
        "all": 0,
        "mine": 0,
        "open": 0,
        "colleagues": 0,
        "late": 0,
    }
    assert work_counts(people["administrator"], on) == {
        "all": 0,
        "mine": 0,
        "open": 0,
        "colleagues": 0,
        "late": 0,
    }
