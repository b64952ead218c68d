"""How much a request may hold: little where no file comes, and nothing is read that is too much."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage, MultiDict

from cs.extensions import db
from cs.records.attachments import Attachment, Draft, PendingUpload
from cs.records.users import User
from cs.web import drafts, limits, pending_files
from cs.web.drafts import save_draft
from tests.support import kept, picture

URLENCODED = "application/x-www-form-urlencoded"
NEW = "/complaints/new"


def send(browser, url, body: bytes):
    return browser._read(browser.client.post(url, data=body, content_type=URLENCODED))


@pytest.mark.parametrize("url", ["/login", "/language", "/setup/x", "/welcome/x"])
def test_a_page_for_everybody_reads_some_kilobytes_only(as_role, url):
    nobody, before = as_role(None), time.monotonic()
    assert send(nobody, url, b"username=" + b"%E5" * 3_000_000).status == 413
    assert time.monotonic() - before < 2


def test_a_login_fits_well_within_them(as_role):
    nobody = as_role(None).get("/login")
    body = f"csrf_token={nobody.csrf()}&username={'%E5%90%B4' * 50}&password={'%E5%90%B4' * 200}"
    assert send(nobody, "/login?next=/complaints/", body.encode()).status == 422


@pytest.mark.parametrize(
    "url", ["/logout", "/account", "/admin/holidays/new", f"/drafts/save?form={NEW}", "/tasks/1/take"]
)
def test_a_form_without_files_holds_what_people_type(as_role, url):
    administrator = as_role("administrator")
    assert send(administrator, url, b"note=" + b"a" * limits.TYPED_BYTES).status == 413


@pytest.mark.parametrize("url", [NEW, "/complaints/1/amend", "/files/complaint/1/add", "/customers/import/"])
def test_text_of_a_form_with_files_is_bounded_where_it_comes_without_them(as_role, url, complaint_in):
    complaint_in("received")
    assert send(as_role("sales_clerk"), url, b"note=" + b"%E5" * 3_000_000).status == 413


@pytest.mark.parametrize("url", ["/login", NEW, f"/drafts/save?form={NEW}"])
def test_many_fields_are_refused_before_they_are_read(as_role, url):
    clerk = as_role("sales_clerk" if url != "/login" else None)
    assert send(clerk, url, b"a&" * (limits.MAX_FIELDS + 1)).status == 413


def test_many_parts_are_refused(as_role):
    clerk = as_role("sales_clerk").get(NEW)
    fields = clerk.form() | {f"x{number}": "1" for number in range(limits.MAX_FIELDS)}
    assert clerk.post(NEW, fields).status == 413


def test_what_nobody_sends_who_is_signed_in_is_not_read(as_role):
    nobody, before = as_role(None), time.monotonic()
    assert send(nobody, NEW, b"note=" + b"%E5" * 3_000_000).status == 303
    assert time.monotonic() - before < 2


def test_files_still_come_with_their_form(as_role, app):
    clerk = as_role("sales_clerk").get(NEW)
    fields = clerk.form() | {"description": "无声", "customer_id": "1", "channel": "phone"}
    fields["files"] = FileStorage(BytesIO(picture()), "p.jpg")
    clerk.post(NEW, fields)
    assert clerk.status == 303
    with app.app_context():
        assert db.session.query(Attachment).count() == 1


# Drafts


def draft_of(app, number: int, text: str = "x", minutes: int = 0) -> None:
    with kept(app):
        clerk = User.by_username("sales_clerk")
        on = datetime.now(UTC) + timedelta(minutes=minutes)
        save_draft(clerk, f"/complaints/{number}/amend", MultiDict({"note": text}), on)


def drafts_of(app) -> list[str]:
    with app.app_context():
        return list(db.session.execute(select(Draft.form).order_by(Draft.at)).scalars())


def test_a_person_has_so_many_drafts_and_the_oldest_go(app, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    for number in range(1, 6):
        draft_of(app, number, minutes=number)
    assert drafts_of(app) == [f"/complaints/{number}/amend" for number in (3, 4, 5)]


def test_drafts_of_a_person_hold_so_much_text(app, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS_LENGTH", 250)
    for number in range(1, 5):
        draft_of(app, number, "x" * 100, minutes=number)
    assert drafts_of(app) == ["/complaints/3/amend", "/complaints/4/amend"]


def test_an_old_draft_goes_while_the_program_runs(app):
    draft_of(app, 1, minutes=-60 * 24 * 91)
    draft_of(app, 2)
    assert drafts_of(app) == ["/complaints/2/amend"]


# Files of refused forms


@pytest.fixture
def refused(as_role):
    """refused(): a form that was refused, whose file waits."""

    def send_one(username="sales_clerk"):
        clerk = as_role(username).get(NEW)
        content = picture() + str(time.monotonic_ns()).encode()
        clerk.post(NEW, clerk.form() | {"files": FileStorage(BytesIO(content), "p.txt.jpg")})
        assert clerk.status == 422
        return clerk

    return send_one


def waiting(app) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(PendingUpload)).scalar_one()


def test_so_many_files_wait_for_a_person(app, refused, monkeypatch):
    monkeypatch.setattr(pending_files, "MAX_WAITING_FILES", 2)
    for _ in range(4):
        refused()
    refused("sales_manager")
    assert waiting(app) == 3


def test_waiting_files_hold_so_many_bytes(app, refused, monkeypatch):
    app.config.update(CS_FILE_MB=1, CS_FILES_AT_ONCE=1)
    refused()
    with kept(app):
        db.session.execute(update(PendingUpload).values(size=1024 * 1024))
    refused()
    assert waiting(app) == 1


def test_an_old_waiting_file_goes_while_the_program_runs(app, refused):
    refused()
    with kept(app):
        db.session.execute(update(PendingUpload).values(at=datetime.now(UTC) - timedelta(days=31)))
    refused()
    assert waiting(app) == 1
