"""What goes wrong: a page that says what happened and what to do next, in the reader's language; headers on
every answer."""

from __future__ import annotations

import errno

import pytest
from psycopg.errors import DiskFull
from sqlalchemy.exc import OperationalError

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.login_failures import LoginFailure
from cs.records.receipts import Receipt
from cs.records.sessions import LoginSession

NEW = "/complaints/new"
LOGGED = {"customer_id": "1", "channel": "phone", "description": "无声"}


def break_with(monkeypatch, error: Exception) -> None:
    def fail(*_args: object, **_values: object) -> None:
        raise error

    monkeypatch.setattr(Complaint, "log", fail)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret detail"), 500),
        (KeyError("secret detail"), 500),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OSError(errno.EIO, "secret detail"), 500),
        (OperationalError("secret detail", {}, Exception("database or disk is full")), 507),
        (OperationalError("secret detail", {}, Exception("database is locked")), 503),
        (OperationalError("secret detail", {}, Exception("no such column: customers.full_name")), 503),
        (
            OperationalError("secret detail", {}, DiskFull("could not extend file: No space left on device")),
            507,
        ),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 507),
    ],
)
def test_a_fault_is_told_without_its_details_and_nothing_is_half_saved(
    as_role, app, monkeypatch, error, status
):
    clerk = as_role("sales_clerk").get(NEW)
    break_with(monkeypatch, error)
    clerk.send(NEW, **LOGGED)
    assert (clerk.status, str(status) in clerk.text, "secret detail" in clerk.html) == (status, True, False)
    with app.app_context():
        assert (db.session.query(Complaint).count(), db.session.query(Receipt).count()) == (0, 0)


@pytest.mark.parametrize(
    ("address", "status"), [("/", 503), ("/complaints/", 503), ("/login", 503), ("/nowhere", 404)]
)
def test_without_its_database_the_site_still_says_so_on_a_page(as_role, monkeypatch, address, status):
    clerk = as_role("sales_clerk")

    def gone(_token: str) -> None:
        raise OperationalError("SELECT", {}, Exception("unable to open database file"))

    monkeypatch.setattr(LoginSession, "by_token", gone)
    clerk.get(address)
    assert (clerk.status, clerk.soup.select_one(".error-code").get_text()) == (status, str(status))


def test_after_a_fault_the_same_form_can_be_sent_again(as_role, app, monkeypatch):
    clerk = as_role("sales_clerk").get(NEW)
    fields = clerk.form() | LOGGED
    with monkeypatch.context() as broken:
        break_with(broken, RuntimeError("x"))
        assert clerk.post(NEW, fields).status == 500
    assert clerk.post(NEW, fields).status == 303


@pytest.mark.parametrize(
    ("address", "method", "status"),
    [
        ("/nowhere", "get", 404),
        ("/complaints/new", "put", 405),
        ("/admin/", "get", 403),
        ("/logout", "get", 405),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_is_a_page_in_the_readers_language_with_a_way_on(
    as_role, address, method, status, language
):
    browser = as_role("sales_clerk", language=language)
    browser._read(getattr(browser.client, method)(address, headers={"Accept-Language": language}))
    assert (browser.status, browser.soup.html["lang"][:2]) == (status, language)
    assert (
        browser.soup.select_one(".error-code").get_text(),
        browser.soup.select_one(".error-actions a")["href"],
    ) == (str(status), "/")


@pytest.mark.parametrize(
    "address",
    [
        "/complaints/",
        "/complaints/1",
        "/complaints/new",
        "/files/1",
        "/customers/",
        "/admin/",
        "/procedure/",
        "/account",
    ],
)
def test_without_a_login_every_address_leads_to_it_and_back(as_role, address):
    nobody = as_role(None).get(address)
    assert (nobody.status, nobody.location) == (303, f"/login?next={address}")
    assert as_role(None).get("/").location == "/login"


@pytest.mark.parametrize(
    "address",
    ["/complaints/new", "/tasks/1/take", "/drafts/save?form=/x", "/files/complaint/1/add", "/logout"],
)
def test_without_a_login_nothing_is_written(as_role, address):
    nobody = as_role(None).get("/login")
    assert nobody.post(address, LOGGED).location.startswith("/login")


def test_htmx_is_led_to_the_login_by_a_header_since_it_would_swap_the_page_in(as_role):
    nobody = as_role(None, htmx=True).get(
        "/complaints/", headers={"HX-Current-URL": "http://localhost/complaints/?q=x"}
    )
    assert (nobody.status, nobody.response.headers["HX-Redirect"]) == (204, "/login?next=/complaints/?q%3Dx")


@pytest.mark.parametrize(
    "address", ["/login", "/complaints/", "/nowhere", "/assets/htmx.js", "/static/cs.css"]
)
def test_every_answer_carries_the_headers(as_role, address):
    browser = as_role("sales_clerk").get(address)
    headers = browser.response.headers
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"], headers["Referrer-Policy"]) == (
        "nosniff",
        "DENY",
        "same-origin",
    )
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (
        policy["default-src"],
        policy["object-src"],
        policy["base-uri"],
        policy["form-action"],
        policy["frame-ancestors"],
    ) == ("'self'", "'none'", "'none'", "'self'", "'none'")
    assert policy["script-src"] == "'self' https://cdn.jsdelivr.net/npm/htmx.org@2.0.10/dist/htmx.min.js"


@pytest.mark.parametrize(
    "address", ["/", "/complaints/", "/complaints/1", "/complaints/new", "/login", "/nowhere"]
)
def test_pages_of_the_site_are_not_kept_by_the_browser(as_role, complaint_in, address):
    complaint_in("received")
    assert as_role("sales_clerk").get(address).response.headers["Cache-Control"] == "no-store"


def test_pages_hold_no_style_no_script_and_no_handler_of_their_own(as_role, complaint_in):
    complaint_in("answering")
    supervisor = as_role("quality_supervisor")
    for address in (
        "/",
        "/complaints/",
        "/complaints/1",
        "/complaints/1/settle",
        "/complaints/new",
        "/procedure/",
        "/nowhere",
        "/account",
    ):
        soup = supervisor.get(address).soup
        assert (
            [tag.name for tag in soup.select("[style], style")],
            [tag for tag in soup.find_all("script") if not tag.get("src")],
        ) == ([], []), address
        assert [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")] == [], (
            address
        )


def test_the_cookie_is_out_of_scripts_reach_and_stays_on_the_site(as_role):
    cookie = as_role(None).get("/login").response.headers["Set-Cookie"]
    assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie) == (True, True)


@pytest.mark.parametrize("username", ["a\x00b", "x" * 5000, "😀", "'; --", " "])
def test_a_login_may_be_typed_in_any_characters(as_role, username):
    nobody = as_role(None).get("/login")
    assert nobody.post("/login", username=username, password="x").status == 422


@pytest.mark.both_databases
def test_wrong_passwords_make_further_tries_wait(as_role, app):
    nobody = as_role(None).get("/login")
    assert [nobody.post("/login", username="sales_clerk", password="wrong").status for _ in range(6)] == [
        422
    ] * 4 + [429] * 2
    assert nobody.post("/login", username="sales_clerk", password="demo").status == 429
    with app.app_context():
        assert db.session.query(LoginFailure).count() == 5
    assert as_role("sales_manager").get("/").status == 200


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/%09/evil.example",
    ],
)
def test_the_login_leads_to_no_other_site(as_role, address):
    nobody = as_role(None).get("/login")
    nobody.post(f"/login?next={address}", username="sales_clerk", password="demo")
    assert (nobody.status, nobody.location.startswith("/")) == (303, True)
    assert not nobody.location.startswith(("//", "/\\", "/\t"))
