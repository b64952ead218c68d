"""One password for the signatures of some minutes: off unless a setting allows it, for this session alone,
and the signature says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.replenishments.application import Replenishment
from cs.records.events import verify_events
from cs.records.sessions import LoginSession
from cs.records.signatures import Signature, verify_signatures
from cs.records.users import User
from cs.records.verification import verify_records
from cs.web import submission
from cs.wording.formats import format_moment
from tests.returned import Replenishments
from tests.support import PASSWORD, kept, loaded

MINUTES = 5


@pytest.fixture
def relaxed(app):
    app.config["CS_SIGN_AGAIN_MINUTES"] = MINUTES


@pytest.fixture
def filed(app, people, on, complaint_in):
    """filed(): the address of one more application that waits for the sales manager's signature."""
    complaint = complaint_in("received")

    def make():
        with kept(app):
            record = Replenishments(people, on, complaint.id)()
        return f"/replenishments/{record.id}/sign"

    return make


@pytest.fixture
def manager(as_role, filed):
    """A sales manager who has just signed with the password."""
    browser = as_role("sales_manager")
    browser.step(filed(), password=PASSWORD)
    assert browser.status == 303
    return browser


def signed(app) -> list[tuple[int, bool]]:
    """(application, whether the password was typed for it), in the order of the signatures."""
    with app.app_context():
        rows = db.session.execute(
            select(Signature).where(Signature.kind == "replenishment").order_by(Signature.id)
        ).scalars()
        return [(one.record_id, one.password_at is None) for one in rows]


def without_password(browser, address):
    """The form as it is shown, sent by hand without a password, whatever it asks for."""
    return browser.post(
        address, {name: value for name, value in browser.get(address).form().items() if name != "password"}
    )


@pytest.mark.usefixtures("relaxed")
def test_after_a_signature_the_next_ones_ask_for_no_password_and_say_so(app, manager, filed):
    address = filed()
    page = manager.get(address)
    assert page.soup.select("[name=password]") == []
    with app.app_context():
        typed = db.session.execute(select(LoginSession.signed_at)).scalar_one()
        until = format_moment(typed + timedelta(minutes=MINUTES))
    assert f"密码在 {until} 前不再询问" in page.text
    manager.send(address)
    assert (manager.status, signed(app)) == (303, [(1, True), (2, False)])
    with app.app_context():
        record = db.session.get(Replenishment, 2)
        signature, event = record.signatures[0], record.events[-1]
        assert (
            signature.user_id,
            signature.role,
            signature.meaning,
            signature.at,
            signature.content_hash,
        ) == (User.by_username("sales_manager").id, "sales_manager", "approved", event.at, event.content_hash)
        assert signature.password_at == typed == datetime.fromisoformat(event.details["password_at"])
        assert [*verify_events(), *verify_records(), *verify_signatures()] == []
    assert "未再次询问密码" in manager.get("/replenishments/2").text
    assert "未再次询问密码" not in manager.get("/replenishments/1").text


def test_without_the_setting_each_signature_asks(app, manager, filed):
    assert without_password(manager, filed()).status == 422
    assert (list(manager.faults), signed(app)) == (["password"], [(1, True)])


def test_a_session_that_signed_before_the_setting_was_made_is_asked(app, manager, filed):
    app.config["CS_SIGN_AGAIN_MINUTES"] = MINUTES
    assert without_password(manager, filed()).status == 422


@pytest.mark.usefixtures("relaxed")
@pytest.mark.parametrize(
    ("ago", "status"), [(MINUTES * 60 - 30, 303), (MINUTES * 60, 422), (3600, 422), (-30, 422), (-3600, 422)]
)
def test_the_minutes_end_and_a_clock_put_back_does_not_lengthen_them(
    app, manager, filed, sessions, ago, status
):
    sessions(signed_at=datetime.now(UTC) - timedelta(seconds=ago))
    assert without_password(manager, filed()).status == status
    assert len(signed(app)) == (2 if status == 303 else 1)


@pytest.mark.usefixtures("relaxed")
def test_a_clock_put_back_behind_the_sessions_last_activity_asks(manager, filed, sessions):
    sessions(seen_at=datetime.now(UTC) + timedelta(minutes=1))
    assert without_password(manager, filed()).status == 422


@pytest.mark.usefixtures("relaxed")
def test_a_signature_without_the_password_does_not_lengthen_them(app, manager, filed, sessions):
    typed = datetime.now(UTC) - timedelta(minutes=MINUTES - 1)
    sessions(signed_at=typed)
    assert without_password(manager, filed()).status == 303
    with app.app_context():
        assert db.session.execute(select(LoginSession.signed_at)).scalar_one() == typed


@pytest.mark.both_databases
@pytest.mark.usefixtures("relaxed")
def test_a_password_typed_anew_begins_them_anew_and_a_wrong_one_is_refused(app, manager, filed, sessions):
    typed = datetime.now(UTC) - timedelta(minutes=MINUTES - 1)
    sessions(signed_at=typed)
    address = filed()
    manager.get(address)
    assert manager.send(address, password="falsch").status == 422
    assert manager.send(address, password=PASSWORD).status == 303
    assert signed(app) == [(1, True), (2, True)]
    with app.app_context():
        assert db.session.execute(select(LoginSession.signed_at)).scalar_one() > typed


@pytest.mark.usefixtures("relaxed")
def test_another_session_of_the_same_person_is_asked(manager, as_role, filed):
    assert without_password(as_role("sales_manager"), filed()).status == 422


@pytest.mark.usefixtures("relaxed", "manager")
def test_another_person_is_asked(as_role, filed):
    assert without_password(as_role("production_manager"), filed()).status == 422


@pytest.mark.usefixtures("relaxed")
def test_a_refused_signature_opens_nothing(app, as_role, filed):
    manager, address = as_role("production_manager"), filed()
    refuse = address.replace("/sign", "/refuse")
    manager.step(refuse, password=PASSWORD, reason="")
    assert (manager.status, without_password(manager, address).status) == (422, 422)
    assert signed(app) == []


@pytest.mark.usefixtures("relaxed")
@pytest.mark.parametrize("button", [{}, {"everywhere": "1"}])
def test_signing_out_ends_it(app, manager, filed, button):
    manager.post("/logout", button)
    manager.get("/login")
    manager.post("/login", username="sales_manager", password=PASSWORD)
    assert without_password(manager, filed()).status == 422


@pytest.mark.usefixtures("relaxed")
def test_a_new_password_ends_it(manager, filed):
    manager.step(
        "/account",
        current_password=PASSWORD,
        new_password="a second password",
        repeat_password="a second password",
    )
    assert without_password(manager, filed()).status == 422


@pytest.mark.usefixtures("relaxed")
def test_a_change_of_roles_ends_it(app, manager, people, on, filed):
    with kept(app):
        person = db.session.get(User, people["sales_manager"].id)
        person.edit(
            name=person.name,
            memberships=[("sales", "sales_manager", True)],
            note=None,
            by=people["administrator"],
            on=on,
        )
    assert without_password(manager, filed()).status == 422


@pytest.mark.usefixtures("relaxed")
def test_who_has_left_signs_nothing(app, manager, people, on, filed):
    address = filed()
    fields = manager.get(address).form()
    with kept(app):
        db.session.get(User, people["sales_manager"].id).leave(reason=None, by=people["administrator"], on=on)
    assert manager.post(address, fields).location.startswith("/login")
    assert signed(app) == [(1, True)]


@pytest.mark.usefixtures("relaxed")
def test_ended_between_looking_and_signing_it_is_asked_and_nothing_typed_is_lost(app, as_role, filed):
    manager = as_role("production_manager")
    manager.step(filed(), password=PASSWORD)
    refuse = filed().replace("/sign", "/refuse")
    fields = manager.get(refuse).form() | {"reason": "库存可调拨"}
    with app.app_context():
        LoginSession.ask_again(User.by_username("production_manager"))
        db.session.commit()
    manager.post(refuse, fields)
    assert (manager.status, list(manager.faults), manager.form()["reason"]) == (
        422,
        ["password"],
        "库存可调拨",
    )
    assert manager.send(refuse, password=PASSWORD).status == 303


@pytest.mark.usefixtures("relaxed")
def test_ended_while_the_request_waits_for_the_lock_it_is_asked(app, manager, filed, monkeypatch):
    address, lock = filed(), submission.begin_write

    def ended_meanwhile(*waits):
        lock(*waits)
        LoginSession.ask_again(User.by_username("sales_manager"))

    fields = manager.get(address).form()
    monkeypatch.setattr(submission, "begin_write", ended_meanwhile)
    assert manager.post(address, fields).status == 422
    assert signed(app) == [(1, True)]


@pytest.mark.usefixtures("relaxed")
def test_the_account_shows_it_and_asks_again_at_once(manager, filed):
    assert "签核不再询问" in manager.get("/account").text
    manager.post("/account/ask-again")
    assert manager.status == 303
    assert "签核不再询问" not in manager.get("/account").text
    assert without_password(manager, filed()).status == 422


def test_every_kind_of_signature_follows_the_setting(app, as_role, complaint_in):
    app.config["CS_SIGN_AGAIN_MINUTES"] = MINUTES
    first, second = complaint_in("accepted"), complaint_in("accepted")
    supervisor = as_role("quality_supervisor")
    supervisor.step(f"/complaints/{first.id}/close", closing_note="客户已确认", password=PASSWORD)
    supervisor.step(f"/complaints/{second.id}/close", closing_note="客户已确认")
    assert (supervisor.status, loaded(app, Complaint, second.id).state) == (303, "closed")
    assert "未再次询问密码" in supervisor.get(f"/complaints/{second.id}").text


def test_verify_finds_a_signature_that_denies_or_claims_it(app, manager, filed):
    with app.app_context():
        db.session.execute(
            update(Signature).where(Signature.kind == "replenishment").values(password_at=datetime.now(UTC))
        )
        assert [fault.what for fault in verify_signatures()] == ["does not fit the event it was given with"]
