"""Who can sign what today, on the administrator's pages (5.3.4): a gate that nobody can pass is seen before
an applicant finds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.records.users import User
from tests.returned import Replenishments
from tests.support import day_of, kept

PAGE = "/admin/signers/"


@pytest.fixture
def administrator(as_role):
    return as_role("administrator")


@pytest.fixture
def filed(app, people, on, complaint_in):
    complaint, made = complaint_in("received"), []

    def make(**options):
        with kept(app):
            made.append(Replenishments(people, on, complaint.id)(**options))
        return made[-1]

    return make


def row_of(browser, role: str) -> list[str]:
    """The cells of the row that names a role of replenishment: the role, who can, deputies."""
    for row in browser.soup.select("table.signers tbody")[-1].select("tr"):
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        if cells[0] == role:
            return cells[:3]
    raise AssertionError(role)


def warnings(browser, page: str) -> list[tuple[bool, str]]:
    """What the administrator is told: whether it is a fault, and its words."""
    browser.get(page)
    return [
        ("message-danger" in box["class"], box.p.get_text(" ", strip=True))
        for box in browser.soup.select("main .message-danger, main .message-warning")
        if "签" in box.get_text() or "补货" in box.get_text()
    ]


def test_each_signature_stands_with_its_people_and_the_way_to_them(administrator, people):
    page = administrator.get(PAGE)
    assert [
        row.th.get_text(" ", strip=True).split()[0]
        for row in page.soup.select("table.signers tbody tr")
        if row.th
    ] == [
        "分析确认",
        "确认处理路径",
        "会签",
        "确认对策效果",
        "结案",
        "同意变更回复时间",
        "效果验证",
        "结案",
        "核准补货",
    ]
    assert row_of(page, "业务经理") == ["业务经理", "业务经理甲", "/"]
    link = page.soup.find("a", string="总经理甲")
    assert link["href"] == f"/admin/people/{people['general_manager'].id}"


def test_a_deputy_stands_there_with_the_days(app, administrator, people, on):
    today = day_of(on)
    with kept(app):
        Deputy.name_for(
            role="sales_manager",
            deputy=db.session.get(User, people["planner"].id),
            first_on=today,
            last_on=today + timedelta(days=2),
            by=db.session.get(User, people["sales_manager"].id),
            on=on,
        )
    assert (
        row_of(administrator.get(PAGE), "业务经理")[2]
        == f"计划员甲 代 业务经理甲 {today} – {today + timedelta(days=2)}"
    )


def test_all_well_is_no_warning(administrator):
    assert [warnings(administrator, page) for page in ("/admin/", PAGE)] == [[], []]
    assert [
        line.get_text(" ", strip=True).split("  ")[0]
        for line in administrator.soup.select(".signatures li b")
    ] == ["业务经理 → 生产经理", "业务经理 → 生产经理 → 总经理"]


def test_a_gate_without_anybody_is_a_fault_on_both_pages(administrator, people):
    administrator.step(f"/admin/people/{people['production_manager'].id}/leave")
    for page in ("/admin/", PAGE):
        found = [text for grave, text in warnings(administrator, page) if grave]
        assert [("业务经理、生产经理" in text, "不同的人" in text) for text in found] == [(True, True)] * 2, (
            page
        )
    assert row_of(administrator.get(PAGE), "生产经理") == ["生产经理", "无人", "/"]


@pytest.mark.usefixtures("nobody_in_place")
def test_one_person_with_both_roles_is_a_fault_before_an_applicant_finds_it(administrator, people, filed):
    administrator.step(
        f"/admin/people/{people['production_manager'].id}/edit", **{"memberships-1-role": "sales_manager"}
    )
    assert administrator.status == 303
    administrator.step(f"/admin/people/{people['sales_manager'].id}/leave")
    assert (
        len(
            [
                text
                for grave, text in warnings(administrator, "/admin/")
                if grave and "补货目前无法核准" in text
            ]
        )
        == 2
    )
    assert (
        row_of(administrator.get(PAGE), "业务经理")[1] == "生产经理甲"
    )  # each role is held: the chain is what fails


@pytest.mark.usefixtures("nobody_in_place")
def test_the_only_sales_manager_who_usually_applies_is_a_warning(administrator, filed):
    filed(by="sales_manager", price="1")
    filed(by="sales_manager", price="1")
    found = [text for grave, text in warnings(administrator, "/admin/") if not grave]
    assert [text.startswith("补货通常由业务经理甲提出") for text in found] == [True, True]
    assert "由以下人员提出时无法签齐：业务经理甲" in administrator.get(PAGE).text


@pytest.mark.usefixtures("nobody_in_place")
def test_what_nobody_can_sign_now_is_a_fault_and_counted(administrator, filed):
    filed(by="sales_manager", signed=("production_manager",))
    filed()
    assert [text for grave, text in warnings(administrator, "/admin/") if grave] == [
        "有 1 件待签核，但目前在职人员都不能签。 谁能签核"
    ]
    last = administrator.get(PAGE).soup.select("table.signers tbody")[-1].select("td.number")[0]
    assert last.get_text(" ", strip=True) == "2 其中 1 件无人能签"


def test_no_records_contents_are_shown(administrator, filed):
    record = filed()
    page = administrator.get(PAGE)
    assert [word for word in (record.number, "华声汽配", "客户产线待料", "500.00") if word in page.html] == []


def test_it_asks_as_often_for_many_people_as_for_few(app, administrator, people, count_queries, on):
    counts = []
    for names in (("a", "b"), ("c", "d", "e", "f")):
        with kept(app):
            for name in names:
                user = User.create(
                    username=name,
                    name=name,
                    password="demo",
                    memberships=[("sales", "sales_manager", False)],
                    by=None,
                    on=on,
                )
                Deputy.name_for(
                    role="sales_manager",
                    deputy=db.session.get(User, people["planner"].id),
                    first_on=day_of(on),
                    last_on=day_of(on),
                    by=user,
                    on=on,
                )
        with count_queries() as ran:
            assert administrator.get(PAGE).status == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", ["general_manager", "auditor", "sales_manager"])
def test_it_is_the_administrators_page(as_role, role):
    assert as_role(role).get(PAGE).status == 403
