"""Drafts: what a person typed and has not sent is there again, for that person and that form alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Draft
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests.support import PASSWORD, loaded

pytestmark = pytest.mark.both_databases

NEW = "/complaints/new"
TYPED = {
    "customer_id": "1",
    "channel": "phone",
    "description": "才写到一半",
    "demand": ["rework", "exchange"],
}


def save(browser, form: str = NEW, **fields) -> int:
    return browser.post(f"/drafts/save?form={form}", fields or TYPED).status


def drafts(app) -> list[tuple]:
    with app.app_context():
        return [
            (draft.user_id, draft.form)
            for draft in db.session.query(Draft).order_by(Draft.user_id, Draft.form)
        ]


def test_a_draft_is_filled_in_when_its_form_is_opened_again(as_role):
    clerk = as_role("sales_clerk")
    assert save(clerk) == 204
    form = clerk.get(NEW).form()
    assert {name: form[name] for name in TYPED} == TYPED
    assert "草稿" in clerk.text


def test_the_last_draft_counts(as_role, app):
    clerk = as_role("sales_clerk")
    save(clerk)
    save(clerk, description="后来写的")
    assert (clerk.get(NEW).form()["description"], clerk.form()["customer_id"], len(drafts(app))) == (
        "后来写的",
        "",
        1,
    )


def test_nobody_sees_a_colleagues_draft(as_role):
    save(as_role("sales_clerk"))
    assert as_role("sales_manager").get(NEW).form()["description"] == ""


def test_each_form_has_its_own(as_role, complaint_in, app):
    complaint = complaint_in("received")
    clerk = as_role("sales_clerk")
    save(clerk)
    save(clerk, f"/complaints/{complaint.id}/amend", description="另一份")
    assert (
        clerk.get(NEW).form()["description"],
        clerk.get(f"/complaints/{complaint.id}/amend").form()["description"],
    ) == ("才写到一半", "另一份")
    assert len(drafts(app)) == 2


def test_each_line_of_a_record_has_its_own(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    first, second = (f"/returns/{record.id}/count?line={line.id}" for line in record.lines)
    save(keeper, first, quantity="7")
    assert [keeper.get(url).form()["quantity"] for url in (first, second)] == ["7", ""]


def test_sending_the_form_ends_its_draft(as_role, app):
    clerk = as_role("sales_clerk")
    save(clerk, **clerk.get(NEW).form() | TYPED)
    assert clerk.step(NEW, description="写完了").status == 303
    assert (drafts(app), clerk.get(NEW).form()["description"]) == ([], "")


def test_a_refused_form_keeps_its_draft(as_role, app):
    clerk = as_role("sales_clerk")
    save(clerk)
    assert clerk.step(NEW, channel="").status == 422
    assert drafts(app) == [(1, NEW)]


def test_a_draft_is_thrown_away_when_asked(as_role, app):
    clerk = as_role("sales_clerk")
    save(clerk)
    assert clerk.post(f"/drafts/discard?form={NEW}").location == NEW
    assert (drafts(app), clerk.get(NEW).form()["description"]) == ([], "")


def test_passwords_and_tokens_are_never_kept(as_role, app, complaint_in):
    complaint = complaint_in("accepted")
    supervisor = as_role("quality_supervisor")
    save(
        supervisor,
        f"/complaints/{complaint.id}/close",
        closing_note="好",
        password=PASSWORD,
        request_id="r",
        version="3",
        csrf_token=supervisor.csrf(),
    )
    with app.app_context():
        assert db.session.query(Draft).one().fields == '{"closing_note": ["好"]}'


def test_a_draft_on_an_older_version_is_still_shown_and_can_be_sent(as_role, complaint_in, app):
    complaint = complaint_in("received")
    clerk, page = as_role("sales_clerk"), f"/complaints/{complaint.id}/amend"
    fields = {
        name: value
        for name, value in clerk.get(page).form().items()
        if name not in ("csrf_token", "request_id", "version")
    }
    save(clerk, page, **fields | {"order_no": "PO-9"})
    as_role("sales_manager").step(page, contact_phone="110")
    assert clerk.step(page).status == 303
    assert loaded(app, Complaint, complaint.id).order_no == "PO-9"


def test_what_is_sent_after_the_session_ended_is_there_after_signing_in_again(as_role, app):
    clerk = as_role("sales_clerk").get(NEW)
    fields = clerk.form() | TYPED
    with app.app_context():
        LoginSession.end_all(User.by_username("sales_clerk"), datetime.now(UTC))
        db.session.commit()
    clerk.post(NEW, fields)
    assert clerk.location == "/login?next=/complaints/new"
    clerk.get(clerk.location)
    assert (
        clerk.post("/login?next=/complaints/new", username="sales_clerk", password=PASSWORD).location == NEW
    )
    assert clerk.get(NEW).form()["description"] == "才写到一半"


def test_the_same_over_an_idle_session_and_with_htmx(as_role, app):
    clerk = as_role("sales_clerk", htmx=True).get(NEW, htmx=False)
    fields = clerk.form() | TYPED
    with app.app_context():
        db.session.query(LoginSession).one().seen_at = datetime.now(UTC) - timedelta(days=1)
        db.session.commit()
    clerk.post(NEW, fields)
    assert (clerk.status, clerk.response.headers["HX-Redirect"]) == (204, "/login?next=/complaints/new")
    assert drafts(app) == [(1, NEW)]


def test_a_stranger_without_any_session_leaves_no_draft(as_role, app):
    nobody = as_role(None).get("/login")
    nobody.post(NEW, TYPED)
    assert (nobody.location, drafts(app)) == ("/login?next=/complaints/new", [])


def test_a_person_who_has_left_keeps_nothing(as_role, app, people, on):
    clerk = as_role("sales_clerk").get(NEW)
    fields = clerk.form() | TYPED
    with app.app_context():
        db.session.get(User, 1).leave(reason=None, by=people["administrator"], on=on)
        db.session.commit()
    clerk.post(NEW, fields)
    assert (clerk.location.startswith("/login"), drafts(app)) == (True, [])


@pytest.mark.parametrize(
    "form",
    [
        "",
        "complaints/new",
        "//evil.example/x",
        "https://evil.example",
        "/" + "x" * 300,
        "/%00",
        "/%5Cevil.example",
    ],
)
def test_a_draft_belongs_to_an_address_of_this_site(as_role, app, form):
    clerk = as_role("sales_clerk")
    assert (save(clerk, form), clerk.post(f"/drafts/discard?form={form}").status) == (400, 400)
    assert drafts(app) == []


def test_what_nobody_types_is_not_kept(as_role, app):
    clerk = as_role("sales_clerk")
    assert (save(clerk, description="长" * 1_100_000), drafts(app)) == (413, [])
    assert save(clerk, description="长" * 10_000) == 204


def test_characters_that_cannot_be_kept_do_not_break_a_draft(as_role):
    clerk = as_role("sales_clerk")
    assert save(clerk, description="a\x00b", channel="phone") == 204
    assert clerk.get(NEW).status == 200
