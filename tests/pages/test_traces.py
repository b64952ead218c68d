"""The access log: what leaves a trace, who reads it, and that nobody waits for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from cs.cli.setup import set_up
from cs.extensions import db
from cs.records.events import last_recorded
from cs.records.traces import Trace
from cs.records.users import User
from cs.web.tracing import MAX_QUEUED, write_queued
from tests.support import PASSWORD, kept

URL = "/traces/"


@pytest.fixture(autouse=True)
def _nothing_queued(app):
    app.extensions["traces"].clear()


@pytest.fixture
def traces(app):
    """traces(): what is in the log: (kind, username, target)."""

    def read() -> list[tuple]:
        with app.app_context():
            write_queued()
            rows = db.session.execute(
                select(Trace.kind, User.username, Trace.target)
                .outerjoin(User, User.id == Trace.user_id)
                .order_by(Trace.id)
            )
            return [tuple(row) for row in rows]

    return read


@pytest.mark.both_databases
def test_logins_and_wrong_passwords_leave_a_trace(as_role, traces):
    nobody = as_role(None).get("/login")
    nobody.send("/login", username="planner", password="wrong")
    nobody.send("/login", username="planner", password=PASSWORD)
    nobody.get("/account").post("/logout")
    assert traces()[-3:] == [
        ("wrong_password", "planner", ""),
        ("login", "planner", ""),
        ("logout", "planner", ""),
    ]


def test_a_password_typed_as_a_user_name_is_not_written_down(as_role, traces):
    nobody = as_role(None).get("/login")
    nobody.send("/login", username="my secret", password="planner")
    assert traces()[-1] == ("wrong_password", None, "")


def test_a_wrong_password_under_a_signature_leaves_a_trace(as_role, traces):
    new = {"new_password": "a second password", "repeat_password": "a second password"}
    as_role("planner").step("/account", current_password="wrong", **new)
    assert traces()[-1] == ("wrong_password", "planner", "/account")


def test_a_refusal_leaves_a_trace(as_role, traces):
    as_role("planner").get("/admin/people/")
    assert traces()[-1] == ("refused", "planner", "GET /admin/people/")


def test_an_export_and_a_printed_form_leave_a_trace(as_role, traces, complaint_in):
    complaint = complaint_in("received")
    clerk = as_role("sales_clerk")
    clerk.get("/reports/complaints.csv?from=2026-01-01")
    clerk.get(f"/complaints/{complaint.id}.pdf")
    assert traces()[-2:] == [
        ("export", "sales_clerk", "/reports/complaints.csv?from=2026-01-01"),
        ("export", "sales_clerk", f"/complaints/{complaint.id}.pdf"),
    ]


def test_pages_and_their_parts_leave_none(as_role, traces):
    clerk = as_role("sales_clerk")
    before = traces()
    for url in (
        "/complaints/",
        "/static/cs.css",
        "/bootstrap/static/css/bootstrap.min.css",
        "/assets/htmx.js",
    ):
        assert clerk.get(url).status == 200
    assert traces() == before


def test_nobody_waits_for_a_trace(app, as_role, traces):
    planner = as_role("planner")
    with app.app_context():
        writer = db.engine.connect().execution_options(writes=True)
    with writer.begin():  # another writer holds the lock
        began = time.monotonic()
        assert planner.get("/admin/people/").status == 403
        assert time.monotonic() - began < 0.5
    writer.close()
    assert traces()[-1][0] == "refused"


def test_traces_stay_queued_while_the_database_is_busy(app, as_role, traces, monkeypatch):
    as_role("planner").get("/admin/people/")

    def busy(**_options):
        raise OperationalError("", {}, Exception("locked"))

    with app.app_context():
        monkeypatch.setattr("cs.web.tracing.begin_write", busy)
        with pytest.raises(OperationalError):
            write_queued()
        monkeypatch.undo()
    assert traces()[-1][0] == "refused"


def test_a_flood_does_not_fill_the_memory(app):
    assert app.extensions["traces"].maxlen == MAX_QUEUED


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("auditor", 200), ("general_manager", 200), ("sales_manager", 403)],
)
@pytest.mark.parametrize("url", [URL, "/traces/accounts"])
def test_those_who_watch_read_the_log(as_role, role, status, url):
    assert as_role(role).get(url).status == status


@pytest.mark.both_databases
def test_the_log_is_narrowed_by_person_kind_and_day(app, as_role, people, traces):
    for role in ("planner", "engineer"):
        as_role(role).get("/admin/people/")
    traces()
    auditor = as_role("auditor")

    def lines(**criteria):
        query = "&".join(f"{name}={value}" for name, value in criteria.items())
        return len(auditor.get(f"{URL}?{query}").soup.select("tbody tr"))

    today = datetime.now(UTC).date()
    planner = people["planner"].id
    assert lines(kind="refused") == 2
    assert lines(kind="refused", person=planner) == 1
    assert lines(to=str(today - timedelta(days=3))) == 0


def test_the_log_pages_by_key(app, as_role):
    app.config["CS_PAGE_ROWS"] = 2
    planner = as_role("planner")
    for number in range(1, 6):
        planner.get(f"/admin/people/{number}")
    with app.app_context():
        write_queued()
    auditor, seen = as_role("auditor"), []
    url = f"{URL}?kind=refused"
    while url:
        auditor.get(url)
        seen += [row.select("td")[-1].text for row in auditor.soup.select("tbody tr")]
        link = auditor.soup.select_one("a[rel=next]")
        url = link.get("href") if link else None
    assert seen == [f"GET /admin/people/{number}" for number in range(5, 0, -1)]


def test_traces_go_after_their_days(app, as_role, traces):
    as_role("planner").get("/admin/people/")
    traces()
    with kept(app):
        last = last_recorded()
        assert last is not None
        old = last - timedelta(days=app.config["CS_TRACE_DAYS"], seconds=1)
        db.session.execute(update(Trace).values(at=old))
    with app.app_context():
        set_up(datetime.now(UTC))
        assert db.session.query(Trace).count() == 0


def test_a_second_person_sees_what_the_administrator_does_to_accounts(as_role, people):
    as_role("administrator").step(f"/admin/people/{people['planner'].id}/password")
    manager = as_role("general_manager").get("/traces/accounts")
    lines = [row.get_text(" ", strip=True) for row in manager.soup.select("tbody tr")]
    assert any("停用旧密码" in line and people["planner"].name in line for line in lines)
    assert any("发账号单" in line for line in lines)
