"""People by import: what each line becomes, what is refused and why, and the slips by which people choose
their first password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cs.extensions import db
from cs.imports.people import PEOPLE
from cs.records.events import Event
from cs.records.setup_links import DAYS_VALID, AccountLink
from cs.records.users import User
from cs.records.verification import verify_records
from cs.web import addresses
from tests.importing import counts, offer, reasons
from tests.support import Browser

TITLES = ["姓名", "用户名", "岗位", "部门", "部门负责人", "备注"]
LIN = ["林晓雯", "", "业务员", "业务部", "", "跟单"]
WANG = ["王建国", "wjg", "品质主管、检验员", "品质部", "是", ""]
STORE = ["李芳", "", "部门人员", "采购", "", ""]


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.fixture(autouse=True)
def in_a_network(monkeypatch):
    monkeypatch.setattr(addresses, "lan_address", lambda: "192.168.7.20")


def bring_in(browser: Browser, *lines: list[str]) -> Browser:
    offer(browser, "admin", [TITLES, *lines])
    return browser.post(browser.page, browser.form())


def held(app, username: str) -> list[tuple[str | None, str, bool]]:
    with app.app_context():
        user = User.by_username(username)
        return [(one.department, one.role, one.is_head) for one in user.memberships]


def links(browser: Browser) -> dict[str, str]:
    """{name: the path of the link on the slip}."""
    return {
        slip.select_one(".slip-name").get_text(): slip.select_one(".slip-code")["alt"].partition("7.20")[2]
        for slip in browser.soup.select(".slip")
    }


def test_people_come_in_with_roles_departments_and_heads(administrator, app):
    bring_in(administrator, LIN, WANG)
    assert administrator.status == 200
    assert held(app, "linxiaowen") == [("sales", "sales_clerk", False)]
    assert held(app, "wjg") == [
        ("quality", "quality_supervisor", True),
        ("quality", "quality_inspector", False),
    ]
    with app.app_context():
        user = User.by_username("wjg")
        assert (user.name, user.has_password, user.must_change) == ("王建国", False, True)
        event = user.events[0]
        assert (event.name, event.by.username, event.role) == ("import", "administrator", "administrator")
        assert (event.details["row"], event.details["files"][0][0]) == (3, "清单.xlsx")
        assert [one.name for one in user.events] == ["import", "invite"]
        assert list(verify_records()) == []


def test_the_result_shows_a_slip_for_each_person_with_the_address_of_the_network(administrator):
    bring_in(administrator, LIN, WANG)
    slips = administrator.soup.select(".slip")
    assert len(slips) == 2
    text = slips[0].get_text(" ", strip=True)
    for words in ("林晓雯", "linxiaowen", "业务部 · 业务员/跟单员", "http://192.168.7.20/"):
        assert words in text
    assert slips[0].select_one("img")["src"].startswith("data:image/svg+xml")


def test_the_link_on_the_slip_sets_the_first_password_once(administrator, as_role, app):
    link = links(bring_in(administrator, LIN))["林晓雯"]
    nobody = as_role(None)
    assert nobody.get(link).status == 200
    assert "linxiaowen" in nobody.text
    nobody.send(link, new_password="linxiaowen", repeat_password="linxiaowen")
    assert nobody.status == 422
    nobody.send(link, new_password="guangzhou 88", repeat_password="guangzhou 88")
    assert nobody.status == 303
    assert "林晓雯" in nobody.get("/").soup.select_one(".person").get_text()
    assert as_role(None).get(link).status == 404
    with app.app_context():
        user = User.by_username("linxiaowen")
        assert user.check_password("guangzhou 88")
        assert not user.must_change


def test_nobody_signs_in_to_an_account_without_a_password(administrator, as_role):
    bring_in(administrator, LIN)
    nobody = as_role(None)
    for password in ("", " ", "linxiaowen"):
        nobody.get("/login")
        assert nobody.send("/login", username="linxiaowen", password=password).status == 422


def test_a_newer_slip_replaces_the_earlier_one_and_an_old_one_expires(administrator, as_role, app):
    first = links(bring_in(administrator, LIN))["林晓雯"]
    administrator.get("/admin/people/")
    administrator.post("/admin/slips", administrator.form("form[action='/admin/slips']"))
    second = links(administrator)["林晓雯"]
    assert as_role(None).get(first).status == 404
    assert as_role(None).get(second).status == 200
    with app.app_context():
        long_ago = datetime.now(UTC) - timedelta(days=DAYS_VALID, minutes=1)
        db.session.execute(update(AccountLink).values(created_at=long_ago))
        db.session.commit()
    assert as_role(None).get(second).status == 404


def test_one_lost_slip_is_printed_again_and_those_of_others_still_work(administrator, as_role, app):
    given = links(bring_in(administrator, LIN, WANG))
    with app.app_context():
        lin = User.by_username("linxiaowen").id
    administrator.get(f"/admin/people/{lin}")
    administrator.post(
        f"/admin/people/{lin}/slip", administrator.form(f"form[action='/admin/people/{lin}/slip']")
    )
    assert list(links(administrator)) == ["林晓雯"]
    assert as_role(None).get(given["林晓雯"]).status == 404
    assert as_role(None).get(given["王建国"]).status == 200


def test_whoever_has_left_cannot_use_the_slip(administrator, as_role, app):
    link = links(bring_in(administrator, LIN))["林晓雯"]
    with app.app_context():
        lin = User.by_username("linxiaowen").id
    administrator.step(f"/admin/people/{lin}/leave", reason="未到岗")
    assert as_role(None).get(link).status == 404


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["张三", "", "质检", "", "", ""], "没有“质检”这个岗位"),
        (["张三", "", "检验员", "质检科", "", ""], "没有“质检科”这个部门"),
        (["张三", "", "系统管理员", "", "", ""], "系统管理员岗位不能通过导入授予"),
        (["张三", "sales_clerk", "检验员", "", "", ""], "已由业务员/跟单员甲使用"),
        (["张三", "zhang san", "检验员", "", "", ""], "用户名不能有空格"),
        (["张三", "", "部门人员", "", "", ""], "该岗位必须写明部门"),
        (["张三", "", "检验员", "品质部、仓库", "", ""], "没有属于“仓库”的岗位"),
        (["张三", "", "检验员、仓管员", "", "是", ""], "是哪个部门的负责人"),
        (["张三", "", "检验员", "", "也许", ""], "既不是“是”或“否”"),
        (["张三", "", "检验员", "", "仓库", ""], "此人在该部门没有岗位"),
        (["张三", "", "", "", "", ""], "必填"),
        (["！！", "", "检验员", "", "", ""], "无法生成用户名"),
    ],
)
def test_a_line_that_cannot_come_in_says_why(administrator, line, reason):
    offer(administrator, "admin", [TITLES, line, LIN])
    assert counts(administrator) == [1, 0, 0, 1]
    assert reason in " ".join(reasons(administrator)[2])


def test_usernames_are_proposed_from_the_name_and_two_of_one_name_must_be_told_apart(administrator, app):
    bring_in(administrator, ["张伟", "", "检验员", "", "", ""])
    offer(
        administrator,
        "admin",
        [
            TITLES,
            ["张伟", "", "检验员", "", "", ""],
            ["章伟", "", "仓管员", "", "", ""],
            ["李娜", "", "仓管员", "", "", ""],
            ["李娜", "", "计划员", "", "", ""],
            ["李强", "lq", "仓管员", "", "", ""],
            ["李晴", "LQ", "仓管员", "", "", ""],
        ],
    )
    assert counts(administrator) == [3, 1, 0, 2]
    assert "第 4 行也有“李娜”" in " ".join(reasons(administrator)[5])
    assert "第 6 行已用过" in " ".join(reasons(administrator)[7])
    assert "章伟的用户名定为“zhangwei2”" in administrator.soup.get_text()
    administrator.post(administrator.page, administrator.form())
    assert held(app, "zhangwei2") == [("warehouse", "warehouse_keeper", False)]
    # the same table once more brings nothing new
    offer(administrator, "admin", [TITLES, ["章伟", "", "仓管员", "", "", ""]])
    assert counts(administrator) == [0, 1, 0, 0]


def test_departments_of_the_factory_and_other_names_are_known(administrator, app):
    administrator.step("/admin/departments/new", zh="采购部", en="Purchasing")
    bring_in(
        administrator,
        ["李芳", "", "部门人员", "采购部", "采购部", ""],
        ["周敏", "", "跟单员", "市场部", "", ""],
        ["吴军", "", "Planner", "PMC", "Y", ""],
    )
    assert held(app, "lifang")[0][1:] == ("department_member", True)
    assert held(app, "zhoumin") == [("sales", "sales_clerk", False)]
    assert held(app, "wujun") == [("planning", "planner", True)]


def test_only_the_administrator_imports_people(as_role, app):
    for role in ("sales_manager", "general_manager", "auditor"):
        browser = as_role(role)
        assert browser.get("/admin/import/").status == 403
        assert browser.get("/admin/import/example.xlsx").status == 403
        assert browser.post("/admin/slips", {}).status == 403
    with app.app_context():
        assert db.session.execute(select(Event).where(Event.name == "invite")).first() is None


def test_the_administrator_hands_out_example_tables_and_imports_no_goods(administrator):
    for section in ("admin", "customers", "products", "shipments"):
        assert administrator.get(f"/{section}/import/example.xlsx").status == 200
    assert administrator.get("/customers/import/").status == 403


def test_the_page_explains_a_line_and_offers_an_example(as_role):
    administrator = as_role("administrator").get("/admin/import/")
    assert "用户名留空时，按姓名拼音自动拟一个。" in administrator.text
    assert administrator.soup.select_one("a[href='/admin/import/example.xlsx']")


def test_each_example_is_read_without_a_fault(as_role):
    columns = ("display_name", "username", "roles", "departments", "head", "note")
    titles = ["员工姓名", "账号", "角色", "所属部门", "负责人", "说明"]
    lines = [[row.get(column) for column in columns] for row in PEOPLE.examples]
    lines = [[f"{name}二", None, *rest] for name, _username, *rest in lines]  # its own lines are left out
    assert counts(offer(as_role("administrator"), "admin", [titles, *lines])) == [2, 0, 0, 0]
