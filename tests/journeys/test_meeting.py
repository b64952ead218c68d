"""A major complaint through its meeting, by clicks alone (5.2.2.4): three heads, the goods at every place,
the result, and the close at last."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.conftest import Person, confirm_route, log_complaint, receive_complaint
from tests.journeys.test_capa import CAR, analyse, do_action, prove, set_measures

HEADS = {"sales_manager": "业务部", "engineer": "工程部", "production_manager": "生产部"}
NONE_THERE = ("客户处", "在途", "在制品", "原材料")


def row(person: Person, name: str, number: int) -> Person:
    """A row of a form, by what it is called and its place."""
    return Row(person, person.page.get_by_role("group", name=f"{name} {number}", exact=True))


class Row:
    def __init__(self, person: Person, box) -> None:
        self.person, self.box = person, box

    def choose(self, label: str, option: str) -> None:
        select = self._field(label).locator("select")
        select.select_option(select.locator("option", has_text=option).first.get_attribute("value"))

    def write(self, label: str, text: str) -> None:
        self._field(label).locator("input").fill(text)

    def _field(self, label: str):
        self.person.wait_for_form()
        named = self.person.page.locator(".field-label").filter(
            has_text=re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")
        )
        return self.box.locator(".field").filter(has=named)


def test_a_major_complaint_goes_through_its_meeting_to_the_close(
    person: Callable[..., Person], photo: Path, let_a_week_pass: Callable[[], None]
) -> None:
    clerk, inspector, supervisor = (
        person("sales_clerk"),
        person("quality_inspector"),
        person("quality_supervisor", tablet=False),
    )
    heads = {role: person(role) for role in HEADS}
    planner = person("planner")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()

    # 业务员 logs it (5.2.1.1)
    number = log_complaint(clerk, "整批右声道无声", defects="3")

    # 检验员 takes it in hand and signs that it goes to the meeting (5.2.1.3)
    receive_complaint(inspector, number)
    inspector.press("分析确认")
    inspector.tick("属实")
    inspector.choose("责任方", "本公司")
    inspector.write("初步分析", "功放输出端焊点整批虚焊")
    inspector.choose("缺陷类别", "性能/功能")
    inspector.choose("不良代码", "无声")
    inspector.choose("责任部门", "生产部")
    inspector.tick("致命 CR")
    inspector.tick("批量")
    inspector.see("按程序应走“检讨会”")
    inspector.tick("检讨会")
    inspector.write("密码", "demo")
    inspector.press("分析确认")
    inspector.see("已完成：分析确认")

    # 品质主管 confirms the route (Q11), is asked for a CAPA from now on (5.2.2.5), and holds the meeting;
    # without engineering it is refused (5.2.2.4)
    confirm_route(supervisor, number)
    supervisor.expect_work(f"开出纠正预防措施报告 · {number}", there=True)
    supervisor.expect_work(f"召集检讨会 · {number}", there=True)
    supervisor.open_work(f"召集检讨会 · {number}")
    supervisor.press("召集检讨会")
    supervisor.write("开会地点", "二楼会议室")
    supervisor.press("召集检讨会")
    supervisor.see("已完成：召集检讨会")
    for head in heads.values():
        head.expect_work(f"确认参会 · {number}", there=True)
    heads["engineer"].open_work(f"确认参会 · {number}")
    heads["engineer"].press("确认参会")
    heads["engineer"].see("二楼会议室")
    heads["engineer"].press("确认参会")
    heads["engineer"].see("已完成：确认参会")
    heads["engineer"].expect_work(f"确认参会 · {number}", there=False)
    supervisor.expect_work(f"记录检讨会 · {number}", there=True)
    supervisor.open_work(f"记录检讨会 · {number}")
    supervisor.press("记录检讨会")
    expect(supervisor.page.get_by_label("责任部门").first).to_have_value("production")
    supervisor.write("会议记录", "焊接参数漂移,停机点检并追溯整批")
    row(supervisor, "人员", 1).choose("人员", "业务经理甲")
    row(supervisor, "人员", 2).choose("人员", "—")
    row(supervisor, "人员", 2).choose("部门", "—")
    row(supervisor, "人员", 3).choose("人员", "生产经理甲")
    supervisor.press("记录检讨会")
    supervisor.see("工程部 负责人必须参加：工程师甲")
    row(supervisor, "人员", 2).choose("人员", "工程师甲")
    row(supervisor, "人员", 2).choose("部门", "工程部")
    supervisor.press("记录检讨会")
    supervisor.see("已完成：记录检讨会")

    # what becomes of the goods at every place
    supervisor.press("处理决议")
    supervisor.page.get_by_label("发生品 发现数量").fill("3")
    supervisor.page.get_by_label("成品库存 发现数量").fill("40")
    for place in NONE_THERE:
        confirmed = supervisor.page.get_by_label(f"{place} 确认人（无）")
        confirmed.select_option(confirmed.locator("option", has_text="仓管员甲").first.get_attribute("value"))
    first, second = row(supervisor, "处置", 1), row(supervisor, "处置", 2)
    first.choose("处置", "报废")
    first.choose("责任人", "检验员甲")
    first.write("计划完成", today.isoformat())
    second.choose("位置", "成品库存")
    second.write("数量", "30")
    second.choose("处置", "返工")
    second.choose("责任人", "生产经理甲")
    second.write("计划完成", (today + timedelta(days=2)).isoformat())
    supervisor.tick("是")
    supervisor.press("处理决议")
    supervisor.see("成品库存：发现 40，处置合计 30，两者不符")
    row(supervisor, "处置", 2).write("数量", "40")
    supervisor.press("处理决议")
    supervisor.see("已完成：处理决议")

    # three heads countersign, each by name
    for head in heads.values():
        head.expect_work(f"会签 · {number}", there=True)
        head.open_work(f"会签 · {number}")
        head.press("会签")
        head.write("密码", "demo")
        head.press("会签")
        head.see("已完成：会签")
        head.expect_work(f"会签 · {number}", there=False)

    # quality issues the result, sales sends it, the customer accepts
    supervisor.expect_work(f"开立处理结果 · {number}", there=True)
    supervisor.open_work(f"开立处理结果 · {number}")
    supervisor.press("开立处理结果")
    supervisor.write("处理结果", "三只换货,库存四十只重工")
    supervisor.write("原因", "烙铁温度偏低")
    supervisor.write("措施", "每班点检温度")
    supervisor.press("开立处理结果")
    supervisor.see("已完成：开立处理结果")
    clerk.open_work(f"回复客户 · {number}")
    clerk.press("回复客户")
    clerk.choose("回复方式", "邮件")
    clerk.press("回复客户")
    clerk.see("已完成：回复客户")
    clerk.open_work(f"跟踪客户确认 · {number}")
    clerk.press("客户接受")
    clerk.write("客户意见", "同意处理方案")
    clerk.press("客户接受")
    clerk.see("已完成：客户接受")

    # its causes and measures are asked of production, from the complaint's own page (5.2.2.5)
    supervisor.expect_work(f"结案 · {number}", there=False)
    supervisor.expect_work(f"开出纠正预防措施报告 · {number}", there=True)
    supervisor.open_work(f"开出纠正预防措施报告 · {number}")
    supervisor.see("须开出纠正预防措施报告，并验证有效。")
    supervisor.press("开出纠正预防措施报告")
    supervisor.press("开出纠正预防措施报告")
    supervisor.see("已完成：开出纠正预防措施报告")
    car = supervisor.number(CAR)
    supervisor.expect_work(f"开出纠正预防措施报告 · {number}", there=False)
    supervisor.go("纠正预防措施")
    supervisor.page.get_by_role("link", name=car).first.click()
    supervisor.page.get_by_role("link", name=f"投诉 {number}").click()
    expect(supervisor.page.locator("#block-D tbody tr", has_text=car)).to_contain_text("生产部")

    # nothing closes while something is open; the page says what
    supervisor.expect_work(f"结案 · {number}", there=False)
    supervisor.go("客户投诉")
    supervisor.page.get_by_role("link", name=number).click()
    supervisor.see("计划员")
    ends = supervisor.page.locator(".ends li")
    expect(ends).to_have_count(4)
    expect(ends.first).to_contain_text(car)
    expect(supervisor.page.locator("main").get_by_role("link", name="结案", exact=True)).to_have_count(0)

    planner.open_work(f"安排补货或重工 · {number}")
    planner.press("安排补货或重工")
    planner.write("补货/重工安排", "周三上线重工")
    planner.write("安排数量", "40")
    planner.write("交期", (today + timedelta(days=2)).isoformat())
    planner.press("安排补货或重工")
    planner.see("已完成：安排补货或重工")
    for owner in (inspector, heads["production_manager"]):
        owner.open_work(f"执行处置 · {number}")
        owner.press("执行处置")
        owner.write("完成说明", "已完成")
        owner.press("执行处置")
        owner.see("已完成：执行处置")

    manager = heads["production_manager"]
    analyse(manager, car, "烙铁温度偏低", "点检项目未写入控制计划")
    set_measures(manager, ("纠正", "每两小时点检温度", "生产作业员甲"))
    do_action(person("production_operator"), car, photo)
    supervisor.expect_work(f"结案 · {number}", there=False)
    let_a_week_pass()
    prove(inspector, car, "效果验证", "三批共 600 只,无不良")

    supervisor.open_work(f"结案 · {number}")
    supervisor.press("结案")
    supervisor.write("密码", "demo")
    supervisor.press("结案")
    supervisor.see("已完成：结案")

    # the register shows whose it was (MJ-QP-12-05)
    clerk.go("清单报表")
    clerk.page.get_by_role("link", name="客户抱怨明细表").first.click()
    expect(clerk.page.locator("tbody tr", has_text=number)).to_contain_text("生产部")
