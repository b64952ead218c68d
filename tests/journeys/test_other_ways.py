"""What a department hears, what is not ours, what the customer refuses: by clicks alone (5.2.1.2, 5.2.2.2, 5.2.2.3)."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import Person


def log(clerk: Person) -> str:
    """业务员 logs a complaint in which nothing is missing; returns its number."""
    clerk.go("我的工作")
    clerk.press("登记投诉")
    clerk.choose("客户", "华声汽配")
    clerk.choose("方式", "邮件")
    clerk.choose("口头/书面", "书面")
    clerk.write("客户联系人", "王工")
    clerk.write("联系电话", "13800138000")
    clerk.choose("型号", "CA-6920")
    clerk.write("批号", "L2611")
    clerk.write("检查数", "50")
    clerk.write("不良数", "2")
    clerk.choose("发现地点", "客户进料")
    clerk.write("投诉内容", "面网掉漆两只")
    clerk.press("登记投诉")
    clerk.see("已完成：登记投诉")
    return number_of(clerk)


def number_of(person: Person) -> str:
    return re.search(r"CC-\d{6}-\d{4}", person.page.locator("h1").inner_text())[0]


def take(person: Person, task: str, number: str) -> None:
    """From My work to the form of the step."""
    person.expect_work(f"{task} · {number}", there=True)
    person.open_work(number)


def analyse(inspector: Person, number: str, *, liability: str, route: str, finding: str = "属实") -> None:
    take(inspector, "分析确认", number)
    inspector.press("分析确认")
    inspector.tick(finding)
    inspector.choose("责任方", liability)
    inspector.write("初步分析", "检查外观与包装")
    inspector.choose("缺陷类别", "外观")
    inspector.choose("不良代码", "掉漆")
    inspector.tick("次要 MI")
    inspector.tick("偶发")
    inspector.tick(route)
    inspector.write("密码", "demo")
    inspector.press("分析确认")
    inspector.see("已完成：分析确认")


def receive(inspector: Person, number: str) -> None:
    take(inspector, "品质接收", number)
    inspector.press("品质接收")
    inspector.see("无需填写")
    inspector.press("品质接收")
    inspector.see("已完成：品质接收")


def reply(clerk: Person, number: str) -> None:
    take(clerk, "回复客户", number)
    clerk.press("回复客户")
    clerk.write("收件人", "王工")
    clerk.choose("回复方式", "邮件")
    clerk.press("回复客户")
    clerk.see("已完成：回复客户")


def test_what_the_warehouse_hears_reaches_sales_at_once(person: Callable[..., Person]) -> None:
    keeper, clerk, inspector = (person(role) for role in ("warehouse_keeper", "sales_clerk", "quality_inspector"))
    keeper.press("转达业务部")
    keeper.write("客户（转达人所述）", "华声汽配送货司机")
    keeper.choose("方式", "来访")
    keeper.write("投诉内容", "司机说上批有两箱标签贴错")
    keeper.press("转达业务部")
    keeper.see("已完成：转达业务部")
    keeper.see("等待")
    number = number_of(keeper)
    inspector.expect_work(number, there=False)

    take(clerk, "登记为投诉", number)
    clerk.press("登记为投诉")
    clerk.choose("客户", "华声汽配")
    clerk.press("登记为投诉")
    clerk.see("已完成：登记为投诉")
    clerk.expect_work(number, there=False)
    inspector.expect_work(f"品质接收 · {number}", there=True)


def test_what_is_not_ours_is_explained_with_evidence(person: Callable[..., Person], photo: Path) -> None:
    clerk, inspector, supervisor = (person(role, tablet=False) for role in ("sales_clerk", "quality_inspector", "quality_supervisor"))
    number = log(clerk)
    receive(inspector, number)
    analyse(inspector, number, liability="运输", route="非本公司责任")

    take(inspector, "说明非本公司责任", number)
    inspector.press("说明非本公司责任")
    inspector.write("回复内容", "外箱破损,掉漆处与破口一致,属运输损坏")
    inspector.press("说明非本公司责任")
    inspector.see("请附上证据")
    inspector.add_file(photo)
    inspector.press("说明非本公司责任")
    inspector.see("已完成：说明非本公司责任")

    reply(clerk, number)
    take(clerk, "跟踪客户确认", number)
    clerk.press("客户接受")
    clerk.write("客户意见", "已向承运方索赔")
    clerk.press("客户接受")
    clerk.see("已完成：客户接受")
    supervisor.expect_work(f"结案 · {number}", there=True)
    supervisor.expect_work(f"记录处理结果 · {number}", there=False)


def test_a_refusal_goes_back_to_analysis_and_gets_a_second_reply(person: Callable[..., Person]) -> None:
    clerk, inspector, supervisor = (person(role) for role in ("sales_clerk", "quality_inspector", "quality_supervisor"))
    number = log(clerk)
    receive(inspector, number)
    for round_number in (1, 2):
        analyse(inspector, number, liability="本公司", route="简易")
        take(supervisor, "记录处理结果", number)
        supervisor.press("记录处理结果")
        supervisor.write("处理结果", f"方案{round_number}")
        supervisor.write("原因", "喷涂附着力不足")
        supervisor.write("措施", "加严百格测试")
        supervisor.press("记录处理结果")
        supervisor.see("已完成：记录处理结果")
        reply(clerk, number)
        take(clerk, "跟踪客户确认", number)
        if round_number == 1:
            clerk.press("客户不接受")
            clerk.write("不接受原因", "要求全部换货")
            clerk.press("客户不接受")
            clerk.see("已完成：客户不接受")
            clerk.expect_work(number, there=False)
    clerk.see("第 2 次回复")
    clerk.see("第 1 次回复")
