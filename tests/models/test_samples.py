"""Customer contacts and defect samples (5.2.1.3): where each is now, of whom it is awaited, when it is
due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.records.tasks import Task
from tests.support import day_of


@pytest.fixture
def arrive(people, on):
    def receive(complaint, moment=None):
        facts = {
            "sample_id": complaint.samples[-1].id,
            "sent_on": None,
            "received_on": day_of(moment or on),
            "received_qty": 2,
            "location": "样品柜",
        }
        complaint.receive_sample(**facts, by=people["warehouse_keeper"], on=moment or on)

    return receive


def waiting(complaint) -> list[tuple]:
    query = select(Task.name, Task.due_at).where(
        Task.kind == "complaint", Task.record_id == complaint.id, Task.name == "receive_sample"
    )
    return [tuple(row) for row in db.session.execute(query)]


def test_a_sample_asked_for_is_awaited_until_the_end_of_the_day_it_should_come(complaint_in, arrive):
    complaint = complaint_in("analysing", sample="awaited")
    assert waiting(complaint) == [("receive_sample", complaint.sample_due_at)]
    assert complaint.sample_due_at.date() == complaint.samples[0].expected_on
    arrive(complaint)
    assert (waiting(complaint), complaint.sample_due_at) == ([], None)


def test_the_soonest_of_several_is_the_one_that_is_due(complaint_in, people, on):
    complaint = complaint_in("analysing", sample="awaited")
    soon = day_of(on) + timedelta(days=1)
    complaint.request_sample(
        quantity=1,
        requested_on=day_of(on),
        expected_on=soon,
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    complaint.request_sample(
        quantity=1,
        requested_on=day_of(on),
        expected_on=None,
        note="不急",
        by=people["quality_inspector"],
        on=on,
    )
    assert complaint.sample_due_at.date() == soon


def test_a_sample_is_where_it_was_last_put_until_its_end(complaint_in, people, on):
    complaint = complaint_in("analysing", sample="here")
    complaint.move_sample(
        sample_id=complaint.samples[0].id, location="工程部", by=people["quality_inspector"], on=on
    )
    assert (complaint.samples[0].location, complaint.samples[0].is_here) == ("工程部", True)
    complaint.end_sample(
        sample_id=complaint.samples[0].id,
        sample_end="scrapped",
        ended_on=day_of(on),
        note="已销毁",
        by=people["quality_inspector"],
        on=on,
    )
    assert (complaint.samples[0].is_here, complaint.samples[0].note) == (False, "已销毁")
    with pytest.raises(NotOpen):
        complaint.move_sample(
            sample_id=complaint.samples[0].id, location="仓库", by=people["quality_inspector"], on=on
        )


@pytest.mark.both_databases
def test_a_sample_that_never_came_is_no_longer_awaited(complaint_in, people, on):
    complaint = complaint_in("analysing", sample="awaited")
    complaint.end_sample(
        sample_id=complaint.samples[0].id,
        sample_end="never_came",
        ended_on=day_of(on),
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert (complaint.samples[0].is_awaited, waiting(complaint)) == (False, [])


def test_a_sample_outlives_its_complaint(complaint_in, people, on):
    complaint = complaint_in("closed", sample="here")
    complaint.end_sample(
        sample_id=complaint.samples[0].id,
        sample_end="given_back",
        ended_on=day_of(on),
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert (complaint.state, complaint.samples[0].sample_end) == ("closed", "given_back")


def test_the_warehouse_receives_a_sample_but_does_not_ask_for_one(complaint_in, people, on, arrive):
    complaint = complaint_in("analysing", sample="awaited")
    arrive(complaint)
    with pytest.raises(NotAllowed):
        complaint.request_sample(
            quantity=1,
            requested_on=day_of(on),
            expected_on=None,
            note=None,
            by=people["warehouse_keeper"],
            on=on,
        )


def test_the_limit_runs_on_while_a_sample_is_awaited(complaint_in, arrive, on):
    complaint = complaint_in("analysing", sample="awaited", heard_at=on - timedelta(days=1))
    due = complaint.reply_due_at
    arrive(complaint, on + timedelta(days=5))
    assert (complaint.reply_due_at, complaint.first_due_at, complaint.paused_until) == (due, due, None)


def test_where_the_factory_pauses_the_limit_it_moves_by_the_days_of_waiting(complaint_in, arrive, on, paused):
    complaint = complaint_in(
        "analysing", sample="awaited", heard_at=on
    )  # heard and asked for on Tuesday the 10th, expected on the 13th
    assert (complaint.reply_due_at.date(), complaint.paused_until) == (
        date(2026, 3, 16),
        date(2026, 3, 13),
    )  # Sunday the 15th moves to Monday
    arrive(complaint, on + timedelta(days=1))
    assert (complaint.reply_due_at.date(), complaint.first_due_at, complaint.paused_until) == (
        date(2026, 3, 13),
        complaint.reply_due_at,
        None,
    )


def test_a_sample_that_never_came_was_awaited_until_it_was_given_up(complaint_in, people, on, paused):
    complaint = complaint_in("analysing", sample="awaited", heard_at=on)
    later = on + timedelta(days=9)
    complaint.end_sample(
        sample_id=complaint.samples[0].id,
        sample_end="never_came",
        ended_on=day_of(later),
        note=None,
        by=people["quality_inspector"],
        on=later,
    )
    assert complaint.reply_due_at.date() == date(2026, 3, 23)


def test_a_deadline_of_the_customers_is_not_paused(complaint_in, on, paused):
    complaint = complaint_in("analysing", sample="awaited", customer_deadline=on + timedelta(days=1))
    assert (complaint.reply_due_at, complaint.paused_until) == (on + timedelta(days=1), None)


def test_a_sample_that_comes_after_the_reply_moves_nothing(complaint_in, arrive, on, paused):
    complaint = complaint_in("awaiting_customer", sample="awaited", heard_at=on)
    due = complaint.reply_due_at
    assert complaint.paused_until is None
    arrive(complaint, on + timedelta(days=20))
    assert complaint.reply_due_at == due


def test_a_sample_expected_on_no_day_pauses_nothing_until_it_comes(complaint_in, people, arrive, on, paused):
    complaint = complaint_in("analysing", heard_at=on)
    complaint.request_sample(
        quantity=1,
        requested_on=day_of(on),
        expected_on=None,
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert (complaint.reply_due_at.date(), complaint.paused_until) == (date(2026, 3, 12), None)
    arrive(complaint, on + timedelta(days=1))
    assert complaint.reply_due_at.date() == date(2026, 3, 13)
    for expected in (None, date(2026, 3, 12)):
        complaint.request_sample(
            quantity=1,
            requested_on=day_of(on),
            expected_on=expected,
            note=None,
            by=people["quality_inspector"],
            on=on,
        )
    assert complaint.paused_until == date(2026, 3, 12)


def test_where_nothing_is_paused_a_sample_does_not_count_the_days_anew(complaint_in, people, customer, on):
    complaint = complaint_in("analysing")
    due = complaint.reply_due_at
    customer.edit(by=people["sales_clerk"], on=on, reply_days=30)
    complaint.request_sample(
        quantity=1,
        requested_on=day_of(on),
        expected_on=day_of(on),
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert complaint.reply_due_at == due


def test_the_end_of_a_sample_keeps_what_was_noted_before(complaint_in, people, on):
    complaint = complaint_in("analysing")
    complaint.request_sample(
        quantity=1,
        requested_on=day_of(on),
        expected_on=None,
        note="请寄原包装",
        by=people["quality_inspector"],
        on=on,
    )
    complaint.end_sample(
        sample_id=complaint.samples[0].id,
        sample_end="never_came",
        ended_on=day_of(on),
        note=None,
        by=people["quality_inspector"],
        on=on,
    )
    assert complaint.samples[0].note == "请寄原包装"


def test_a_talk_is_kept_with_who_spoke(complaint_in, people, on):
    complaint = complaint_in("received")
    complaint.contact(
        at=on, channel="phone", contact_name="王工", said="同意寄样", by=people["sales_clerk"], on=on
    )
    assert [(one.said, one.by.username) for one in complaint.contacts] == [("同意寄样", "sales_clerk")]
