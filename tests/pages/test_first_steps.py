"""The administrator's first steps: open or done by the data, the start page until they are done or put away;
and a health list that groups what remains."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from cs.extensions import db
from cs.records.departments import Membership
from cs.records.users import User
from cs.web import addresses


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.fixture
def alone(app):
    """A site on which only the administrator has an account that counts."""
    with app.app_context():
        db.session.execute(update(User).where(User.username != "administrator").values(active=False))
        db.session.commit()


@pytest.fixture(autouse=True)
def in_a_network(monkeypatch):
    monkeypatch.setattr(addresses, "lan_address", lambda: "192.168.7.20")


def states(browser) -> dict[str, bool]:
    """{step: whether it is shown as done}."""
    browser.get("/admin/first-steps")
    return {
        step["id"].removeprefix("step-"): "is-done" in step["class"]
        for step in browser.soup.select(".first-step")
    }


def head_each_department(app) -> None:
    with app.app_context():
        db.session.execute(update(Membership).where(Membership.department.is_not(None)).values(is_head=True))
        db.session.commit()


def test_the_steps_are_open_or_done_by_what_the_data_says(administrator, app, alone):
    before = states(administrator)
    assert list(before) == ["company", "address", "people", "heads", "holidays", "customers", "products"]
    assert [step for step, done in before.items() if done] == ["holidays", "customers", "products"]
    administrator.step("/admin/company", zh="惠州美声电子有限公司", en="")
    assert states(administrator)["company"]
    form = administrator.form("form[action='/admin/first-steps/use-address']")
    administrator.post("/admin/first-steps/use-address", form)
    after = states(administrator)
    assert after["address"]
    assert "http://192.168.7.20/" in administrator.soup.select_one("#step-address").get_text()
    assert not after["people"]
    assert "业务员/跟单员" in administrator.soup.select_one("#step-people").get_text()


def test_heads_and_signers_are_done_once_each_staffed_department_has_a_head(administrator, app):
    assert not states(administrator)["heads"]
    assert "业务部" in administrator.soup.select_one("#step-heads").get_text()
    head_each_department(app)
    assert states(administrator)["heads"]
    with app.app_context():
        db.session.execute(delete(Membership).where(Membership.role == "general_manager"))
        db.session.commit()
    assert not states(administrator)["heads"]


def test_the_administrator_begins_with_them_until_all_are_done(administrator, app):
    administrator.get("/")
    assert administrator.location.endswith("/admin/first-steps")
    head_each_department(app)
    administrator.step("/admin/company", zh="美声", en="Meisheng", web_address="192.168.7.20")
    assert all(states(administrator).values())
    administrator.get("/")
    assert administrator.location.endswith("/admin/")


def test_or_until_they_are_put_away(administrator):
    administrator.get("/admin/first-steps")
    form = administrator.form("form[action='/admin/first-steps/hide']")
    administrator.post("/admin/first-steps/hide", form)
    administrator.get("/")
    assert administrator.location.endswith("/admin/")
    administrator.get("/admin/")
    assert administrator.soup.select_one("a[href='/admin/first-steps']") is not None


def test_a_site_that_was_at_work_before_begins_with_the_overview(administrator, complaint_in):
    complaint_in("received")
    assert administrator.get("/").location == "/admin/"
    # from the first setting on it is a site that is being set up, whatever is logged meanwhile
    administrator.step("/admin/company", zh="美声", en="Meisheng")
    assert administrator.get("/").location == "/admin/first-steps"


def test_the_health_list_of_an_empty_site_is_a_few_grouped_lines(administrator, alone):
    administrator.get("/admin/")
    lines = administrator.soup.select(".panel-body > .message")
    assert 1 <= len(lines) <= 6
    grouped = next(line for line in lines if "无人能做" in line.get_text())
    assert len(grouped.select("details li")) > 30
    assert "业务员/跟单员" in grouped.p.get_text()


def test_only_the_administrator_sees_them(as_role):
    for role in ("sales_manager", "auditor"):
        browser = as_role(role)
        assert browser.get("/admin/first-steps").status == 403
        assert browser.post("/admin/first-steps/hide", {}).status == 403
        assert browser.post("/admin/first-steps/use-address", {}).status == 403


def test_what_is_missing_for_the_signatures_is_named(administrator, app):
    head_each_department(app)
    with app.app_context():
        db.session.execute(delete(Membership).where(Membership.role == "quality_supervisor"))
        db.session.commit()
    administrator.get("/admin/first-steps")
    lines = [line.get_text(" ", strip=True) for line in administrator.soup.select("#step-heads li")]
    assert any("缺品质主管" in line for line in lines)
    assert "缺业务经理" not in " ".join(lines)
