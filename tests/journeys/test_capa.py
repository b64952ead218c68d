"""A CAR by clicks alone (5.2.2.5): issued from inside, analysed, its measures carried out on tablets, without
effect, a second round, verified."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.conftest import Person

CAR = r"CAR-\d{4}-\d{3}"


def issue(inspector: Person) -> str:
    inspector.go("纠正预防措施")
    inspector.press("开出纠正预防措施报告")
    inspector.choose("来源", "内部")
    inspector.write("来源单号", "IPQC-1123")
    inspector.write("问题描述", "巡检发现右声道焊点虚焊")
    inspector.choose("责任部门", "生产部")
    inspector.press("开出纠正预防措施报告")
    inspector.see("已完成：开出纠正预防措施报告")
    return inspector.number(CAR)


def answer_why(manager: Person, part: str, *answers: str) -> None:
    """One row of whys: the fields under the heading of that cause."""
    box = manager.page.locator("fieldset").filter(
        has=manager.page.locator("legend", has_text=re.compile(rf"^\s*{part}"))
    )
    for number, answer in enumerate(answers, 1):
        box.get_by_label(f"为什么 {number}").fill(answer)
    box.locator(".why-line").nth(len(answers) - 1).get_by_text("已验证").click()


def analyse(manager: Person, number: str, cause: str, system: str = "") -> None:
    manager.take("原因分析", number)
    manager.press("原因分析")
    manager.field("产生原因").locator("textarea").wait_for()
    answer_why(manager, "产生", "焊点虚焊", cause)
    answer_why(manager, "流出", "功能测试未发现", "只测左声道")
    manager.write("产生原因", cause)
    manager.write("流出原因", "功能测试只测左声道")
    manager.write("系统原因", system)
    manager.write("原因验证方法及结果", "按原条件再现,改后 200 只无不良")
    manager.write("原因验证人", "工艺员甲")
    manager.field("原因类别").first.locator("select").select_option(label="机")
    rows = manager.page.locator(".form-row")
    rows.nth(1).locator("input[type=text]").fill(cause)
    manager.press("原因分析")
    manager.see("请在鱼骨图上标出根本原因")
    rows.nth(1).locator("label.choice").click()
    manager.press("原因分析")
    manager.see("已完成：原因分析")
    expect(manager.page.locator("figure.fishbone img >> nth=0")).to_be_visible()
    assert (
        manager.page.locator("figure.fishbone img >> nth=0").evaluate(
            "image => image.complete && image.naturalWidth"
        )
        > 600
    )


def set_measures(manager: Person, *measures: tuple[str, str, str]) -> None:
    """Each measure: kind, what, whose."""
    manager.press("制定措施")
    manager.field("措施内容").first.locator("textarea").wait_for()
    for place, (kind, what, owner) in enumerate(measures):
        row = manager.page.locator("fieldset.panel").nth(place)
        row.locator("textarea").fill(what)
        for control, option in ((row.locator("select").first, kind), (row.locator("select").last, owner)):
            control.select_option(control.locator("option", has_text=option).first.get_attribute("value"))
        row.locator("input[type=date]").fill(datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat())
    manager.press("制定措施")
    manager.see("已完成：制定措施")


def do_action(owner: Person, number: str, photo: Path, what: str | None = None) -> None:
    owner.take("完成措施", number)
    owner.press("完成措施")
    owner.field("完成说明").locator("textarea").wait_for()
    if what:
        owner.tick(what)
    owner.write("完成说明", "已执行并记录")
    owner.press("完成措施")
    owner.see("请附上证据")
    owner.add_file(photo)
    owner.press("完成措施")
    owner.see("已完成：完成措施")


def prove(inspector: Person, number: str, step: str, data: str) -> None:
    inspector.take("效果验证", number)
    inspector.press(step)
    inspector.write("验证方法·期间", "下三批")
    inspector.write("验证数据", data)
    inspector.write("密码", "demo")
    inspector.press(step)
    inspector.see(f"已完成：{step}")


def test_a_car_without_effect_goes_a_second_round_and_is_verified(
    person: Callable[..., Person], photo: Path, let_a_week_pass: Callable[[], None]
) -> None:
    inspector, manager = person("quality_inspector", tablet=False), person("production_manager", tablet=False)
    operator, planner = person("production_operator"), person("planner")
    number = issue(inspector)
    operator.expect_work(f"原因分析 · {number}", there=True)
    planner.expect_work(number, there=False)

    analyse(manager, number, "烙铁温度偏低")
    set_measures(manager, ("纠正", "每两小时点检温度", "生产作业员甲"), ("临时", "全检在库", "计划员甲"))
    do_action(operator, number, photo)
    operator.expect_work(number, there=False)
    do_action(planner, number, photo)
    prove(inspector, number, "验证无效，重开", "三批中仍有 2 只虚焊")
    inspector.see("第 2 轮")
    inspector.see("第 1 轮")

    analyse(manager, number, "锡丝受潮")
    set_measures(manager, ("纠正", "锡丝入库前烘烤", "生产作业员甲"))
    do_action(operator, number, photo)
    let_a_week_pass()
    prove(inspector, number, "效果验证", "三批共 600 只,无不良")
    inspector.see("已验证结案")
    inspector.expect_work(number, there=False)
