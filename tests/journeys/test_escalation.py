"""What waits too long, by clicks (5.3.4): the general manager sees whom to call, and nothing more; it is gone
when it is signed. One password for two signatures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cs import create_app
from cs.extensions import db
from cs.records.users import User
from tests.journeys.conftest import Person
from tests.journeys.test_replenishments import apply, decide, in_queue, log_complaint
from tests.returned import Replenishments
from tests.support import Cases
from tests.tables import ROLES


@pytest.fixture
def filed_long_ago(server: str, tmp_path: Path) -> str:
    """An application of three weeks ago that nobody has signed: a browser cannot move the server's clock."""
    app, on = (
        create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""}),
        datetime.now(UTC) - timedelta(days=21),
    )
    with app.app_context():
        people = {role: User.by_username(role) for role in ROLES}
        number = Replenishments(people, on, Cases(people, on)("received").id)().number
        db.session.commit()
    return number


@pytest.fixture
def relaxed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CS_SIGN_AGAIN_MINUTES", "5")


def test_the_general_manager_sees_whom_to_call_until_it_is_signed(
    filed_long_ago: str, person: Callable[..., Person]
) -> None:
    general, number = person("general_manager"), filed_long_ago
    part = general.page.locator(".escalated")
    expect(part.locator(".work-row", has_text=number)).to_have_count(1)
    expect(part).to_contain_text("业务经理甲")
    expect(part).to_contain_text("生产经理甲")
    part.get_by_role("link", name=number).first.click()
    general.see("已升级：总经理")
    expect(general.page.locator("main").get_by_role("link", name="核准补货", exact=True)).to_have_count(0)
    general.go("签核")
    expect(part.locator(".approval", has_text=number)).to_have_count(1)

    sales = person("sales_manager", tablet=False)
    in_queue(sales, number)
    expect(sales.page.locator(".approval", has_text=number)).to_contain_text("已升级：总经理")
    decide(sales, number, "核准补货")
    general.go("签核")
    expect(part.locator(".approval", has_text=number)).to_have_count(1)
    expect(part).not_to_contain_text("业务经理甲")

    decide(person("production_manager"), number, "核准补货")
    general.go("我的工作")
    expect(part).to_have_count(0)


@pytest.mark.usefixtures("relaxed")
def test_one_password_does_for_two_signatures_where_the_factory_allows_it(
    person: Callable[..., Person],
) -> None:
    clerk, sales = person("sales_clerk", tablet=False), person("sales_manager")
    complaint = log_complaint(clerk)
    first, second = apply(clerk, complaint, "100"), apply(clerk, complaint, "200")
    decide(sales, first, "核准补货")
    sales.page.locator(".approval", has_text=second).get_by_role("link", name="核准补货", exact=True).click()
    sales.see("前不再询问")
    expect(sales.page.locator("[name=password]")).to_have_count(0)
    sales.wait_for_form()
    sales.page.locator("#step").get_by_role("button", name="核准补货", exact=True).click()
    sales.see("已完成：核准补货")
    in_queue(sales, second, there=False)
    sales.go("补货")
    sales.page.get_by_role("link", name=second).first.click()
    sales.see("未再次询问密码")
