"""Old cases come in by one verb (5.6): whole or not at all, with tasks as their rows say, signed by
nobody."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.procedure.workflow import NotAllowed
from cs.queries.my_work import verify_tasks
from cs.records.events import verify_events
from cs.records.personal_tasks import rebuild_tasks
from cs.records.tasks import Task
from cs.records.verification import verify_records

FILE = ["2023年台账.xlsx", "0" * 64]
DAYS = {"heard_on": date(2023, 5, 8), "reply_due_on": None, "replied_on": None, "closed_on": None}
OLD = DAYS | {"state": "received", "customer_id": 1, "product_id": 1, "description": "无声", "reply": None}
REPLY = {"cause": "虚焊", "actions": "点检", "response": None}


def old(number: str, **changed: object) -> dict:
    return OLD | {"old_number": number, "natural_key": number} | changed


@pytest.fixture
def bring_in(people, on):
    return lambda *rows, by="sales_manager": Complaint.bring_in(
        list(rows), lines=[*range(2, len(rows) + 2)], files=[FILE], by=people[by], on=on
    )


@pytest.mark.parametrize("role", ["sales_clerk", "quality_supervisor", "general_manager", "administrator"])
def test_nobody_but_the_sales_manager_brings_old_cases_in(bring_in, role):
    with pytest.raises(NotAllowed):
        bring_in(old("1"), by=role)


def test_the_tasks_of_an_import_are_those_that_a_rebuild_writes(bring_in, on):
    bring_in(
        old("1"),
        old("2", state="awaiting_customer", replied_on=date(2023, 5, 9), reply=REPLY),
        old("3", state="closed", closed_on=date(2023, 6, 1)),
        old("4", state="accepted", replied_on=date(2023, 5, 9), reply=REPLY | {"response": "accepted"}),
    )

    def told() -> list[tuple]:
        return [
            (one.record_id, one.name, one.permission, one.due_at, one.title, one.subject, one.taken_by_id)
            for one in db.session.query(Task).order_by(Task.id)
        ]

    before = told()
    assert [one[:2] for one in before] == [(1, "receive"), (2, "follow_up"), (4, "close")]
    assert (rebuild_tasks(on), told(), [*verify_tasks(on)]) == (3, before, [])


def test_what_was_brought_in_stands_in_the_chain_and_goes_on(bring_in, people, on):
    (made,) = bring_in(old("1"))
    made.receive(by=people["quality_inspector"], on=on)
    assert [(event.name, event.role, event.state) for event in made.events] == [
        ("import", "sales_manager", "received"),
        ("receive", "quality_inspector", "analysing"),
    ]
    assert ([*verify_events(), *verify_records()], made.signatures) == ([], [])


@pytest.mark.parametrize("same", [{"old_number": "2"}, {"natural_key": "2"}])
def test_a_number_or_line_that_is_there_keeps_the_whole_table_out(bring_in, same):
    with pytest.raises(IntegrityError):
        bring_in(old("2"), old("3", **same))
    db.session.rollback()
    assert db.session.query(Complaint).count() == 0


def test_lines_without_a_number_of_their_own_come_in_side_by_side(bring_in):
    made = bring_in(old("1", old_number=None), old("2", old_number=None))
    assert [one.number for one in made] == ["CC-202305-0001", "CC-202305-0002"]


def test_the_days_are_kept_as_their_beginning_in_the_factory(bring_in):
    (made,) = bring_in(
        old("1", state="closed", replied_on=date(2023, 5, 9), closed_on=date(2023, 5, 9), reply=REPLY)
    )
    assert [moment.isoformat() for moment in (made.heard_at, made.replied_at, made.closed_at)] == [
        "2023-05-08T00:00:00+08:00",
        "2023-05-09T00:00:00+08:00",
        "2023-05-09T00:00:00+08:00",
    ]
    assert made.reply.in_time is True


def test_without_a_due_day_the_days_agreed_with_the_customer_count(bring_in, customer, people, on):
    customer.edit(by=people["sales_clerk"], on=on, reply_days=7)
    made = bring_in(old("1"), old("2", reply_due_on=date(2023, 5, 12)))
    assert [one.reply_due_at.date() for one in made] == [date(2023, 5, 15), date(2023, 5, 12)]
