"""Goods that arrive after the close of their complaint (5.3.5), from the gate to the judged effect of their
rework (3.4), each at the right person's screen."""

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
from tests.journeys.test_returns import count, day, number_of, slip, step, take
from tests.support import Cases
from tests.tables import ROLES


@pytest.fixture
def closed_complaint(server: str, tmp_path: Path) -> str:
    """The number of a complaint that was closed last month, beside the running server."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    with app.app_context():
        people = {role: User.by_username(role) for role in ROLES}
        complaint = Cases(people, datetime.now(UTC) - timedelta(days=30))("closed")
        db.session.commit()
        number: str = complaint.number
        db.engine.dispose()
    return number


def test_goods_after_the_close_wait_at_the_gate_and_join_the_complaint_that_is_opened_again(
    person: Callable[..., Person], closed_complaint: str
) -> None:
    keeper, clerk = person("warehouse_keeper"), person("sales_clerk", tablet=False)
    keeper.page.locator(".actions .btn").first.click()  # the first button of My work
    slip(keeper, "501")
    expect(keeper.page.locator("input[type=file][capture=environment]")).to_have_attribute(
        "accept", "image/*"
    )
    keeper.press("登记收到的退货")
    keeper.see("已完成：登记收到的退货")
    number = number_of(keeper)

    take(clerk, "业务登记退货", number)
    clerk.press("业务登记退货")
    clerk.choose("退货类型", "使用不良")
    clerk.write("并入投诉编号", closed_complaint)
    clerk.press("业务登记退货")
    clerk.see("已结案")
    expect(clerk.page.get_by_role("link", name="按此投诉的资料登记新投诉")).to_be_visible()

    supervisor = person("quality_supervisor", tablet=False)
    supervisor.page.goto(f"{supervisor.address}/returns/scan?code={closed_complaint}")
    supervisor.press("重新打开")
    supervisor.write("原因", "结案后客户又退回一批")
    supervisor.press("重新打开")
    supervisor.see("已完成：重新打开")

    clerk.press("业务登记退货")
    clerk.see("超过出货数")
    clerk.write("仍按此登记的原因", "客户混入上月的货，一并退回")
    clerk.press("业务登记退货")
    clerk.see("已完成：业务登记退货")
    clerk.see("客户混入上月的货")

    inspector = person("quality_inspector")
    take(inspector, "责任判定", number)
    inspector.press("属本公司责任，清点")
    inspector.tick("本公司")
    inspector.write("判定依据", "焊点虚焊")
    inspector.press("属本公司责任，清点")
    count(keeper, number, "501")
    keeper.see("501 只 未检验")
    step(inspector, "检验并处置", number, "检验并处置", 转重工="501")
    step(person("process_engineer"), "制定重工流程", number, "制定重工流程", 重工流程="补焊端子")
    step(person("planner", tablet=False), "重工排程", number, "重工排程", 重工完成日=day(3))
    step(person("production_operator"), "报告重工数量", number, "报告重工数量", 重工完成="501")
    step(inspector, "复检", number, "复检", 复检合格="501")
    step(keeper, "返还/报废", number, "返还/报废", 送货单号="SH-88")

    engineer = person("process_engineer", tablet=False)
    take(engineer, "判定重工效果", number)
    engineer.press("判定重工效果")
    engineer.tick("无效")
    engineer.write("效果依据", "客户装机又有三只无声")
    engineer.press("判定重工效果")
    engineer.see("请填写后续措施")
    engineer.write("后续措施", "查焊接温度，开出纠正预防措施报告")
    engineer.press("判定重工效果")
    engineer.see("已完成：判定重工效果")
    engineer.expect_work(f"判定重工效果 · {number}", there=False)
    supervisor.page.goto(f"{supervisor.address}/returns/scan?code={number}")
    supervisor.press("开出纠正预防措施报告")
    expect(supervisor.field("问题描述").locator("textarea")).to_have_value(
        f"{number} CA-6920 L2611\n客户装机又有三只无声\n查焊接温度，开出纠正预防措施报告"
    )
