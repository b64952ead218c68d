"""Signing in and out, over HTTP."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from cs import create_app
from cs.cli.setup import set_up
from cs.extensions import begin_write, db
from cs.records import users
from cs.records.attachments import Draft
from cs.records.login_failures import LoginFailure
from cs.records.sessions import LoginSession
from cs.records.setup_links import SetupLink
from cs.records.users import User
from cs.web import layout as shell
from tests.support import PASSWORD, Browser


@pytest.fixture
def as_role(app):
    """Signed in by the login form itself: that is what these tests are about."""
    return lambda role, **options: Browser(app, role, by_form=True, **options)


SECOND = "a second password"


@pytest.fixture
def nobody(as_role):
    return as_role(None)


def live_sessions(app, username):
    with app.app_context():
        user = User.by_username(username)
        return sum(session.is_live(datetime.now(UTC)) for session in LoginSession.of(user))


def sign_in(browser, username, password=PASSWORD, query=""):
    browser.get(f"/login{query}")
    return browser.send(f"/login{query}", username=username, password=password)


# Signing in


@pytest.mark.parametrize("typed", ["sales_clerk", " Sales_Clerk ", "SALES_CLERK", "ｓａｌｅｓ_clerk"])
def test_a_person_signs_in_however_the_name_is_typed(nobody, typed):
    assert sign_in(nobody, typed).status == 303
    assert nobody.get("/account").status == 200


@pytest.mark.parametrize(
    "typed", ["x" * 5000, "a\x00b", "😀" * 90, "𠮷", "' OR 1=1 --", "\u202e", "{{7*7}}", "用户" * 60]
)
def test_no_username_breaks_the_login(nobody, typed):
    assert sign_in(nobody, typed).status == 422
    assert nobody.get("/account").status == 303


@pytest.mark.parametrize("typed", ["x" * 5000, "a\x00b", "😀" * 90, " "])
def test_no_password_breaks_the_login(nobody, typed):
    assert sign_in(nobody, "sales_clerk", typed).status == 422


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(as_role, app, people):
    with app.app_context():
        User.by_username("planner").leave(
            reason=None, by=User.by_username("administrator"), on=datetime.now(UTC)
        )
        db.session.commit()
    wrong, unknown, gone = (
        sign_in(as_role(None), name, password)
        for name, password in (("sales_clerk", "no"), ("nobody", "no"), ("planner", PASSWORD))
    )
    messages = {
        browser.soup.select_one(".message-danger").get_text(strip=True) for browser in (wrong, unknown, gone)
    }
    assert {wrong.status, unknown.status, gone.status} == {422}
    assert len(messages) == 1


@pytest.mark.parametrize("username", ["sales_clerk", "nobody", "planner"])
def test_each_try_costs_one_password_hash_whoever_is_named(app, nobody, monkeypatch, username):
    with app.app_context():
        User.by_username("planner").leave(
            reason=None, by=User.by_username("administrator"), on=datetime.now(UTC)
        )
        db.session.commit()
    hashed, real = [], users.password_hasher
    monkeypatch.setattr(users, "password_hasher", lambda: hashed.append(username) or real())
    sign_in(nobody, username, "no")
    assert hashed == [username]


def test_too_many_wrong_passwords_make_also_the_right_one_wait(app, nobody):
    answers = [sign_in(nobody, "sales_clerk", "no").status for _ in range(app.config["CS_LOGIN_FAILURES"])]
    assert answers == [422, 422, 422, 422, 429]
    assert "5 秒" in nobody.soup.select_one(".message-danger").text
    assert sign_in(nobody, "sales_clerk").status == 429
    assert sign_in(nobody, "sales_manager").status == 303


@pytest.mark.both_databases
def test_the_throttle_outlives_a_restart_and_ends_by_itself(app, nobody):
    for _ in range(app.config["CS_LOGIN_FAILURES"]):
        sign_in(nobody, "sales_clerk", "no")
    with app.app_context():
        db.session.remove()
        # rows, nothing in the process
        assert LoginFailure.seconds_left("sales_clerk", "address 127.0.0.1", datetime.now(UTC)) > 0
        for failure in db.session.execute(select(LoginFailure)).scalars():
            failure.at -= timedelta(seconds=5)
        db.session.commit()
    assert sign_in(nobody, "sales_clerk").status == 303


def test_the_right_password_forgives_the_wrong_ones_before(app, nobody):
    for _ in range(app.config["CS_LOGIN_FAILURES"] - 1):
        sign_in(nobody, "sales_clerk", "no")
    sign_in(nobody, "sales_clerk")
    with app.app_context():
        assert db.session.query(LoginFailure).count() == 0


def test_signing_in_again_ends_the_browsers_session_before(app, as_role):
    browser = as_role("sales_clerk")
    browser.get("/account")
    browser.post("/login", username="planner", password=PASSWORD)
    assert (live_sessions(app, "sales_clerk"), live_sessions(app, "planner")) == (0, 1)


def test_a_cookie_from_before_the_login_is_worth_nothing_after_it(nobody, app):
    nobody.get("/login")
    planted = nobody.client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    sign_in(nobody, "sales_clerk")
    assert nobody.client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value != planted
    stranger = Browser(app)
    stranger.client.set_cookie(app.config["SESSION_COOKIE_NAME"], planted)
    assert stranger.get("/account").status == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(nobody, app):
    sign_in(nobody, "sales_clerk")
    cookie = nobody.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Lax", False)


def test_over_https_the_cookie_never_goes_out_in_clear(tmp_path):
    app = create_app({"CS_DATA": tmp_path, "CS_HTTPS": True})
    assert app.config["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize("url", ["/", "/complaints/", "/account", "/procedure/"])
def test_no_page_is_kept_by_the_browser_after_the_logout(as_role, url):
    assert as_role("sales_clerk").get(url).response.headers["Cache-Control"] == "no-store"


# Where one goes after it


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/complaints/?state=open", "/complaints/?state=open"),
        ("/complaints/new", "/complaints/new"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("\\\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("/\n/elsewhere.example", "/"),
        (" //elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%2F/elsewhere.example\x00", "/"),
        ("/no-such-page", "/"),
        ("/logout", "/"),
        ("/tasks/1/take", "/"),
        ("/" + "x" * 5000, "/"),
        ("", "/"),
    ],
)
def test_after_the_login_one_goes_only_to_a_page_of_this_site(nobody, wanted, leads_to):
    assert sign_in(nobody, "sales_clerk", query=f"?{urlencode({'next': wanted})}").location == leads_to


def test_who_is_signed_in_already_goes_on_at_once(as_role):
    assert as_role("sales_clerk").get("/login?next=/complaints/").location == "/complaints/"


# The end of a session


def test_signing_out_ends_the_session_on_the_server_in_every_tab(app, as_role):
    browser = as_role("sales_clerk")
    cookie = browser.client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    browser.get("/account")
    assert browser.post("/logout").location == "/login"
    tab = Browser(app)
    tab.client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    assert (tab.get("/account").status, live_sessions(app, "sales_clerk")) == (303, 0)


def test_signing_out_everywhere_reaches_other_devices(app, as_role):
    tablet, desk, colleague = as_role("sales_clerk"), as_role("sales_clerk"), as_role("sales_manager")
    desk.get("/account")
    desk.post("/logout", everywhere="1")
    assert [browser.get("/account").status for browser in (tablet, desk, colleague)] == [303, 303, 200]


def test_signing_out_leaves_other_devices_alone(as_role):
    tablet, desk = as_role("sales_clerk"), as_role("sales_clerk")
    desk.get("/account")
    desk.post("/logout")
    assert (tablet.get("/account").status, desk.get("/account").status) == (200, 303)


def test_idleness_ends_a_session(app, as_role, sessions):
    browser = as_role("sales_clerk")
    sessions(seen_at=datetime.now(UTC) - timedelta(minutes=app.config["CS_IDLE_MINUTES"]))
    assert browser.get("/complaints/?state=open").location == "/login?next=/complaints/?state%3Dopen"


@pytest.mark.both_databases
def test_a_page_that_refreshes_itself_is_no_activity_but_a_click_is(app, as_role, sessions):
    browser = as_role("sales_clerk")
    before = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    for headers, moved in (({"X-Poll": "1"}, False), ({}, True)):
        sessions(seen_at=before)
        assert browser.get("/", headers=headers).status == 200
        with app.app_context():
            assert (db.session.execute(select(LoginSession.seen_at)).scalar() > before) is moved


def test_a_session_ends_by_age_however_busy_it_is(app, as_role, sessions):
    browser = as_role("sales_clerk")
    sessions(created_at=datetime.now(UTC) - timedelta(days=app.config["CS_SESSION_DAYS"]))
    assert browser.get("/account").status == 303


def test_who_has_left_is_out_with_the_next_click(app, as_role):
    browser = as_role("sales_clerk")
    with app.app_context():
        User.by_username("sales_clerk").leave(
            reason=None, by=User.by_username("administrator"), on=datetime.now(UTC)
        )
        db.session.commit()
    assert browser.get("/account").status == 303


def test_a_refreshing_fragment_leads_the_whole_page_to_the_login(as_role, sessions):
    browser = as_role("sales_clerk", htmx=True)
    sessions(ended_at=datetime.now(UTC))
    browser.get("/", headers={"X-Poll": "1", "HX-Current-URL": "http://localhost/?whose=mine"})
    assert (browser.status, browser.location) == (204, "/login?next=/?whose%3Dmine")


# What was typed when the session had ended


def test_a_form_sent_after_the_session_ended_is_there_again_after_the_login(as_role, sessions):
    browser = as_role("sales_clerk").get("/complaints/new")
    sessions(ended_at=datetime.now(UTC))
    browser.send("/complaints/new", description="右声道无声", customer_ref="PO-77")
    assert browser.location == "/login?next=/complaints/new"
    sign_in(browser, "sales_clerk", query="?next=/complaints/new")
    assert browser.get(browser.location).form()["description"] == "右声道无声"
    assert browser.form()["customer_ref"] == "PO-77"


@pytest.mark.both_databases
def test_the_same_by_htmx(as_role, sessions, app):
    browser = as_role("sales_clerk").get("/complaints/new")
    sessions(ended_at=datetime.now(UTC))
    browser.post("/complaints/new", browser.form() | {"description": "杂音"}, htmx=True)
    assert (browser.status, browser.location) == (204, "/login?next=/complaints/new")
    with app.app_context():
        assert json.loads(db.session.execute(select(Draft)).scalar_one().fields)["description"] == ["杂音"]


def test_a_colleague_who_signs_in_at_the_same_tablet_does_not_see_the_draft(as_role, sessions):
    browser = as_role("sales_clerk").get("/complaints/new")
    sessions(ended_at=datetime.now(UTC))
    browser.send("/complaints/new", description="右声道无声")
    sign_in(browser, "sales_manager", query="?next=/complaints/new")
    assert browser.get("/complaints/new").form()["description"] == ""


def test_no_draft_ever_holds_a_password(as_role, sessions, app):
    browser, administrator = (
        as_role("sales_clerk").get("/account"),
        as_role("administrator").get("/admin/people/new"),
    )
    sessions(ended_at=datetime.now(UTC))
    browser.send("/account", current_password=PASSWORD, new_password=SECOND, repeat_password=SECOND)
    administrator.send("/admin/people/new", name="王芳", note="二厂", password=SECOND)
    with app.app_context():
        kept = [draft.fields for draft in db.session.execute(select(Draft)).scalars()]
    assert len(kept) == 1
    assert "王芳" in kept[0]
    assert SECOND not in kept[0]


@pytest.mark.both_databases
def test_a_forged_form_leaves_no_draft(as_role, sessions, app):
    browser = as_role("sales_clerk")
    sessions(ended_at=datetime.now(UTC))
    browser.post("/complaints/new", request_id="x", description="forged", csrf_token="forged")
    assert browser.status == 303
    with app.app_context():
        assert db.session.query(Draft).count() == 0


def test_a_form_of_a_signed_out_tab_leads_to_the_login_and_changes_nothing(as_role):
    browser = as_role("sales_clerk").get("/complaints/new")
    fields = browser.form()
    browser.post("/logout")
    browser.post("/complaints/new", fields | {"description": "too late"})
    assert browser.location == "/login?next=/complaints/new"
    assert as_role("sales_clerk").get("/complaints/").soup.select(".row-link") == []


def test_a_forged_post_of_a_signed_in_person_is_refused(as_role):
    assert as_role("sales_clerk").post("/logout", csrf_token="forged").status == 400


# One's own account


def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(as_role):
    here, tablet = as_role("sales_clerk"), as_role("sales_clerk")
    here.step("/account", current_password=PASSWORD, new_password=SECOND, repeat_password=SECOND)
    assert here.location == "/"
    assert (here.get("/account").status, tablet.get("/account").status) == (200, 303)
    assert sign_in(as_role(None), "sales_clerk").status == 422
    assert sign_in(as_role(None), "sales_clerk", SECOND).status == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "field"),
    [
        ("no", SECOND, SECOND, "current_password"),
        (PASSWORD, "short", "short", "new_password"),
        (PASSWORD, SECOND, "another", "repeat_password"),
        (PASSWORD, "Sales_Clerk", "Sales_Clerk", "new_password"),
        (PASSWORD, "x" * 5000, "x" * 5000, "new_password"),
        (PASSWORD, "password1", "password1", "new_password"),
        (PASSWORD, "MJ-QP-12", "MJ-QP-12", "new_password"),
        (PASSWORD, "sales_clerk1", "sales_clerk1", "new_password"),
        ("x" * 5000, SECOND, SECOND, "current_password"),
        ("", SECOND, SECOND, "current_password"),
    ],
)
def test_a_wrong_change_of_the_password_says_why_beside_the_field(as_role, current, new, again, field):
    browser = as_role("sales_clerk").step(
        "/account", current_password=current, new_password=new, repeat_password=again
    )
    assert (browser.status, list(browser.faults)) == (422, [field])
    assert as_role("sales_clerk").status == 303


def test_guessing_the_password_on_somebodys_open_tablet_must_wait_as_at_the_login(as_role, app):
    tablet = as_role("sales_clerk")
    for n in range(5):
        tablet.step("/account", current_password=f"guess {n}", new_password=SECOND, repeat_password=SECOND)
    tablet.step("/account", current_password=PASSWORD, new_password=SECOND, repeat_password=SECOND)
    assert (tablet.status, "秒" in tablet.faults["current_password"]) == (422, True)
    with app.app_context():
        assert db.session.query(LoginFailure).count() == 5


def test_the_account_shows_where_one_is_signed_in(as_role):
    here = as_role("sales_clerk")
    as_role("sales_clerk")
    as_role("sales_manager")
    assert len(here.get("/account").soup.select("tbody tr")) == 2


def test_who_has_a_first_password_must_choose_another_before_anything_else(app, as_role):
    with app.app_context():
        user = User.by_username("sales_clerk")
        user.set_password(
            "first-one", must_change=True, by=User.by_username("administrator"), on=datetime.now(UTC)
        )
        db.session.commit()
    browser = as_role(None)
    sign_in(browser, "sales_clerk", "first-one")
    assert [browser.get(url).location for url in ("/", "/complaints/", "/procedure/")] == ["/account"] * 3
    assert browser.get("/complaints/new").status == 303
    second = sign_in(as_role(None), "sales_clerk", "first-one")
    assert (second.status, "账号单" in second.soup.select_one(".message-danger").text) == (422, True)
    browser.step("/account", current_password="first-one", new_password=SECOND, repeat_password=SECOND)
    assert browser.get("/complaints/").status == 200


# The language


def test_the_browser_chooses_the_language_then_the_person(as_role):
    assert 'lang="en"' in as_role("sales_clerk", language="en").get("/account").html.split("<head>")[0]
    browser = as_role("sales_clerk", language="en")
    browser.get("/account")
    assert browser.post("/language", language="zh", next="/account").location == "/account"
    assert 'lang="zh-CN"' in browser.get("/account").html.split("<head>")[0]
    assert 'lang="zh-CN"' in as_role("sales_clerk", language="en").get("/account").html.split("<head>")[0]


def test_the_language_chosen_on_the_way_in_stays(nobody):
    nobody.get("/login")
    nobody.post("/language", language="en", next="/login")
    assert 'lang="en"' in nobody.get("/login").html.split("<head>")[0]
    sign_in(nobody, "sales_clerk")
    assert 'lang="en"' in nobody.get("/account").html.split("<head>")[0]


def test_another_language_is_refused_and_the_way_back_stays_on_this_site(nobody):
    nobody.get("/login")
    assert nobody.post("/language", language="fr").status == 400
    assert nobody.post("/language", language="en", next="//elsewhere.example").location == "/"


# The first administrator


@pytest.fixture
def empty(tmp_path):
    """A site that nobody has an account on, and its setup link."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1})
    with app.app_context():
        set_up(datetime.now(UTC))
        old, link = SetupLink.make(datetime.now(UTC)), SetupLink.make(datetime.now(UTC))
        db.session.commit()
    yield app, old, link
    with app.app_context():
        db.engine.dispose()


ACCOUNT = {"username": "Boss", "name": "陈主管", "new_password": SECOND, "repeat_password": SECOND}


def test_the_setup_link_makes_the_first_administrator_once(empty):
    app, old, link = empty
    browser = Browser(app)
    assert browser.get(f"/setup/{old}").status == 404
    assert browser.step(f"/setup/{link}", **ACCOUNT).status == 303
    assert browser.get("/admin/").status == 200
    assert Browser(app).get(f"/setup/{link}").status == 404
    with app.app_context():
        assert [
            (user.username, user.roles, user.must_change)
            for user in db.session.execute(select(User)).scalars()
        ] == [("boss", ("administrator",), False)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"new_password": "short", "repeat_password": "short"}, "new_password"),
        ({"repeat_password": "other"}, "repeat_password"),
        ({"name": "😀" * 60}, "name"),
    ],
)
def test_a_refused_setup_leaves_the_link_open(empty, fields, field):
    app, _old, link = empty
    browser = Browser(app).step(f"/setup/{link}", **(ACCOUNT | fields))
    assert (browser.status, list(browser.faults)) == (422, [field])
    assert Browser(app).step(f"/setup/{link}", **ACCOUNT).status == 303


@pytest.mark.parametrize("token", ["x", "%00", "𠮷", "x" * 3000])
def test_a_guessed_setup_link_leads_nowhere(empty, token):
    assert Browser(empty[0]).get(f"/setup/{token}").status == 404


def test_a_busy_database_does_not_stop_a_page_from_being_read(as_role, sessions, monkeypatch):
    browser = as_role("sales_clerk")
    sessions(seen_at=datetime.now(UTC) - timedelta(minutes=5))

    def busy(wait):
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(shell, "begin_write", busy)
    assert browser.get("/account").status == 200


def test_while_a_colleague_writes_for_long_pages_are_read_without_waiting_and_writers_are_told(
    app, as_role, sessions
):
    """An import of a hundred thousand lines holds the one writer's lock for a minute."""
    browser = as_role("sales_clerk").get("/complaints/new")
    fields = browser.form() | {"customer_id": "1", "channel": "phone", "description": "无声"}
    sessions(seen_at=datetime.now(UTC) - timedelta(minutes=5))
    app.config["CS_WAIT_SECONDS"] = 0.4
    with app.test_request_context():
        begin_write()
        with ThreadPoolExecutor(1) as other:  # a context of its own
            begun = time.monotonic()
            assert other.submit(browser.get, "/account").result().status == 200
            assert time.monotonic() - begun < 5
            assert other.submit(browser.post, "/complaints/new", fields).result().status == 503
        db.session.rollback()
    assert browser.post("/complaints/new", fields).status == 303
