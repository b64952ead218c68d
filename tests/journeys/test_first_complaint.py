"""A complaint from the first word to the close, by clicks alone (5.2.1.1, 5.2.1.3, 5.2.2.3, 5.2.2.6, 5.6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person, confirm_route, log_complaint, receive_complaint

WAYS = {
    "on a tablet": {},
    "without JavaScript": {"javascript": False},
    "with the CDN hanging": {"cdn": "hang"},
    "with the CDN failing": {"cdn": "fail", "tablet": False},
}


@pytest.mark.parametrize("way", WAYS)
def test_an_occasional_complaint_goes_from_intake_to_close(
    person: Callable[..., Person], photo: Path, way: str, let_a_week_pass: Callable[[], None]
) -> None:
    clerk, inspector, supervisor = (
        person(role, **WAYS[way]) for role in ("sales_clerk", "quality_inspector", "quality_supervisor")
    )

    # 业务员 hears of it by telephone and logs it (5.2.1.1)
    number = log_complaint(clerk, "装车后右声道无声", photo=photo)
    clerk.see("剩")
    clerk.expect_work(number, there=False)

    # 检验员 finds it in My work, takes it in hand, analyses and signs (5.2.1.3)
    receive_complaint(inspector, number)
    inspector.expect_work(f"分析确认 · {number}", there=True)
    inspector.open_work(number)
    inspector.press("分析确认")
    inspector.tick("属实")
    inspector.choose("责任方", "本公司")
    inspector.write("初步分析", "功放输出端焊点虚焊")
    inspector.choose("缺陷类别", "性能/功能")
    inspector.choose("不良代码", "无声")
    inspector.choose("责任部门", "生产部")
    inspector.tick("主要 MA")
    inspector.tick("偶发")
    inspector.tick("简易")
    inspector.write("密码", "demo")
    inspector.press("分析确认")
    inspector.see("已完成：分析确认")
    inspector.expect_work(number, there=False)

    # 品质主管 confirms the route (Q11), settles with the customer, records it the same day (5.2.2.3)
    supervisor.expect_work(f"记录处理结果 · {number}", there=False)
    confirm_route(supervisor, number)
    supervisor.expect_work(f"记录处理结果 · {number}", there=True)
    supervisor.open_work(number)
    supervisor.press("记录处理结果")
    supervisor.write("处理结果", "补发两只,客户同意")
    supervisor.write("产生原因", "虚焊")
    supervisor.write("流出原因", "首检未听音")
    supervisor.write("措施内容", "加严焊点全检")
    supervisor.choose("责任人", "检验员甲")
    supervisor.press("记录处理结果")
    supervisor.see("已完成：记录处理结果")
    supervisor.expect_work(number, there=False)

    # 业务员 sends it to the customer and follows up until the customer accepts (5.2.2.3)
    clerk.expect_work(f"回复客户 · {number}", there=True)
    clerk.open_work(number)
    clerk.press("回复客户")
    clerk.choose("回复方式", "邮件")
    clerk.press("回复客户")
    clerk.see("已完成：回复客户")
    clerk.expect_work(f"跟踪客户确认 · {number}", there=True)
    clerk.open_work(number)
    clerk.press("客户接受")
    clerk.write("客户意见", "同意补发方案")
    clerk.press("客户接受")
    clerk.see("已完成：客户接受")
    clerk.expect_work(number, there=False)

    # the measure is carried out with a photograph, and its effect checked, before it closes (5.2.2.5)
    inspector.expect_work(f"完成对策 · {number}", there=True)
    inspector.open_work(f"完成对策 · {number}")
    inspector.press("完成对策")
    inspector.write("完成说明", "全检已加严，首批正常")
    inspector.add_file(photo)
    inspector.press("完成对策")
    inspector.see("已完成：完成对策")
    supervisor.expect_work(f"结案 · {number}", there=False)
    supervisor.open_work(f"确认对策效果 · {number}")
    supervisor.see("对策效果尚未确认")
    supervisor.see("起可签“有效”")
    let_a_week_pass()
    supervisor.press("确认对策效果")
    supervisor.write("确认方法", "跟踪后续三批")
    supervisor.write("确认结果", "三批无复发")
    supervisor.write("密码", "demo")
    supervisor.press("确认对策效果")
    supervisor.see("已完成：确认对策效果")

    # 品质主管 closes it with a signature (5.2.2.3)
    supervisor.expect_work(f"结案 · {number}", there=True)
    supervisor.open_work(number)
    supervisor.press("结案")
    supervisor.write("密码", "demo")
    supervisor.press("结案")
    supervisor.see("已完成：结案")
    supervisor.expect_work(number, there=False)

    # The register shows it (5.6)
    clerk.go("清单报表")
    clerk.page.get_by_role("link", name="客户抱怨明细表").first.click()
    line = clerk.page.locator("tbody tr", has_text=number)
    expect(line).to_contain_text("已结案")
    expect(line).to_contain_text("虚焊")
