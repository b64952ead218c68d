"""Goods that arrive after the close of their complaint (5.3.5): it is opened again, or another is made."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.returns.customer_return import Return
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.returned import LINES, SLIP, WANTED, Returns

REASON = "客户结案后又退回四件"


@pytest.fixture
def returns(people, on):
    return Returns(people, on)


def awaited(record) -> list[str]:
    query = select(Task.name).where(Task.kind == record.kind, Task.record_id == record.id).order_by(Task.name)
    return list(db.session.execute(query).scalars())


def test_a_complaint_is_opened_again_with_the_reason_and_waits_for_its_close(complaint_in, people, on):
    complaint = complaint_in("closed")
    replied_at, signatures = complaint.replied_at, len(complaint.signatures)
    complaint.reopen(reason=REASON, by=people["quality_supervisor"], on=on)
    assert (complaint.state, complaint.closed_at, complaint.closing_note) == ("accepted", None, None)
    assert (complaint.replied_at, len(complaint.signatures)) == (replied_at, signatures)
    last = complaint.latest_events(1)[0]
    assert (last.name, last.clause, last.role, last.details["note"]) == (
        "reopen",
        "5.3.5",
        "quality_supervisor",
        REASON,
    )
    assert awaited(complaint) == ["close"]
    assert [*verify_records(), *verify_tasks(on)] == []


def test_what_was_opened_again_takes_a_return_and_closes_after_it(complaint_in, returns, people, on):
    complaint = complaint_in("closed")
    complaint.reopen(reason=REASON, by=people["quality_supervisor"], on=on)
    record = returns("confirmed", complaint_id=complaint.id)
    assert awaited(complaint) == []
    with pytest.raises(NotOpen):
        complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert awaited(complaint) == ["close"]
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert (complaint.state, complaint.closed_at) == ("closed", on)


@pytest.mark.parametrize("role", ["quality_inspector", "sales_manager", "warehouse_keeper"])
def test_nobody_else_opens_a_complaint_again(complaint_in, people, on, role):
    with pytest.raises(NotAllowed):
        complaint_in("closed").reopen(reason=REASON, by=people[role], on=on)


@pytest.mark.parametrize("state", ["accepted", "void", "declined"])
def test_only_what_is_closed_is_opened_again(complaint_in, people, on, state):
    with pytest.raises(NotOpen):
        complaint_in(state).reopen(reason=REASON, by=people["quality_supervisor"], on=on)


def test_no_return_joins_a_closed_complaint(complaint_in, people, on):
    complaint = complaint_in("closed")
    slip = SLIP | WANTED | {"lines": [dict(line) for line in LINES]}
    with pytest.raises(NotOpen):
        Return.register(complaint_id=complaint.id, by=people["sales_clerk"], on=on, **slip)
    assert db.session.query(Return).count() == 0


def test_goods_at_the_gate_wait_for_sales_whatever_became_of_their_complaint(complaint_in, returns):
    complaint_in("closed")
    record = returns("at_gate")
    assert (record.complaint_id, awaited(record)) == (None, ["take_over"])
    assert db.session.query(Complaint).count() == 1


def test_sales_asks_for_a_complaint_to_be_opened_again_and_the_supervisor_decides(complaint_in, people, on):
    complaint = complaint_in("closed")
    complaint.request_reopen(reason=REASON, by=people["sales_clerk"], on=on)
    assert (complaint.state, complaint.closed_at, awaited(complaint)) == ("closed", on, ["decide_reopen"])
    complaint.grant_reopen(by=people["quality_supervisor"], on=on)
    assert (complaint.state, complaint.reopen_request, awaited(complaint)) == ("accepted", None, ["close"])
    assert complaint.latest_events(1)[0].details["note"] == REASON
    assert [*verify_records(), *verify_tasks(on)] == []


def test_a_refusal_to_open_it_again_comes_back_to_who_asked(complaint_in, people, on):
    complaint = complaint_in("closed", reopening="refused")
    assert awaited(complaint) == ["see_reopen_refusal"]
    with pytest.raises(NotAllowed):
        complaint.see_reopen_refusal(by=people["sales_manager"], on=on)
    complaint.see_reopen_refusal(by=people["sales_clerk"], on=on)
    assert (complaint.state, complaint.reopen_refusal, awaited(complaint)) == ("closed", None, [])
    assert [*verify_records(), *verify_tasks(on)] == []


def test_a_refused_request_is_no_task_once_who_asked_has_left(complaint_in, people, on):
    complaint = complaint_in("closed", reopening="refused")
    people["sales_clerk"].leave(reason=None, by=people["administrator"], on=on)
    assert (awaited(complaint), list(verify_tasks(on))) == ([], [])
