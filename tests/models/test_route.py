"""The route of an inspector's analysis (5.2.2.1, Q11): the quality supervisor confirms it, chooses another or
sends the analysis back, and nothing is answered before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import current_app
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.rules import AnalysisRule
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records import procedure
from cs.records.departments import Membership
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.support import BLOCK_B, NOT_OURS, SENT, SETTLED, TO_MEET, day_of

ANSWERS = (
    "settle",
    "explain",
    "call_meeting",
    "meet",
    "dispose",
    "issue_result",
    "send_reply",
    "reply_directly",
)


def tasks_of(complaint) -> dict[str, Task]:
    query = select(Task).where(Task.kind == "complaint", Task.record_id == complaint.id)
    return {task.name: task for task in db.session.execute(query).scalars()}


@pytest.fixture
def analysed(complaint_in, people, on):
    """analysed(by, **block B): a complaint whose analysis that role has signed."""

    def confirm(by="quality_inspector", **values):
        complaint = complaint_in("analysing")
        complaint.confirm(by=people[by], on=on, **BLOCK_B | values)
        return complaint

    return confirm


@pytest.fixture
def confirm_route(people, on):
    """confirm_route(complaint, route, reason): the quality supervisor signs."""

    def sign(complaint, route="occasional", reason=None):
        complaint.confirm_route(route=route, route_reason=reason, by=people["quality_supervisor"], on=on)

    return sign


def open_names(complaint, on) -> set[str]:
    return {step.name for step in complaint.open_steps(on)}


def test_an_inspectors_route_is_a_task_of_the_quality_supervisor_due_with_the_reply(analysed):
    complaint = analysed()
    assert complaint.route_unconfirmed is True
    (task,) = tasks_of(complaint).values()
    assert (task.name, task.permission, task.due_at) == (
        "confirm_route",
        "settle_complaint",
        complaint.reply_due_at,
    )


@pytest.mark.parametrize("block", [BLOCK_B, NOT_OURS, TO_MEET], ids=["occasional", "not ours", "meeting"])
def test_nothing_is_answered_before_the_route_is_confirmed(analysed, on, block):
    assert open_names(analysed(**block), on).isdisjoint(ANSWERS)


@pytest.mark.parametrize(
    ("block", "opened"), [(BLOCK_B, "settle"), (NOT_OURS, "explain"), (TO_MEET, "call_meeting")]
)
def test_the_confirmed_route_opens_what_it_leads_to(analysed, confirm_route, on, block, opened):
    complaint = analysed(**block)
    confirm_route(complaint, block["route"])
    assert open_names(complaint, on) & set(ANSWERS) == {opened}
    assert [signature.meaning for signature in complaint.signatures] == ["analysed", "route_confirmed"]


def test_the_supervisor_may_choose_another_route_with_a_reason(analysed, confirm_route, on):
    complaint = analysed()
    confirm_route(complaint, "meeting", "本月第三次")
    assert (complaint.route, complaint.route_reason, complaint.proposed_route) == (
        "meeting",
        "本月第三次",
        "occasional",
    )
    assert "call_meeting" in open_names(complaint, on)


def test_a_supervisor_who_signs_the_analysis_signs_once(analysed, on):
    complaint = analysed("quality_supervisor")
    assert complaint.route_unconfirmed is None
    assert open_names(complaint, on) & {"confirm_route", "send_back", "settle"} == {"settle"}


def test_a_person_with_both_roles_signs_once(complaint_in, people, on):
    person = people["quality_inspector"]
    person.memberships.append(Membership(user_id=person.id, department="quality", role="quality_supervisor"))
    complaint = complaint_in("analysing")
    complaint.confirm(by=person, on=on, **BLOCK_B)
    assert list(tasks_of(complaint)) == ["settle"]


def test_with_the_setting_off_the_inspectors_route_stands(analysed, on, monkeypatch):
    book = replace(procedure.rulebook(), analysis=AnalysisRule(supervisor_confirms=False))
    monkeypatch.setitem(current_app.extensions, "rulebook", book)
    complaint = analysed()
    assert (complaint.route_unconfirmed, list(tasks_of(complaint))) == (None, ["settle"])


def test_a_record_analysed_before_the_upgrade_counts_as_confirmed(analysed, on):
    complaint = analysed()
    complaint.route_unconfirmed = None  # which earlier versions did not have
    assert "settle" in open_names(complaint, on)
    assert "confirm_route" not in open_names(complaint, on)


@pytest.mark.parametrize("role", ["quality_inspector", "sales_manager", "general_manager", "auditor"])
def test_nobody_else_confirms_the_route_or_sends_the_analysis_back(analysed, people, on, role):
    complaint = analysed()
    with pytest.raises(NotAllowed):
        complaint.confirm_route(route="occasional", route_reason=None, by=people[role], on=on)
    with pytest.raises(NotAllowed):
        complaint.send_back(reason="原因不明", by=people[role], on=on)


def test_what_is_confirmed_is_not_confirmed_again_nor_sent_back(analysed, confirm_route, people, on):
    complaint = analysed()
    confirm_route(complaint)
    with pytest.raises(NotOpen):
        confirm_route(complaint, "meeting", "改走会议")
    with pytest.raises(NotOpen):
        complaint.send_back(reason="原因不明", by=people["quality_supervisor"], on=on)


def test_an_analysis_sent_back_is_a_task_of_quality_again_with_the_reason(analysed, people, on):
    complaint = analysed()
    due_at = complaint.reply_due_at
    complaint.send_back(reason="未查批次范围", by=people["quality_supervisor"], on=on)
    (task,) = tasks_of(complaint).values()
    assert (complaint.state, task.name, task.permission, task.due_at) == (
        "analysing",
        "confirm",
        "analyse_complaint",
        due_at,
    )
    assert "未查批次范围" in task.subject
    assert (complaint.events[-1].name, complaint.events[-1].details["note"]) == ("send_back", "未查批次范围")


def test_the_next_analysis_of_an_inspector_awaits_the_supervisor_again(analysed, people, on):
    complaint = analysed()
    complaint.send_back(reason="未查批次范围", by=people["quality_supervisor"], on=on)
    complaint.confirm(by=people["quality_inspector"], on=on, **BLOCK_B)
    assert (complaint.sent_back_reason, list(tasks_of(complaint))) == (None, ["confirm_route"])


def test_an_amendment_does_not_confirm_the_route(analysed, people, on):
    complaint = analysed()
    complaint.amend(amendment_reason="更正订单号", order_no="PO-9", by=people["sales_clerk"], on=on)
    assert list(tasks_of(complaint)) == ["confirm_route"]


def test_after_a_refusal_the_inspectors_route_is_confirmed_anew(analysed, confirm_route, people, on):
    complaint = analysed()
    confirm_route(complaint)
    complaint.settle(by=people["quality_supervisor"], on=on, settled_on=day_of(on), **SETTLED)
    complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
    complaint.refuse(response_on=day_of(on), response_note="原因不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_inspector"], on=on, **BLOCK_B)
    assert list(tasks_of(complaint)) == ["confirm_route"]
    assert open_names(complaint, on).isdisjoint(ANSWERS)


def test_the_confirmed_route_says_whether_a_corrective_action_is_needed(analysed, confirm_route):
    complaint = analysed()
    assert complaint.needs_capa is False
    confirm_route(complaint, "meeting", "本月第三次")
    assert (complaint.capa_needed, sorted(tasks_of(complaint))) == (True, ["call_meeting", "issue_capa"])


def test_a_route_that_the_supervisor_overrules_leaves_no_need_behind(analysed, confirm_route):
    complaint = analysed(route="meeting", route_reason="客户要求开会")
    confirm_route(complaint, "occasional", "单件偶发，无需开会")
    assert (complaint.needs_capa, list(tasks_of(complaint))) == (False, ["settle"])


def test_a_grave_complaint_needs_its_corrective_action_on_whatever_route(analysed, confirm_route):
    complaint = analysed(severity="critical", route="meeting")
    confirm_route(complaint, "occasional", "客户同意简化处理")
    assert (complaint.capa_needed, sorted(tasks_of(complaint))) == (True, ["issue_capa", "settle"])


def test_milder_words_after_a_later_refusal_do_not_end_a_confirmed_need(analysed, confirm_route, people, on):
    complaint = analysed(severity="critical", route="meeting")
    confirm_route(complaint, "occasional", "客户同意简化处理")
    complaint.settle(by=people["quality_supervisor"], on=on, settled_on=day_of(on), **SETTLED)
    complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
    complaint.refuse(response_on=day_of(on), response_note="原因不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_inspector"], on=on, **BLOCK_B | {"severity": "minor"})
    assert complaint.needs_capa is True


def test_the_chain_and_the_tasks_hold_throughout(analysed, confirm_route, people, on):
    complaint = analysed()
    complaint.send_back(reason="未查批次范围", by=people["quality_supervisor"], on=on)
    complaint.confirm(by=people["quality_inspector"], on=on, **BLOCK_B)
    confirm_route(complaint)
    db.session.commit()
    assert [*verify_records(), *verify_tasks(on)] == []
