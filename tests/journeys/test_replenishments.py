"""Replenishments by clicks alone (5.3.4): 999.99, 1000.00, a split one, a refusal, a change after a
signature, a deputy; signed on tablets in the queue."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_returns import day, number_of


def log_complaint(clerk: Person) -> str:
    clerk.go("客户投诉")
    clerk.press("登记投诉")
    clerk.choose("客户", "华声汽配")
    clerk.choose("方式", "电话")
    clerk.write("投诉内容", "装车后右声道无声")
    clerk.press("登记投诉")
    clerk.see("已完成：登记投诉")
    return number_of(clerk)


def open_complaint(clerk: Person, complaint: str) -> None:
    clerk.go("客户投诉")
    clerk.page.get_by_role("link", name=complaint).first.click()


def apply(clerk: Person, complaint: str, price: str) -> str:
    open_complaint(clerk, complaint)
    clerk.press("提出补货申请")
    row = clerk.page.locator(".form-row").first
    row.locator("select").select_option(
        row.locator("select option", has_text="CA-6920").first.get_attribute("value")
    )
    row.get_by_label("数量").fill("1")
    row.get_by_label("单价（含税）").fill(price)
    clerk.write("要求交期", day(5))
    clerk.write("原订单", "PO-1")
    clerk.write("补货原因", "客户产线待料")
    clerk.press("提出补货申请")
    clerk.see("已完成：提出补货申请")
    return number_of(clerk)


def in_queue(manager: Person, number: str, *, there: bool = True) -> None:
    manager.go("签核")
    expect(manager.page.locator(".approval", has_text=number)).to_have_count(1 if there else 0)


def decide(manager: Person, number: str, button: str, reason: str | None = None) -> None:
    """In the queue: the button, the password, the button."""
    in_queue(manager, number)
    manager.page.locator(".approval", has_text=number).get_by_role("link", name=button, exact=True).click()
    if reason:
        manager.write("驳回原因", reason)
    manager.write("密码", "demo")
    manager.press(button)
    manager.see(f"已完成：{button}")


def test_a_replenishment_of_1000_goes_up_to_the_general_manager(person: Callable[..., Person]) -> None:
    clerk = person("sales_clerk", tablet=False)
    number = apply(clerk, log_complaint(clerk), "999.995")
    clerk.see("1,000.00")
    general = person("general_manager")
    in_queue(general, number, there=False)
    decide(person("sales_manager"), number, "核准补货")
    in_queue(general, number, there=False)
    decide(person("production_manager"), number, "核准补货")
    decide(general, number, "核准补货")
    expect(general.page.locator("html")).to_have_css(
        "scroll-behavior", "auto"
    )  # a button that glides while it is pressed is not pressed
    person("planner").expect_work(f"紧急订单排程 · {number}", there=True)


def test_a_replenishment_of_999_99_is_ordered_by_two_managers_made_and_shipped(
    person: Callable[..., Person],
) -> None:
    """5.3.4, 3.5, 3.6: below the limit the general manager is not asked; planning, production and warehouse
    carry the urgent order out."""
    clerk, general, planner = (
        person("sales_clerk", tablet=False),
        person("general_manager"),
        person("planner"),
    )
    number = apply(clerk, log_complaint(clerk), "999.99")
    decide(person("production_manager"), number, "核准补货")
    planner.expect_work(number, there=False)
    decide(person("sales_manager"), number, "核准补货")
    in_queue(general, number, there=False)

    take(planner, "紧急订单排程", number, {"工单": "WO-2611-07", "排程完工日": day(2)})
    planner.see("EO-")
    take(person("production_operator"), "报告完工", number, {})
    warehouse = person("warehouse_keeper")
    take(warehouse, "出货", number, {"送货单号": "SH-2611-31"})
    warehouse.see("已出货")
    warehouse.expect_work(number, there=False)


def take(somebody: Person, step: str, number: str, written: dict[str, str]) -> None:
    """From My work: the button, what is written, the button."""
    somebody.take(step, number)
    somebody.press(step)
    expect(somebody.page.locator("#step form")).to_have_count(1)
    for label, words in written.items():
        somebody.write(label, words)
    somebody.page.locator("#step").get_by_role("button", name=step, exact=True).click()
    somebody.see(f"已完成：{step}")


def test_a_split_one_goes_up_too_and_a_refused_one_says_why(person: Callable[..., Person]) -> None:
    clerk, sales, production, general = (
        person(role, tablet=role != "sales_clerk")
        for role in ("sales_clerk", "sales_manager", "production_manager", "general_manager")
    )
    complaint = log_complaint(clerk)
    first, second = apply(clerk, complaint, "600"), apply(clerk, complaint, "400")
    decide(sales, first, "核准补货")
    decide(production, first, "核准补货")
    decide(general, first, "核准补货")
    decide(production, second, "驳回", "库存可调拨")
    in_queue(sales, second, there=False)
    open_complaint(clerk, complaint)
    clerk.page.get_by_role("link", name=second).click()
    clerk.see("库存可调拨")
    clerk.see("已驳回")


def test_a_change_after_a_signature_voids_it_and_tells_who_signed(person: Callable[..., Person]) -> None:
    clerk, sales, production = (
        person(role, tablet=role != "sales_clerk")
        for role in ("sales_clerk", "sales_manager", "production_manager")
    )
    number = apply(clerk, log_complaint(clerk), "500")
    decide(sales, number, "核准补货")
    in_queue(production, number)
    production.page.locator(".approval", has_text=number).get_by_role(
        "link", name="核准补货", exact=True
    ).click()
    production.field("密码").locator("input").wait_for()

    clerk.press("修改申请")
    clerk.see("已有人签核")
    clerk.page.locator(".form-row").first.get_by_label("单价（含税）").fill("820")
    clerk.write("更正原因", "客户议定新价")
    clerk.press("修改申请")
    clerk.see("已完成：修改申请")

    production.write("密码", "demo")
    production.press("核准补货")
    production.see("期间的变更")
    production.see("820.00")
    production.write("密码", "demo")
    production.press("核准补货")
    production.see("已完成：核准补货")

    sales.expect_work(f"知悉签核后的变更 · {number}", there=True)
    decide(sales, number, "核准补货")
    sales.expect_work(number, there=False)
    person("planner").expect_work(f"紧急订单排程 · {number}", there=True)


def test_a_refusal_comes_back_and_below_the_limit_the_general_manager_is_no_longer_asked(
    person: Callable[..., Person],
) -> None:
    """5.3.4, Q23: two applications of 600 go up; one is refused, so the other is ordered at once; the refused
    one is filed again in dollars, and who changed it does not sign it."""
    clerk, sales, production, general = (
        person(role, tablet=role != "sales_clerk")
        for role in ("sales_clerk", "sales_manager", "production_manager", "general_manager")
    )
    complaint = log_complaint(clerk)
    first, second = apply(clerk, complaint, "600"), apply(clerk, complaint, "600")
    decide(sales, first, "核准补货")
    decide(production, first, "核准补货")
    in_queue(general, first)
    decide(production, second, "驳回", "库存可调拨")
    in_queue(general, first, there=False)
    open_complaint(clerk, complaint)
    clerk.page.get_by_role("link", name=first).click()
    clerk.see("合计 600.00，低于 1,000.00")
    clerk.see("紧急订单，待排程")

    clerk.take("查看驳回", second)
    clerk.see("库存可调拨")
    clerk.press("修改后重新申请")
    clerk.choose("币别", "美元")
    clerk.write("汇率（1 外币折 RMB）", "7.123456")
    clerk.page.locator(".form-row").first.get_by_label("单价（含税）").fill("40")
    clerk.write("更正原因", "改按美元结算")
    clerk.page.locator("#step").get_by_role("button", name="修改后重新申请", exact=True).click()
    clerk.see("已完成：修改后重新申请")
    clerk.see("284.94")

    sales.go("补货")
    sales.page.get_by_role("link", name=second).click()
    sales.press("修改申请")
    sales.page.locator(".form-row").first.get_by_label("单价（含税）").fill("41")
    sales.write("更正原因", "客户议定新价")
    sales.page.locator("#step").get_by_role("button", name="修改申请", exact=True).click()
    sales.see("您不能签核")
    in_queue(production, second)


def test_a_manager_who_is_away_is_stood_in_for(person: Callable[..., Person]) -> None:
    clerk, sales, planner = (
        person("sales_clerk", tablet=False),
        person("sales_manager", tablet=False),
        person("planner"),
    )
    number = apply(clerk, log_complaint(clerk), "88")
    in_queue(planner, number, there=False)
    sales.go("签核")
    sales.press("我的代理人")
    sales.choose("代理人", "计划员甲")
    sales.write("止", day(2))
    sales.press("指定代理人")
    sales.see("代理人已指定")
    planner.expect_work(f"核准补货 · {number}", there=True)
    decide(planner, number, "核准补货")
    in_queue(sales, number, there=False)
    sales.go("补货")
    sales.page.get_by_role("link", name=number).click()
    sales.see("计划员甲 (代 业务经理甲)")
    sales.go("签核")
    sales.press("我的代理人")
    sales.press("撤销代理")
    sales.see("代理人不再代您签核")
