"""The administrator's pages: people, departments, the factory's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cs.extensions import db
from cs.models.holidays import SiteDay
from cs.records.departments import Department
from cs.records.events import Event, SiteHead
from cs.records.sessions import LoginSession
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.verification import verify_records
from tests.support import PASSWORD, ROLES, Browser


@pytest.fixture
def as_role(app):
    """Signed in by the login form itself: that is what these tests are about."""
    return lambda role, **options: Browser(app, role, by_form=True, **options)


PAGES = (
    "/admin/",
    "/admin/people/",
    "/admin/people/new",
    "/admin/people/1",
    "/admin/people/1/edit",
    "/admin/people/1/leave",
    "/admin/people/1/password",
    "/admin/departments/",
    "/admin/departments/new",
    "/admin/departments/1",
    "/admin/departments/1/standing",
    "/admin/holidays/",
    "/admin/holidays/new",
    "/admin/signers/",
)
ACTS = (
    "/admin/people/new",
    "/admin/people/1/edit",
    "/admin/people/1/leave",
    "/admin/people/1/come-back",
    "/admin/people/1/password",
    "/admin/people/1/sessions",
    "/admin/departments/new",
    "/admin/departments/1",
    "/admin/departments/1/standing",
    "/admin/holidays/new",
    "/admin/holidays/1/withdraw",
)
LIN = {"name": "林晓雯", "username": "lin.xw", "memberships-0-role": "sales_clerk"}


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.fixture
def found(app):
    """found(username): how a person stands in the database now."""

    def look(username):
        with app.app_context():
            user = User.by_username(username)
            if user is None:
                return None
            held = [(one.department, one.role, one.is_head) for one in user.memberships]
            return {
                "name": user.name,
                "active": user.active,
                "must_change": user.must_change,
                "memberships": held,
                "version": user.version,
                "events": [event.name for event in user.events],
            }

    return look


@pytest.fixture
def written(app):
    def count():
        with app.app_context():
            return db.session.query(Event).count()

    return count


# Who may


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_nobody_but_an_administrator_sees_administration(as_role, role):
    browser = as_role(role)
    assert {browser.get(page).status for page in PAGES} == {403}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_an_administrator_changes_anything(as_role, written, act):
    browser, before = as_role("general_manager"), written()
    assert browser.post(act, LIN).status == 403
    assert written() == before


@pytest.mark.parametrize(
    "page",
    [
        "/complaints/",
        "/complaints/new",
        "/complaints/1",
        "/complaints/1/receive",
        "/customers/",
        "/products/",
        "/shipments/",
        "/reports/complaint_register",
        "/files/1",
    ],
)
def test_the_role_of_administrator_alone_opens_no_record(administrator, complaint_in, page):
    complaint_in("received")
    assert administrator.get(page).status in (403, 404)
    assert administrator.get("/complaints/").status == 403


def test_an_administrator_finds_administration_procedure_and_account_alone(administrator):
    assert administrator.get("/").location == "/admin/first-steps"  # of a site that is not set up yet
    entries = [link["href"] for link in administrator.get("/admin/").soup.select(".nav-entry")]
    assert entries == ["/procedure/", "/traces/", "/admin/"]


@pytest.mark.parametrize("step", ["confirm", "close", "settle", "void"])
def test_an_administrator_signs_nothing(administrator, complaint_in, step):
    state = {"confirm": "analysing", "close": "accepted", "settle": "answering", "void": "received"}[step]
    complaint = complaint_in(state)
    assert administrator.post(f"/complaints/{complaint.id}/{step}", password=PASSWORD).status == 403


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_to_an_administrator(administrator, page):
    assert administrator.get(page).status == 200


# People


def link_of(browser):
    """The path of the link on the account slip that is shown."""
    return "/welcome/" + browser.soup.select_one(".slip-code")["alt"].partition("/welcome/")[2]


def choose_password(browser, link, password="a second password"):
    return browser.get(link).send(link, new_password=password, repeat_password=password)


def test_a_new_person_gets_a_slip_that_is_shown_once_and_chooses_the_password(administrator, as_role, found):
    administrator.step("/admin/people/new", **LIN)
    link = link_of(administrator)
    assert (administrator.status, administrator.response.headers["Cache-Control"]) == (200, "no-store")
    assert found("lin.xw") == {
        "name": "林晓雯",
        "active": True,
        "must_change": True,
        "memberships": [("sales", "sales_clerk", False)],
        "version": 2,
        "events": ["create", "invite"],
    }
    assert choose_password(as_role(None), link).status == 303
    browser = as_role(None).get("/login")
    assert browser.send("/login", username="LIN.XW", password="a second password").status == 303
    assert browser.get("/").status == 200
    assert as_role(None).get(link).status == 404


@pytest.mark.parametrize("field", ["initial_password", "password", "new_password"])
def test_the_administrator_sets_no_password(administrator, as_role, field):
    administrator.step("/admin/people/new", **LIN, **{field: "eight letters"})
    browser = as_role(None).get("/login")
    assert browser.send("/login", username="lin.xw", password="eight letters").status == 422


def test_the_same_form_sent_twice_makes_one_person_and_shows_no_second_link(administrator, written):
    fields = administrator.get("/admin/people/new").form() | LIN
    administrator.post("/admin/people/new", fields)
    before = written()
    again = administrator.post("/admin/people/new", fields)
    assert (again.status, written()) == (303, before)
    assert administrator.get(again.location).soup.select(".slip") == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "王" * 51}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"username": ""}, "username"),
        ({"username": "Sales_Clerk "}, "username"),
        ({"username": "ＳＡＬＥＳ_clerk"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "😀" * 60}, "username"),
        ({"memberships-0-role": ""}, "memberships-0-role"),
        ({"memberships-0-role": "emperor"}, "memberships-0-role"),
        ({"memberships-0-role": "department_member"}, "memberships-0-department"),
        ({"memberships-0-department": "moon"}, "memberships-0-department"),
        ({"memberships-1-role": "sales_clerk"}, "memberships-1-role"),
        ({"memberships-1-department": "sales"}, "memberships-1-role"),
        ({"memberships-0-role": "auditor", "memberships-0-head": "y"}, "memberships-0-department"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(administrator, written, fields, field):
    before = written()
    administrator.step("/admin/people/new", **(LIN | {"note": "二厂"} | fields))
    assert (administrator.status, written()) == (422, before)
    assert field in administrator.faults
    assert administrator.form()["note"] == "二厂"


def test_a_role_counts_in_its_own_department_unless_another_is_chosen(administrator, found):
    administrator.step(
        "/admin/people/new",
        **LIN,
        **{
            "memberships-1-role": "quality_supervisor",
            "memberships-1-department": "production",
            "memberships-1-head": "y",
        },
    )
    assert found("lin.xw")["memberships"] == [
        ("sales", "sales_clerk", False),
        ("production", "quality_supervisor", True),
    ]


def test_rows_can_be_added_without_javascript_and_what_was_typed_stays(administrator, written):
    before = written()
    administrator.step("/admin/people/new", **LIN, more="1")
    form = administrator.form()
    assert (administrator.status, written()) == (200, before)
    assert (form["name"], form["memberships-0-role"], "memberships-3-role" in form) == (
        "林晓雯",
        "sales_clerk",
        True,
    )
    assert "memberships-4-role" not in form


def test_a_change_of_roles_holds_from_the_next_click_on(administrator, as_role, found, people):
    clerk = as_role("sales_clerk")
    assert clerk.get("/complaints/new").status == 200
    url = f"/admin/people/{people['sales_clerk'].id}"
    administrator.step(f"{url}/edit", **{"memberships-0-role": "auditor", "memberships-0-department": ""})
    assert administrator.location == url
    assert found("sales_clerk")["memberships"] == [(None, "auditor", False)]
    assert (clerk.get("/complaints/new").status, clerk.get("/complaints/").status) == (403, 200)


def test_an_edit_that_somebody_else_overtook_is_refused_and_keeps_what_was_typed(
    administrator, app, people, found
):
    url = f"/admin/people/{people['sales_clerk'].id}/edit"
    administrator.get(url)
    with app.app_context():
        clerk, by = User.by_username("sales_clerk"), User.by_username("administrator")
        clerk.edit(
            name="已改名",
            note=None,
            memberships=[("sales", "sales_clerk", True)],
            by=by,
            on=datetime.now(UTC),
        )
        db.session.commit()
    administrator.send(url, name="另一个名字")
    assert (administrator.status, found("sales_clerk")["name"]) == (409, "已改名")
    assert administrator.form()["name"] == "另一个名字"
    assert administrator.send(url).status == 303
    assert found("sales_clerk")["name"] == "另一个名字"


@pytest.mark.both_databases
def test_leaving_signs_out_at_once_gives_back_tasks_and_keeps_the_name_on_the_record(
    administrator, as_role, app, people, complaint_in, found
):
    complaint, inspector = complaint_in("received"), as_role("quality_inspector")
    with app.app_context():
        task_id = db.session.execute(select(Task.id).where(Task.record_id == complaint.id)).scalar_one()
    inspector.get("/")
    inspector.post(f"/tasks/{task_id}/take")
    inspector.step(f"/complaints/{complaint.id}/receive")
    administrator.step(f"/admin/people/{people['quality_inspector'].id}/leave", reason="合同到期")
    with app.app_context():
        assert db.session.execute(select(Task.taken_by_id)).scalars().all() == [None]
        assert list(verify_records()) == []
    assert (inspector.get("/").status, found("quality_inspector")["active"]) == (303, False)
    inspector.get("/login")
    assert inspector.send("/login", username="quality_inspector", password=PASSWORD).status == 422
    assert "检验员甲" in as_role("sales_clerk").get(f"/complaints/{complaint.id}").text


def test_who_comes_back_signs_in_again(administrator, as_role, people):
    url = f"/admin/people/{people['planner'].id}"
    administrator.step(f"{url}/leave")
    assert administrator.get(f"{url}/leave").status == 409
    administrator.step(f"{url}/come-back")
    assert as_role("planner").get("/").status == 200
    assert administrator.get(f"{url}/come-back").status == 409


def test_a_reset_takes_the_password_away_and_the_person_chooses_another(
    administrator, as_role, people, found
):
    tablet = as_role("planner")
    administrator.step(f"/admin/people/{people['planner'].id}/password")
    link = link_of(administrator)
    assert (tablet.get("/").status, found("planner")["events"][-2:]) == (303, ["remove_password", "invite"])
    browser = as_role(None).get("/login")
    assert browser.send("/login", username="planner", password=PASSWORD).status == 422
    assert choose_password(browser, link).status == 303
    assert browser.get("/").status == 200


def test_nobody_takes_their_own_password_away(administrator, people, written):
    before = written()
    administrator.step(f"/admin/people/{people['administrator'].id}/password")
    assert (administrator.status, written()) == (422, before)


def test_the_sessions_of_a_person_are_shown_and_can_be_ended(administrator, as_role, people, found):
    browsers = [as_role("planner"), as_role("planner")]
    url = f"/admin/people/{people['planner'].id}"
    assert len(administrator.get(url).soup.select("tbody .tone-good")) == 2
    assert administrator.post(f"{url}/sessions").location == url
    assert [browser.get("/").status for browser in browsers] == [303, 303]
    assert found("planner")["events"][-1] == "end_sessions"


def test_the_last_administrator_cannot_be_deactivated_or_lose_the_role(administrator, people, found):
    url = f"/admin/people/{people['administrator'].id}"
    administrator.step(f"{url}/leave")
    assert (administrator.status, list(administrator.faults)) == (422, ["reason"])
    administrator.step(f"{url}/edit", **{"memberships-0-role": "sales_clerk"})
    assert (administrator.status, list(administrator.faults)) == (422, ["memberships-0-role"])
    assert found("administrator")["memberships"] == [(None, "administrator", False)]


def test_one_of_two_administrators_may_give_the_role_up_and_lands_on_their_own_work(
    administrator, people, found
):
    administrator.step("/admin/people/new", **(LIN | {"memberships-0-role": "administrator"}))
    administrator.step(
        f"/admin/people/{people['administrator'].id}/edit", **{"memberships-0-role": "sales_clerk"}
    )
    assert (administrator.status, administrator.location) == (303, "/")
    assert administrator.get("/admin/").status == 403


def test_two_roles_add_up(administrator, people, as_role):
    administrator.step(
        f"/admin/people/{people['sales_clerk'].id}/edit", **{"memberships-1-role": "administrator"}
    )
    both = as_role("sales_clerk")
    assert (both.get("/admin/").status, both.get("/complaints/new").status, both.get("/").status) == (
        200,
        200,
        200,
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=planner", ["planner"]),
        ("q=计划", ["planner"]),
        ("department=planning", ["planner"]),
        ("role=auditor", ["auditor"]),
        ("standing=left", ["engineer"]),
        ("role=planner&standing=left", []),
        ("q=%00", None),
        ("standing=nonsense", None),
        ("after=forged", None),
    ],
)
def test_the_list_of_people_is_searched_and_narrowed(administrator, people, query, shown):
    administrator.step(f"/admin/people/{people['engineer'].id}/leave")
    administrator.get(f"/admin/people/?{query}")
    found = [cell.get_text(strip=True) for cell in administrator.soup.select("tbody tr td:nth-of-type(1)")]
    assert administrator.status == 200
    assert sorted(found) == sorted(ROLES if shown is None else shown)


@pytest.mark.both_databases
def test_the_list_of_people_asks_as_often_for_thirty_as_for_one(administrator, app, count_queries, people):
    administrator.get("/admin/people/?role=planner")
    counts = []
    for url in ("/admin/people/?role=planner", "/admin/people/"):
        with count_queries() as ran:
            administrator.get(url)
        counts.append(len(ran))
    assert counts[0] == counts[1]


@pytest.mark.both_databases
def test_pages_of_people_by_key_lose_nobody(administrator, app):
    app.config["CS_PAGE_ROWS"] = 5
    seen, url = [], "/admin/people/"
    while url:
        administrator.get(url)
        seen += [
            cell.get_text(strip=True) for cell in administrator.soup.select("tbody tr td:nth-of-type(1)")
        ]
        following = administrator.soup.select_one("a[rel=next][href]")
        url = following["href"] if following else None
    assert sorted(seen) == sorted(ROLES)


@pytest.mark.parametrize(
    "page",
    [
        "/admin/people/999",
        "/admin/people/99999999999999999999",
        "/admin/people/0",
        "/admin/departments/999",
        "/admin/holidays/999/withdraw",
        "/admin/holidays/?year=1900",
        "/admin/holidays/?year=9999",
    ],
)
def test_what_is_not_there_is_not_found(administrator, page):
    assert administrator.get(page).status == 404


def test_a_persons_timeline_names_roles_in_words(administrator, people):
    url = f"/admin/people/{people['sales_clerk'].id}"
    administrator.step(f"{url}/edit", **{"memberships-0-head": "y", "memberships-1-role": "planner"})
    changes = administrator.get(url).soup.select_one(".timeline-changes").get_text(" ", strip=True)
    assert "业务员/跟单员 业务部 部门负责人" in changes
    assert "计划员 计划部" in changes


# Departments


def test_a_factory_adds_a_department_with_members(administrator, found):
    administrator.step("/admin/departments/new", zh="采购部", en="Purchasing")
    offered = [
        option["value"]
        for option in administrator.get("/admin/people/new").soup.select("#memberships-0-department option")
    ]
    administrator.step(
        "/admin/people/new",
        **(LIN | {"memberships-0-role": "department_member", "memberships-0-department": offered[-1]}),
    )
    assert found("lin.xw")["memberships"] == [(offered[-1], "department_member", False)]
    assert "采购部" in administrator.get("/admin/departments/").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"zh": "业务部"}, "zh"),
        ({"zh": "市场部"}, "zh"),
        ({"en": "QUALITY"}, "en"),
        ({"zh": ""}, "zh"),
        ({"en": "x" * 61}, "en"),
    ],
)
def test_two_departments_are_never_called_the_same(administrator, written, fields, field):
    before = written()
    administrator.step("/admin/departments/new", **({"zh": "采购部", "en": "Purchasing"} | fields))
    assert (administrator.status, list(administrator.faults), written()) == (422, [field], before)


@pytest.mark.both_databases
def test_a_department_of_the_procedure_is_renamed_everywhere_but_stays(administrator, as_role):
    administrator.step("/admin/departments/1", zh="营销部")
    assert "营销部" in administrator.get("/admin/people/?role=sales_clerk").text
    administrator.step("/admin/departments/1/standing")
    assert administrator.status == 422
    assert "营销部" in administrator.get("/admin/departments/").text


@pytest.mark.both_databases
def test_a_department_in_use_stays_and_an_empty_one_goes(administrator, app, people):
    administrator.step("/admin/departments/new", zh="采购部", en="Purchasing")
    with app.app_context():
        record_id, code = db.session.execute(
            select(Department.id, Department.code).order_by(Department.id.desc()).limit(1)
        ).one()
    url = f"/admin/departments/{record_id}/standing"
    administrator.step(
        "/admin/people/new",
        **(LIN | {"memberships-0-role": "department_member", "memberships-0-department": code}),
    )
    assert administrator.step(url).status == 422
    with app.app_context():
        person = User.by_username("lin.xw").id
    administrator.step(f"/admin/people/{person}/leave")
    assert administrator.step(url).status == 303
    assert code not in [
        option["value"]
        for option in administrator.get("/admin/people/new").soup.select("#memberships-0-department option")
    ]
    assert administrator.step(url).status == 303


def test_a_stale_renaming_is_refused(administrator):
    fields = administrator.get("/admin/departments/1").form()
    administrator.step("/admin/departments/1", zh="营销部")
    administrator.post("/admin/departments/1", fields | {"zh": "销售部", "request_id": "another"})
    assert (administrator.status, administrator.form()["zh"]) == (409, "销售部")


# Holidays


@pytest.mark.both_databases
def test_days_of_the_factory_are_entered_shown_and_withdrawn(administrator, app):
    administrator.step(
        "/admin/holidays/new", works="rests", day="2026-03-10", last_day="2026-03-12", note="停产检修"
    )
    assert administrator.location == "/admin/holidays/?year=2026"
    assert administrator.get(administrator.location).text.count("停产检修") == 3
    with app.app_context():
        days = {one.day: one.id for one in SiteDay.of(date(2026, 3, 1), date(2026, 3, 31))}
    assert list(days) == [date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 12)]
    url = f"/admin/holidays/{days[date(2026, 3, 11)]}/withdraw"
    assert administrator.step(url).status == 303
    assert administrator.get(url).status == 409
    again = administrator.step("/admin/holidays/new", works="works", day="2026-03-11", note="照常上班")
    assert again.status == 303, again.faults


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"last_day": "2026-03-09"}, "last_day"),
        ({"last_day": "2027-03-09"}, "last_day"),
        ({"works": ""}, "works"),
        ({"works": "perhaps"}, "works"),
        ({"note": ""}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_a_wrong_day_is_refused_beside_the_field(administrator, written, fields, field):
    before = written()
    administrator.step(
        "/admin/holidays/new", **({"works": "rests", "day": "2026-03-10", "note": "停产"} | fields)
    )
    assert (administrator.status, list(administrator.faults), written()) == (422, [field], before)


def test_a_day_that_is_entered_already_is_not_overwritten(administrator):
    day = {"works": "rests", "day": "2026-03-10", "note": "停产"}
    administrator.step("/admin/holidays/new", **day)
    administrator.step(
        "/admin/holidays/new", **(day | {"day": "2026-03-09", "last_day": "2026-03-11", "works": "works"})
    )
    assert (administrator.status, list(administrator.faults)) == (422, ["day"])
    assert "停产" in administrator.faults["day"]


def test_a_new_rest_day_moves_the_due_date_of_the_complaints_to_come_alone(administrator, complaint_in):
    before = complaint_in("received")
    day = before.reply_due_at.date().isoformat()
    administrator.step("/admin/holidays/new", works="rests", day=day, note="停产")
    after = complaint_in("received")
    assert (before.reply_due_at.date().isoformat(), after.reply_due_at > before.reply_due_at) == (day, True)


# What the overview warns of


def test_the_overview_counts_and_names_what_nobody_does(administrator, people):
    administrator.step(f"/admin/people/{people['quality_supervisor'].id}/leave")
    text = administrator.get("/admin/").text
    assert [stat.get_text(strip=True) for stat in administrator.soup.select(".card-stat b")][:3] == [
        "15",
        "14",
        "10",
    ]
    named = [what for what in ("投诉结案", "与客户沟通处理并记录结果", "登记客户投诉") if what in text]
    assert named == ["投诉结案", "与客户沟通处理并记录结果"]


def test_the_overview_warns_of_due_dates_beyond_the_known_calendar(administrator, app, complaint_in):
    complaint_in("received")
    for due, warnings in (
        (datetime(2026, 12, 31, 9, tzinfo=UTC), 0),
        (datetime(2099, 1, 5, 9, tzinfo=UTC), 1),
    ):
        with app.app_context():
            db.session.execute(update(Task).values(due_at=due))
            db.session.commit()
        assert [
            len(administrator.get(page).soup.select(".message-danger"))
            for page in ("/admin/", "/admin/holidays/")
        ] == [warnings, warnings]


@pytest.mark.both_databases
def test_the_overview_warns_of_a_clock_that_stands_before_the_last_record(administrator, app):
    with app.app_context():
        db.session.execute(update(SiteHead).values(at=datetime.now(UTC) + timedelta(hours=3)))
        db.session.commit()
    assert len(administrator.get("/admin/").soup.select(".message-danger")) == 1


@pytest.mark.both_databases
def test_who_never_signed_in_is_found(administrator, as_role, app):
    as_role("planner")
    administrator.get("/admin/people/?standing=never")
    found = {cell.get_text(strip=True) for cell in administrator.soup.select("tbody tr td:nth-of-type(1)")}
    assert found == set(ROLES) - {"planner", "administrator"}
    with app.app_context():
        assert db.session.query(LoginSession).count() == 2


def test_a_form_of_the_administrator_survives_an_expired_session(administrator, app):
    administrator.get("/admin/people/new")
    with app.app_context():
        db.session.execute(update(LoginSession).values(ended_at=datetime.now(UTC)))
        db.session.commit()
    administrator.send("/admin/people/new", **LIN, password="must not stay")
    again = Browser(app, "administrator").get("/admin/people/new").form()
    assert (again["name"], again["memberships-0-role"]) == ("林晓雯", "sales_clerk")
