"""What another department passes on (5.2.1.2): its own numbers, the way back when it is declined; and the
acknowledgement to the customer (7.4-24a)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.procedure.workflow import NotAllowed
from cs.records.record import by_number
from cs.records.search import search_conditions
from cs.records.tasks import Task
from cs.records.verification import verify_records
from cs.registers.complaints import LISTING
from tests.support import BLOCK_A, GOODS

ACKNOWLEDGED = {"acknowledged_channel": "phone"}


def register(complaint, people, on):
    complaint.register(by=people["sales_clerk"], on=on, **BLOCK_A)
    return complaint


# Numbers


def test_the_register_has_no_gaps_whatever_is_passed_on(complaint_in, people, on):
    logged = complaint_in("received")
    declined, void = complaint_in("declined"), complaint_in("passed_on")
    void.void(reason="重复", by=people["sales_manager"], on=on)
    registered = register(complaint_in("passed_on"), people, on)
    assert (declined.number, void.number) == ("ZD-202603-0001", "ZD-202603-0002")
    assert (registered.number, registered.passed_on_number) == ("CC-202603-0002", "ZD-202603-0003")
    numbers = db.session.execute(LISTING.columns.with_only_columns(Complaint.number)).scalars()
    assert sorted(numbers) == [logged.number, registered.number]


def test_it_is_found_by_both_of_its_numbers(complaint_in, people, on):
    complaint = register(complaint_in("passed_on"), people, on)
    assert by_number(Complaint, "zd-202603-0001") is complaint
    assert by_number(Complaint, "CC-202603-0001") is complaint
    for number in (complaint.number, complaint.passed_on_number):
        assert db.session.query(Complaint).filter(*search_conditions(Complaint, number)).all() == [complaint]


def test_a_number_that_was_given_before_never_changes(complaint_in, people, on):
    """Passed on by an earlier version, with a number of the complaints."""
    complaint = complaint_in("passed_on")
    complaint.number, complaint.passed_on_number = "CC-202603-0077", None
    register(complaint, people, on)
    assert complaint.number == "CC-202603-0077"


# Declined


def tasks_of(complaint):
    rows = db.session.query(Task).filter_by(kind="complaint", record_id=complaint.id)
    return [(row.name, row.user_id) for row in rows]


def test_what_is_declined_comes_back_to_who_passed_it_on(complaint_in, people, on):
    complaint = complaint_in("sent_back")
    assert tasks_of(complaint) == [("see_decline", people["quality_inspector"].id)]
    with pytest.raises(NotAllowed):
        complaint.see_decline(by=people["quality_supervisor"], on=on)
    complaint.see_decline(by=people["quality_inspector"], on=on)
    assert (complaint.state, tasks_of(complaint)) == ("declined", [])


def test_it_is_changed_and_passed_on_again_in_one_act(complaint_in, people, on):
    complaint = complaint_in("sent_back")
    number, due = complaint.number, complaint.reply_due_at
    complaint.pass_on_again(
        by=people["quality_inspector"],
        on=on + timedelta(days=3),
        amendment_reason="客户确认是投诉",
        **GOODS | {"description": "客户书面投诉右声道无声"},
    )
    assert (complaint.state, complaint.number, complaint.reply_due_at) == ("passed_on", number, due)
    assert (complaint.decline_reason, complaint.description) == (None, "客户书面投诉右声道无声")
    assert tasks_of(complaint) == [("register", None)]
    assert list(verify_records()) == []


# 7.4-24a


def test_the_receipt_is_acknowledged_to_the_customer_once(complaint_in, people, on):
    complaint = complaint_in("received")
    complaint.acknowledge(by=people["sales_clerk"], on=on, acknowledged_at=on, **ACKNOWLEDGED)
    assert (complaint.acknowledged_at, complaint.acknowledged_by_id) == (on, people["sales_clerk"].id)
    assert "acknowledge" not in [step.name for step in complaint.steps_for(people["sales_clerk"], on)]
