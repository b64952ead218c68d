"""My work: what waits for whom, soonest first; taken, given back; fresh without losing the place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.records.company import CompanySettings
from cs.records.tasks import Task
from cs.records.users import User
from tests.support import SETTLED_FORM
from tests.tables import ROLES

pytestmark = pytest.mark.both_databases

SEEN_BY = {  # state: who finds it in My work
    "passed_on": {"sales_clerk", "sales_manager"},
    "received": {"quality_inspector", "quality_supervisor"},
    "analysing": {"quality_inspector", "quality_supervisor"},
    "answering": {"quality_supervisor"},
    "awaiting_customer": {"sales_clerk", "sales_manager"},
    "accepted": {"quality_supervisor"},
    "closed": set(),
    "sent_back": {"quality_inspector"},
    "declined": set(),
    "void": set(),
}


def titles(browser) -> list[str]:
    return [link.get_text(strip=True).split(" · ")[1] for link in browser.soup.select("#rows .work-what a")]


def counts(browser) -> list[int]:
    """In all, overdue, mine, nobody's, colleagues'."""
    return [int(number.get_text()) for number in browser.soup.select("#rows .cards b")]


def task_id(app) -> int:
    with app.app_context():
        return db.session.query(Task).order_by(Task.id).first().id


@pytest.mark.sqlite
@pytest.mark.parametrize("state", SEEN_BY)
def test_what_waits_is_seen_by_who_must_act_and_by_nobody_else(as_role, complaint_in, state):
    complaint = complaint_in(state)
    seen = {
        role
        for role in ROLES
        if role != "administrator" and titles(as_role(role).get("/")) == [complaint.number]
    }
    assert seen == SEEN_BY[state]


def test_the_first_page_after_login_is_my_work(as_role):
    browser = as_role(None).get("/login?next=/")
    browser.post("/login", username="sales_clerk", password="demo")
    assert (browser.status, browser.location) == (303, "/")
    assert "没有" in browser.get("/").text


def test_who_only_administers_is_sent_to_the_administration(as_role, app, on):
    administrator = as_role("administrator")
    assert administrator.get("/").location == "/admin/first-steps"
    with app.app_context():
        CompanySettings.set(first_steps_hidden=True, by=User.by_username("administrator"), on=on)
        db.session.commit()
    assert administrator.get("/").location == "/admin/"


def test_the_soonest_due_comes_first_and_what_is_late_is_marked(as_role, complaint_in, on):
    fresh, late = complaint_in("received"), complaint_in("received", on=on - timedelta(days=20))
    urgent = complaint_in("received", customer_deadline=on + timedelta(minutes=30))
    browser = as_role("quality_inspector").get("/")
    assert titles(browser) == [late.number, urgent.number, fresh.number]
    assert ["is-late" in row["class"] for row in browser.soup.select("#rows .work-row")] == [
        True,
        False,
        False,
    ]
    assert counts(browser) == [3, 1, 0, 3, 0]


def test_a_step_taken_leaves_one_desk_and_comes_to_the_next(as_role, complaint_in):
    complaint = complaint_in("answering")
    supervisor, clerk = as_role("quality_supervisor"), as_role("sales_clerk")
    supervisor.step(
        f"/complaints/{complaint.id}/settle",
        **SETTLED_FORM,
    )
    assert (titles(supervisor.get("/")), titles(clerk.get("/"))) == ([], [complaint.number])


def test_taking_shows_my_name_to_colleagues_and_giving_back_frees_it(as_role, complaint_in, app):
    complaint_in("received")
    inspector, supervisor = as_role("quality_inspector"), as_role("quality_supervisor")
    assert (inspector.post(f"/tasks/{task_id(app)}/take").status, inspector.location) == (303, "/")
    assert "检验员甲" in supervisor.get("/").soup.select_one("#rows .work-row").get_text()
    assert supervisor.soup.select("#rows .work-row form") == []
    assert (counts(inspector.get("/")), counts(supervisor)) == ([1, 0, 1, 0, 0], [1, 0, 0, 0, 1])
    assert [inspector.post(f"/tasks/{task_id(app)}/give-back").status for _press in range(2)] == [303, 303]
    assert counts(supervisor.get("/")) == [1, 0, 0, 1, 0]


def test_what_a_colleague_took_is_409_and_stays_theirs(as_role, complaint_in, app):
    complaint_in("received")
    inspector, supervisor = as_role("quality_inspector"), as_role("quality_supervisor")
    inspector.post(f"/tasks/{task_id(app)}/take")
    assert (supervisor.post(f"/tasks/{task_id(app)}/take").status, "检验员甲" in supervisor.text) == (
        409,
        True,
    )
    assert supervisor.post(f"/tasks/{task_id(app)}/take", htmx=True).status == 409
    assert supervisor.post(f"/tasks/{task_id(app)}/give-back").status == 403
    assert counts(inspector.get("/")) == [1, 0, 1, 0, 0]


@pytest.mark.parametrize("role", ["sales_clerk", "warehouse_keeper", "auditor", "administrator"])
def test_who_may_not_do_it_may_not_take_it(as_role, complaint_in, app, role):
    complaint_in("received")
    assert as_role(role).post(f"/tasks/{task_id(app)}/take").status == 403


@pytest.mark.parametrize("number", ["999", "0", str(2**31), "9" * 30, "x", "-1"])
def test_a_task_that_is_done_or_never_was_is_404(as_role, number):
    assert as_role("sales_clerk").post(f"/tasks/{number}/take").status == 404


def test_a_task_done_meanwhile_tells_htmx_so_in_fresh_rows(as_role, complaint_in, app):
    complaint_in("received")
    gone = task_id(app)
    inspector = as_role("quality_inspector", htmx=True)
    as_role("quality_supervisor").step("/complaints/1/receive")
    inspector.post(f"/tasks/{gone}/take")
    assert (
        inspector.status,
        inspector.soup.find(id="rows") is not None,
        inspector.soup.select_one(".messages").get_text(strip=True) != "",
    ) == (200, True, True)


@pytest.mark.parametrize(
    ("whose", "found"), [("", 3), ("mine", 1), ("open", 1), ("colleagues", 1), ("late", 3), ("nonsense", 3)]
)
def test_the_tabs_narrow_the_rows_to_their_counts(as_role, complaint_in, app, on, people, whose, found):
    for _ in range(3):
        complaint_in("received", on=on - timedelta(days=20))
    with app.app_context():
        first, second, _third = db.session.query(Task).order_by(Task.id)
        first.take(people["quality_inspector"], on)
        second.take(people["quality_supervisor"], on)
        db.session.commit()
    browser = as_role("quality_inspector").get(f"/?whose={whose}")
    assert (len(titles(browser)), counts(browser)) == (found, [3, 3, 1, 1, 1])


def test_a_task_of_a_named_person_is_theirs_and_not_to_be_taken(as_role, complaint_in):
    complaint_in("answering", route="meeting", disposed=True)
    engineer = as_role("engineer")
    assert [len(titles(engineer.get(f"/?whose={whose}"))) for whose in ("mine", "open")] == [1, 0]


def test_taking_keeps_the_filter(as_role, complaint_in, app):
    complaint_in("received")
    inspector = as_role("quality_inspector").get("/?whose=open")
    action = inspector.soup.select_one("#rows .work-row form")["action"]
    assert inspector.post(action).location == "/?whose=open"


def test_a_poll_gets_the_rows_and_is_no_activity(as_role, complaint_in, app):
    from cs.records.sessions import LoginSession

    complaint_in("received")
    inspector = as_role("quality_inspector")
    with app.app_context():
        for session in db.session.query(LoginSession):
            session.seen_at -= timedelta(minutes=30)
        db.session.commit()
        before = db.session.query(LoginSession).one().seen_at
    assert inspector.get("/", headers={"HX-Request": "true", "X-Poll": "1"}).status == 200
    with app.app_context():
        assert db.session.query(LoginSession).one().seen_at == before
    inspector.get("/")
    with app.app_context():
        assert db.session.query(LoginSession).one().seen_at > before


def test_an_empty_desk_says_so(as_role):
    assert as_role("engineer", language="en").get("/").soup.select_one("#rows .empty") is not None
