"""Nothing is left on a shared tablet: the session ends, drafts go, and no page, file or export is kept."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from cs import create_app
from cs.extensions import db
from cs.records.attachments import Attachment, Draft
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests.support import picture

NEW = "/complaints/new"


@pytest.fixture
def drafts(app):
    def count() -> int:
        with app.app_context():
            return db.session.query(Draft).count()

    return count


@pytest.mark.both_databases
def test_the_drafts_of_a_person_end_with_the_last_session(as_role, drafts):
    tablet, colleague = as_role("sales_clerk"), as_role("sales_manager")
    for browser in (tablet, colleague):
        browser.post(f"/drafts/save?form={NEW}", description="才写到一半")
    tablet.get("/account").post("/logout")
    assert drafts() == 1


def test_drafts_stay_for_the_desk_where_the_person_is_still_signed_in(as_role, drafts):
    desk, tablet = as_role("sales_clerk"), as_role("sales_clerk")
    desk.post(f"/drafts/save?form={NEW}", description="才写到一半")
    tablet.get("/account").post("/logout")
    assert drafts() == 1
    desk.get("/account").post("/logout", everywhere="1")
    assert drafts() == 0


def test_the_script_is_told_which_forms_sign_out(as_role):
    page = as_role("sales_clerk").get("/account")
    forms = page.soup.select("form[action='/logout']")
    assert len(forms) == 2
    assert all(form.has_attr("data-signs-out") for form in forms)


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/complaints/1",
        "/complaints/1.pdf",
        "/reports/complaints.csv",
        "/files/1",
        "/files/1/thumbnail",
        "/customers/import/example.xlsx",
        "/no-such-page",
    ],
)
def test_no_page_file_or_export_is_kept_by_the_browser(app, as_role, complaint_in, url):
    complaint_in("received")
    clerk = as_role("sales_clerk")
    if url.startswith("/files"):
        clerk.get("/files/complaint/1/add")
        clerk.post(
            "/files/complaint/1/add", clerk.form() | {"files": FileStorage(BytesIO(picture()), "p.jpg")}
        )
        with app.app_context():
            assert db.session.execute(select(Attachment.id)).scalars().all() == [1]
    assert clerk.get(url).response.headers["Cache-Control"] == "no-store"


def test_what_shows_nothing_of_anybody_is_kept(as_role):
    response = as_role("sales_clerk").get("/assets/htmx.js").response
    assert "max-age" in response.headers["Cache-Control"]


def live(app) -> int:
    with app.app_context():
        user = User.by_username("sales_clerk")
        return sum(session.is_live(datetime.now(UTC)) for session in LoginSession.of(user))


def test_a_single_session_can_be_ended(app, as_role):
    tablet, desk = as_role("sales_clerk"), as_role("sales_clerk")
    page = desk.get("/account")
    forms = page.soup.select("form[action='/account/end-session']")
    assert len(forms) == 1  # of the others; this one is ended by signing out
    desk.post("/account/end-session", session=forms[0].select_one("button[name=session]")["value"])
    assert (desk.location, live(app)) == ("/account", 1)
    assert (tablet.get("/account").status, desk.get("/account").status) == (303, 200)


def test_nobody_ends_a_session_of_somebody_else(app, as_role):
    as_role("sales_clerk")
    with app.app_context():
        token_hash = db.session.execute(select(LoginSession.token_hash)).scalar_one()
    planner = as_role("planner").get("/account")
    assert planner.post("/account/end-session", session=token_hash).status == 404
    assert live(app) == 1


def test_the_data_folder_is_readable_by_its_owner_alone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    create_app({"CS_DATA": folder})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
