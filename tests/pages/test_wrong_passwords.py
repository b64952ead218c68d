"""Wrong passwords slow down whoever types them, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.records.login_failures import LoginFailure
from cs.web.devices import address_source
from tests.support import PASSWORD, Browser

ELSEWHERE = "192.0.2.7"


@pytest.fixture
def at(app):
    """at(address): a browser of somebody who has not signed in, at that address of the network."""

    def browser(address: str = "127.0.0.1") -> Browser:
        person = Browser(app)
        person.client.environ_base["REMOTE_ADDR"] = address
        return person.get("/login")

    return browser


def try_password(browser, username="general_manager", password="wrong"):
    return browser.get("/login").send("/login", username=username, password=password)


def guess(browser, tries: int, username="general_manager") -> list[int]:
    return [try_password(browser, username).status for _ in range(tries)]


def failures_back(app, seconds: int) -> None:
    """Let time pass since the wrong passwords."""
    with app.app_context():
        for failure in db.session.execute(select(LoginFailure)).scalars():
            failure.at -= timedelta(seconds=seconds)
        db.session.commit()


@pytest.mark.both_databases
def test_wrong_passwords_from_elsewhere_do_not_close_the_login(app, at):
    assert guess(at(ELSEWHERE), 6)[-1] == 429
    assert try_password(at(), password=PASSWORD).status == 303


def test_wrong_passwords_from_elsewhere_do_not_touch_a_signature(app, at, as_role, filed):
    manager = as_role("sales_manager")
    for address in (ELSEWHERE, "127.0.0.1"):
        guess(at(address), 6, "sales_manager")
    assert manager.step(f"/replenishments/{filed().id}/sign", password=PASSWORD).status == 303


def test_wrong_signatures_slow_down_their_session_alone(as_role):
    here, tablet = as_role("sales_clerk"), as_role("sales_clerk")
    new = {"new_password": "a second password", "repeat_password": "a second password"}
    for _ in range(5):
        tablet.step("/account", current_password="wrong", **new)
    tablet.step("/account", current_password=PASSWORD, **new)
    assert (tablet.status, "秒" in tablet.faults["current_password"]) == (422, True)
    assert here.step("/account", current_password=PASSWORD, **new).status == 303


def test_the_answer_says_when_to_try_again(at):
    stranger = at(ELSEWHERE)
    guess(stranger, 5)
    assert stranger.response.headers["Retry-After"] == "5"
    assert "5 秒" in stranger.soup.select_one(".message-danger").text


def test_a_refused_try_is_neither_checked_nor_counted(app, at, monkeypatch):
    stranger = at(ELSEWHERE)
    guess(stranger, 5)
    checked = []
    monkeypatch.setattr("cs.blueprints.auth._check_password", lambda *given: checked.append(given))
    assert (try_password(stranger).status, checked) == (429, [])
    with app.app_context():
        assert db.session.query(LoginFailure).count() == 5


def test_the_delay_grows_and_is_bounded(app, at):
    stranger, waits = at(ELSEWHERE), []
    guess(stranger, 4)
    for _ in range(9):
        assert try_password(stranger).status == 429
        waits.append(int(stranger.response.headers["Retry-After"]))
        failures_back(app, waits[-1])
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]


def test_a_device_that_was_signed_in_before_is_let_through(app, at):
    desk, neighbour = at(), at()
    assert try_password(desk, password=PASSWORD).status == 303
    desk.post("/logout")
    guess(neighbour, 6)  # at the same address, such as behind one router
    assert try_password(neighbour, password=PASSWORD).status == 429
    assert try_password(desk, password=PASSWORD).status == 303


def test_a_known_device_is_slowed_down_by_its_own_wrong_passwords(at):
    desk = at()
    try_password(desk, password=PASSWORD)
    desk.post("/logout")
    assert guess(desk, 6) == [422] * 4 + [429] * 2


def test_a_device_is_known_for_the_people_who_signed_in_on_it(at):
    tablet = at(ELSEWHERE)
    for username in ("sales_clerk", "planner"):
        try_password(tablet, username, PASSWORD)
        tablet.post("/logout")
    guess(at(ELSEWHERE), 6, "sales_clerk")
    guess(at(ELSEWHERE), 6)
    assert try_password(tablet, "sales_clerk", PASSWORD).status == 303
    tablet.post("/logout")
    assert try_password(tablet, password=PASSWORD).status == 429


def test_a_forged_device_is_a_stranger(app, at):
    name = f"{app.config['SESSION_COOKIE_NAME']}_device"
    forger = at(ELSEWHERE)
    guess(forger, 6)
    forger.client.set_cookie(name, "eyJkZXZpY2UiOiJ4IiwicGVvcGxlIjpbMV19.x.x")
    assert try_password(forger, password=PASSWORD).status == 429


def test_the_device_cookie_is_kept_from_scripts_and_other_sites(app, at):
    desk = at()
    try_password(desk, password=PASSWORD)
    cookie = desk.client.get_cookie(f"{app.config['SESSION_COOKIE_NAME']}_device")
    assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Lax", False)


def test_many_names_from_one_address_are_slowed_down_too(app, at):
    sprayer, other = at(ELSEWHERE), at()
    statuses = [try_password(sprayer, f"name{n}").status for n in range(12)]
    assert (statuses[:9], statuses[-1]) == ([422] * 9, 429)
    assert try_password(sprayer, "sales_clerk", PASSWORD).status == 429
    assert try_password(other, "sales_clerk", PASSWORD).status == 303


def test_signing_in_elsewhere_does_not_forgive_a_guesser(app, at):
    stranger = at(ELSEWHERE)
    guess(stranger, 4)
    try_password(at(), password=PASSWORD)
    assert guess(stranger, 1) == [429]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "address 192.0.2.7"),
        ("::ffff:192.0.2.7", "address 192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::"),
        (None, "address ?"),
    ],
)
def test_an_address_of_the_network_is_one_line(address, source):
    assert address_source(address) == source


def test_the_administrator_sees_that_somebody_guesses(as_role, at, app, people):
    guess(at(ELSEWHERE), 3)
    page = as_role("administrator").get(f"/admin/people/{people['general_manager'].id}")
    assert "3" in page.soup.select_one(".message-warning").text
