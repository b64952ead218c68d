"""Returns by clicks alone (5.3): one that starts at the gate, one that starts at sales with a replenishment
for it. Each at the right person's screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.conftest import Person


def day(days: int = 0) -> str:
    return (datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=days)).isoformat()


def number_of(person: Person) -> str:
    """The number in the heading of the record."""
    return re.search(r"[A-Z]{2,3}-\d{6}-\d{3,4}", person.page.locator("h1").inner_text())[0]


def take(person: Person, task: str, number: str) -> None:
    """From My work to the record; the task is gone from it once the step is taken."""
    person.expect_work(f"{task} · {number}", there=True)
    person.open_work(f"{task} · {number}")


def step(person: Person, task: str, number: str, name: str, **typed: str) -> None:
    """A step of the record that waits in My work: open, press, write, press."""
    take(person, task, number)
    person.press(name)
    expect(
        person.page.locator("main").get_by_role("button", name=name, exact=True)
    ).to_be_visible()  # the form has come
    for label, text in typed.items():
        person.write(label, text)
    person.press(name)
    person.see(f"已完成：{name}")


def slip(person: Person, quantity: str) -> None:
    person.choose("客户", "华声汽配")
    row = person.page.locator("fieldset.panel").first
    row.locator("select").select_option(
        row.locator("select option", has_text="CA-6920").first.get_attribute("value")
    )
    for label, text in (("退货单数量", quantity), ("批号", "L2611"), ("退货原因", "右声道无声")):
        row.get_by_label(label).fill(text)


def count(keeper: Person, number: str, quantity: str) -> None:
    take(keeper, "清点入退货区", number)
    keeper.press("清点入退货区")
    keeper.write("实收数量", quantity)
    keeper.tick("退货区2号位")
    keeper.press("清点入退货区")
    keeper.see("已完成：清点入退货区")


def test_a_return_that_starts_at_the_gate_is_reworked_and_goes_back(person: Callable[..., Person]) -> None:
    keeper, clerk, inspector = (
        person("warehouse_keeper"),
        person("sales_clerk", tablet=False),
        person("quality_inspector"),
    )
    keeper.go("客户退货")
    keeper.press("登记收到的退货")
    slip(keeper, "10")
    keeper.press("登记收到的退货")
    keeper.see("已完成：登记收到的退货")
    number = number_of(keeper)

    take(clerk, "业务登记退货", number)
    clerk.press("业务登记退货")
    clerk.choose("退货类型", "使用不良")
    clerk.write("回交时间", day(9))
    clerk.press("业务登记退货")
    clerk.see("已完成：业务登记退货")
    clerk.expect_work(f"业务登记退货 · {number}", there=False)
    take(inspector, "责任判定", number)
    inspector.press("属本公司责任，清点")
    inspector.tick("本公司")
    inspector.write("判定依据", "焊点虚焊")
    inspector.press("属本公司责任，清点")
    inspector.expect_work(f"责任判定 · {number}", there=False)

    count(keeper, number, "8")
    keeper.see("退货单 10 只，实收 8 只")
    step(clerk, "处理数量差异", number, "处理数量差异", 差异原因及处理="客户少装两只，已确认")
    take(inspector, "检验并处置", number)
    inspector.press("检验并处置")
    for label, quantity in (("合格", "3"), ("转重工", "5"), ("报废", "1")):
        inspector.write(label, quantity)
    inspector.press("检验并处置")
    inspector.see("未结数量只有 8 只，输入了 9")
    inspector.write("转重工", "4")
    inspector.press("检验并处置")
    inspector.see("已完成：检验并处置")

    step(
        person("process_engineer"),
        "制定重工流程",
        number,
        "制定重工流程",
        重工流程="补焊端子，重测",
        重工流程编号="RW-031",
    )
    step(person("planner", tablet=False), "重工排程", number, "重工排程", 重工完成日=day(3))
    operator = person("production_operator")
    step(operator, "报告重工数量", number, "报告重工数量", 重工完成="3")
    step(operator, "报告重工数量", number, "报告重工数量", 重工完成="1")
    operator.expect_work(f"报告重工数量 · {number}", there=False)
    step(inspector, "复检", number, "复检", 复检合格="3", 复检报废="1")
    expect(inspector.page.locator("svg.tally")).to_have_attribute(
        "aria-label", "合格 3 只, 复检合格 3 只, 复检报废 1 只, 报废 1 只"
    )
    step(keeper, "返还/报废", number, "返还/报废", 送货单号="SH-88")
    step(clerk, "客户确认", number, "客户确认", 客户意见="数量无误")
    supervisor = person("quality_supervisor", tablet=False)
    supervisor.go("签核")
    supervisor.page.locator(".approval", has_text=f"结案 · {number}").get_by_role(
        "link", name="结案", exact=True
    ).click()
    supervisor.write("密码", "demo")
    supervisor.press("结案")
    supervisor.see("已完成：结案")
    expect(supervisor.page.locator(".approval", has_text=number)).to_have_count(0)


def test_a_return_that_starts_at_sales_is_picked_up_and_its_goods_are_replenished(
    person: Callable[..., Person],
) -> None:
    clerk, inspector, planner = (
        person("sales_clerk", tablet=False),
        person("quality_inspector"),
        person("planner", tablet=False),
    )
    clerk.go("客户退货")
    clerk.press("登记退货")
    slip(clerk, "5")
    clerk.choose("退货类型", "进货检验批退")
    clerk.tick("客户要求及时补货")
    clerk.press("登记退货")
    clerk.see("请填写客户要求补货的日期")
    clerk.write("补货要求日期", day(6))
    clerk.press("登记退货")
    clerk.see("已完成：登记退货")
    number = number_of(clerk)

    take(inspector, "责任判定", number)
    inspector.press("属本公司责任，安排拉回")
    inspector.tick("供应商")
    inspector.write("判定依据", "供应商磁钢退磁")
    inspector.press("属本公司责任，安排拉回")
    inspector.see("已完成：属本公司责任，安排拉回")
    step(planner, "安排拉回", number, "安排拉回", 拉回日期=day(1), 拉回安排="顺丰到付")
    count(person("warehouse_keeper"), number, "5")

    clerk.go("客户退货")
    clerk.page.get_by_role("link", name=number).click()
    clerk.press("提出补货申请")
    clerk.write("单价（含税）", "199.9980")
    clerk.write("原订单", "PO-1")
    clerk.write("补货原因", "客户产线待料")
    clerk.press("提出补货申请")
    clerk.see("999.99")
    replenishment = number_of(clerk)
    for role in ("production_manager", "sales_manager"):
        manager = person(role)
        manager.go("签核")
        manager.page.locator(".approval", has_text=replenishment).get_by_role(
            "link", name="核准补货", exact=True
        ).click()
        manager.see("999.99")
        manager.write("密码", "demo")
        manager.press("核准补货")
        manager.see("已完成：核准补货")
        expect(manager.page.locator(".approval", has_text=replenishment)).to_have_count(0)
    step(planner, "紧急订单排程", replenishment, "紧急订单排程", 工单="WO-71", 排程完工日=day(2))
    step(person("production_manager"), "报告完工", replenishment, "报告完工")
    keeper = person("warehouse_keeper")
    step(keeper, "出货", replenishment, "出货", 送货单号="SH-90")
    keeper.see("已出货")
