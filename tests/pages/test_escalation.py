"""Escalation on the pages (5.3.4): the named role sees whom to call, everybody sees that a line is escalated,
nobody signs out of turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.records.tasks import Task
from tests.returned import Replenishments
from tests.support import PASSWORD, kept

pytestmark = pytest.mark.both_databases

LONG_AGO = timedelta(days=21)  # three weeks hold eight working hours, whatever feasts lie in them


@pytest.fixture
def waiting(app, people, on, complaint_in):
    """waiting(…): an application that waits since three weeks ago; `since` another moment."""
    complaint, made = complaint_in("received"), []

    def make(state="filed", *, since=on - LONG_AGO, **options):
        with kept(app):
            made.append(Replenishments(people, since, complaint.id)(state, **options))
        return made[-1]

    return make


def titles(browser, part: str) -> list[str]:
    return [
        link.get_text(strip=True) for link in browser.soup.select(f"{part} a") if " · " in link.get_text()
    ]


def test_the_general_manager_sees_whom_to_call_in_the_queue(as_role, waiting):
    record = waiting()
    queue = as_role("general_manager").get("/approvals/")
    part = queue.soup.select_one(".escalated")
    assert [
        row.select(".approval-facts span")[1].get_text(" ", strip=True) for row in part.select(".approval")
    ] == ["等待 生产经理甲、业务经理甲"]
    assert all(
        words in part.get_text()
        for words in ("升级", record.number, "已升级：总经理", "个工作小时", "华声汽配")
    )
    assert part.select_one(".approval a")["href"] == f"/replenishments/{record.id}"
    assert queue.get(f"/replenishments/{record.id}").status == 200


def test_and_in_my_work(as_role, waiting):
    record = waiting()
    desk = as_role("general_manager").get("/")
    rows = desk.soup.select(".escalated .work-row")
    assert [row.select_one(".work-step").get_text(strip=True) for row in rows] == ["生产经理甲、业务经理甲"]
    assert rows[0].select_one("a")["href"] == f"/replenishments/{record.id}"
    assert [number.get_text() for number in desk.soup.select(".cards b")] == [
        "0",
        "0",
        "0",
        "0",
        "0",
        "1",
    ]  # counted beside, not as the general manager's own work


def test_where_a_role_is_awaited_its_people_are_named(as_role, complaint_in, on):
    complaint_in("analysing", on=on - LONG_AGO)
    manager = as_role("general_manager")
    for page, part in (("/approvals/", ".escalated"), ("/approvals/?whose=escalated", "#rows")):
        assert "检验员、品质主管: 检验员甲、品质主管甲" in manager.get(page).soup.select_one(part).get_text()
    assert "检验员甲、品质主管甲" in manager.get("/").soup.select_one(".escalated .work-step").get_text()


def test_nothing_is_shown_before_its_hours_are_over(as_role, waiting, on):
    waiting(since=on)
    manager = as_role("general_manager")
    assert [manager.get(page).soup.select(".escalated") for page in ("/", "/approvals/")] == [[], []]


@pytest.mark.parametrize("role", ["sales_manager", "production_manager", "sales_clerk", "auditor"])
def test_nobody_else_has_that_part(as_role, waiting, role):
    waiting()
    browser = as_role(role)
    assert [browser.get(page).soup.select(".escalated") for page in ("/", "/approvals/")] == [[], []]
    assert browser.get("/approvals/?whose=escalated").soup.select(".approval") == []


def test_the_line_itself_says_to_all_that_it_is_escalated(as_role, waiting, on):
    waiting()
    waiting(since=on)
    for role, page in (
        ("sales_manager", "/approvals/"),
        ("sales_manager", "/"),
        ("auditor", "/approvals/?whose=all&what=replenishment.sign"),
    ):
        lines = [
            row.get_text()
            for row in as_role(role).get(page).soup.select(".approval, .work-row")
            if "核准补货" in row.get_text()
        ]
        assert len(lines) in (2, 4)
        assert sum("已升级：总经理" in line for line in lines) == len(lines) / 2, page


def test_the_record_says_it_too(as_role, waiting, on):
    old, new, clerk = waiting(), waiting(since=on), as_role("sales_clerk")
    assert ["已升级：总经理" in clerk.get(f"/replenishments/{one.id}").text for one in (old, new)] == [
        True,
        False,
    ]


def test_what_the_general_manager_is_asked_is_marked_as_late_only(as_role, waiting):
    waiting(price="1000", signed=("sales_manager", "production_manager"))
    queue = as_role("general_manager").get("/approvals/")
    assert queue.soup.select(".escalated") == []
    assert "超过规定时限 · 自" in queue.text
    assert "已升级" not in queue.text


def test_to_see_it_is_not_to_sign_it(as_role, waiting):
    record, manager = waiting(price="1000"), as_role("general_manager")
    assert manager.get("/approvals/").soup.select(".approval-buttons a") == []
    assert manager.get(f"/replenishments/{record.id}/sign").status == 403
    fields = {"version": str(record.version), "seen": record.face_hash(), "password": PASSWORD}
    assert manager.post(f"/replenishments/{record.id}/sign", fields).status == 403


def test_it_is_gone_when_it_is_signed(as_role, waiting):
    record = waiting()
    for role in ("sales_manager", "production_manager"):
        as_role(role).step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    manager = as_role("general_manager")
    assert [manager.get(page).soup.select(".escalated") for page in ("/", "/approvals/")] == [[], []]


def test_the_first_five_stand_above_and_all_a_click_away(app, as_role, waiting):
    for _ in range(6):
        waiting()
    manager = as_role("general_manager").get("/approvals/")
    assert len(manager.soup.select(".escalated .approval")) == 5
    more, kind = manager.soup.select(".escalated header a")
    assert (more.get_text(" ", strip=True), more["href"]) == ("升级 6", "/approvals/?whose=escalated")
    assert (kind.get_text(), kind["href"]) == (
        "补货 · 核准补货 6",
        "/approvals/?whose=escalated&what=replenishment.sign",
    )
    assert len(manager.get(kind["href"]).soup.select(".approval")) == 6
    assert len(manager.get(more["href"]).soup.select(".approval")) == 6
    app.config["CS_PAGE_ROWS"] = 4
    assert len(manager.get(more["href"]).soup.select(".approval")) == 4
    following = manager.get(manager.soup.select_one(".pager a[rel=next]")["href"])
    assert (len(following.soup.select(".approval")), following.soup.select(".escalated")) == (2, [])


def test_a_queue_that_is_narrowed_shows_what_was_asked_for_alone(as_role, waiting):
    waiting()
    manager = as_role("general_manager")
    pages = ("/approvals/?whose=all", "/approvals/?what=complaint.close", "/?whose=late")
    assert [manager.get(page).soup.select(".escalated") for page in pages] == [[], [], []]


def test_all_that_waits_too_long_is_found_from_the_clause(as_role, waiting, on):
    waiting()
    waiting(since=on)
    auditor = as_role("auditor").get("/procedure/")
    link = auditor.soup.find("a", string="2 项签核超过规定时限")
    assert link["href"] == "/approvals/?whose=all&waits=beyond"
    assert len(auditor.get(link["href"]).soup.select(".approval")) == 2


def test_the_workflow_page_says_after_how_many_hours_and_to_whom(as_role):
    rows = as_role("auditor").get("/procedure/workflow/replenishment").soup.select("tbody tr")
    assert [
        row.th.get_text().split()[0]
        for row in rows
        if "超过 8 个工作小时同时显示给：总经理" in row.get_text()
    ] == ["核准补货", "驳回"]


@pytest.mark.parametrize("page", ["/", "/approvals/"])
@pytest.mark.parametrize("role", ["general_manager", "sales_manager"])
def test_the_queues_ask_as_often_for_many_as_for_one(as_role, waiting, count_queries, page, role):
    reader, counts = as_role(role), []
    for _ in range(2):
        waiting()
        with count_queries() as ran:
            assert reader.get(page).status == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_a_task_of_a_kind_that_the_file_does_not_escalate_is_left_alone(app, as_role, waiting):
    waiting()
    with app.app_context():
        db.session.query(Task).update({"name": "see_change"})
        db.session.commit()
    assert as_role("general_manager").get("/").soup.select(".escalated") == []


def test_a_signature_asked_of_one_manager_is_theirs_in_my_work_and_is_not_taken(as_role, waiting):
    waiting()
    row = as_role("sales_manager").get("/").soup.select_one(".work-row")
    assert (row.select_one(".work-step").get_text(strip=True), row.select(".work-take form")) == ("我", [])
