"""409: a step that is not open says what is in its way."""

from __future__ import annotations

import pytest

CLOSED_STEPS = {
    # a state that the step does not start from: the states in which it can be taken
    "state": ("quality_inspector", {"state": "received"}, "confirm", "只有在以下状态才能办理：分析中。"),
    # conditions that do not hold yet
    "condition": (
        "sales_clerk",
        {"state": "answering", "route": "meeting", "met": True},
        "send_reply",
        "须满足以下条件才能办理：回复已备好。",
    ),
    "two conditions": (
        "quality_supervisor",
        {"state": "answering", "route": "meeting", "uncalled": True},
        "issue_result",
        "须满足以下条件才能办理：已作处理决议。",
    ),
    # and what keeps a complaint from closing
    "blockers": (
        "quality_supervisor",
        {"state": "accepted", "route": "meeting"},
        "close",
        "须开出纠正预防措施报告，并验证有效。",
    ),
}


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("case", CLOSED_STEPS)
def test_a_closed_step_says_what_is_in_its_way(as_role, complaint_in, case, htmx):
    role, situation, step, words = CLOSED_STEPS[case]
    complaint = complaint_in(**situation)
    page = as_role(role).get(f"/complaints/{complaint.id}/{step}", htmx=htmx)
    assert page.status == 409
    assert words in page.soup.select_one("[role=alert]").get_text()


def test_a_return_names_the_lines_that_keep_a_step_closed(as_role, return_in):
    record = return_in("expected")
    page = as_role("warehouse_keeper").get(f"/returns/{record.id}/all_counted")
    assert page.status == 409
    alert = page.soup.select_one("[role=alert]").get_text()
    assert "须满足以下条件才能办理：全部清点。" in alert
    assert "尚未清点" in alert


def test_issuing_a_needed_capa_is_the_first_button_where_it_is_what_comes_next(as_role, complaint_in):
    complaint = complaint_in("accepted", route="meeting", done=True, countersigned=True)
    page = as_role("quality_supervisor").get(f"/complaints/{complaint.id}")
    button = page.soup.select_one(f".next-action a[href='/capa/new?complaint={complaint.id}']")
    assert "btn-primary" in button["class"]
