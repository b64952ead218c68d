"""What a department hears, what is not ours, what the customer refuses: by clicks alone (5.2.1.2, 5.2.2.2,
5.2.2.3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import Person, confirm_route, log_complaint, receive_complaint


def analyse(inspector: Person, number: str, *, liability: str, route: str, finding: str = "属实") -> None:
    inspector.take("分析确认", number)
    inspector.press("分析确认")
    inspector.tick(finding)
    inspector.choose("责任方", liability)
    inspector.write("初步分析", "检查外观与包装")
    inspector.choose("缺陷类别", "外观")
    inspector.choose("不良代码", "掉漆")
    inspector.tick("次要 MI")
    inspector.tick("偶发")
    if liability == "本公司":
        inspector.choose("责任部门", "生产部")
    inspector.tick(route)
    inspector.write("密码", "demo")
    inspector.press("分析确认")
    inspector.see("已完成：分析确认")


def reply(clerk: Person, number: str) -> None:
    clerk.take("回复客户", number)
    clerk.press("回复客户")
    clerk.write("收件人", "王工")
    clerk.choose("回复方式", "邮件")
    clerk.press("回复客户")
    clerk.see("已完成：回复客户")


def test_what_the_warehouse_hears_reaches_sales_at_once(person: Callable[..., Person]) -> None:
    keeper, clerk, inspector = (
        person(role) for role in ("warehouse_keeper", "sales_clerk", "quality_inspector")
    )
    keeper.press("转达业务部")
    keeper.write("客户（转达人所述）", "华声汽配送货司机")
    keeper.choose("方式", "来访")
    keeper.write("投诉内容", "司机说上批有两箱标签贴错")
    keeper.press("转达业务部")
    keeper.see("已完成：转达业务部")
    keeper.see("等待")
    number = keeper.number(r"ZD-\d{6}-\d{4}")
    inspector.expect_work(number, there=False)

    clerk.take("登记为投诉", number)
    clerk.press("登记为投诉")
    clerk.choose("客户", "华声汽配")
    clerk.press("登记为投诉")
    clerk.see("已完成：登记为投诉")
    number = clerk.number()  # it takes one of the register's numbers only now
    clerk.expect_work(number, there=False)
    inspector.expect_work(f"品质接收 · {number}", there=True)


def test_what_is_not_ours_is_explained_with_evidence(person: Callable[..., Person], photo: Path) -> None:
    clerk, inspector, supervisor = (
        person(role, tablet=False) for role in ("sales_clerk", "quality_inspector", "quality_supervisor")
    )
    number = log_complaint(clerk, "面网掉漆两只")
    receive_complaint(inspector, number)
    analyse(inspector, number, liability="运输", route="非本公司责任")
    confirm_route(supervisor, number)

    inspector.take("说明非本公司责任", number)
    inspector.press("说明非本公司责任")
    inspector.write("回复内容", "外箱破损,掉漆处与破口一致,属运输损坏")
    inspector.press("说明非本公司责任")
    inspector.see("请附上证据")
    inspector.add_file(photo)
    inspector.press("说明非本公司责任")
    inspector.see("已完成：说明非本公司责任")

    reply(clerk, number)
    clerk.take("跟踪客户确认", number)
    clerk.press("客户接受")
    clerk.write("客户意见", "已向承运方索赔")
    clerk.press("客户接受")
    clerk.see("已完成：客户接受")
    supervisor.expect_work(f"结案 · {number}", there=True)
    supervisor.expect_work(f"记录处理结果 · {number}", there=False)


def test_a_refusal_goes_back_to_analysis_and_gets_a_second_reply(person: Callable[..., Person]) -> None:
    clerk, inspector, supervisor = (
        person(role) for role in ("sales_clerk", "quality_inspector", "quality_supervisor")
    )
    number = log_complaint(clerk, "面网掉漆两只")
    receive_complaint(inspector, number)
    for round_number in (1, 2):
        analyse(inspector, number, liability="本公司", route="简易")
        confirm_route(supervisor, number)
        supervisor.take("记录处理结果", number)
        supervisor.press("记录处理结果")
        supervisor.write("处理结果", f"方案{round_number}")
        supervisor.write("产生原因", "喷涂附着力不足")
        supervisor.write("流出原因", "首件未作百格测试")
        supervisor.write("措施内容", "加严百格测试")
        supervisor.choose("责任人", "检验员甲")
        supervisor.press("记录处理结果")
        supervisor.see("已完成：记录处理结果")
        reply(clerk, number)
        clerk.take("跟踪客户确认", number)
        if round_number == 1:
            clerk.press("客户不接受")
            clerk.write("不接受原因", "要求全部换货")
            clerk.press("客户不接受")
            clerk.see("已完成：客户不接受")
            clerk.expect_work(number, there=False)
    clerk.see("第 2 次回复")
    clerk.see("第 1 次回复")


def test_the_supervisor_sends_an_analysis_back_and_then_chooses_another_route(
    person: Callable[..., Person],
) -> None:
    clerk, inspector, supervisor = (
        person(role) for role in ("sales_clerk", "quality_inspector", "quality_supervisor")
    )
    number = log_complaint(clerk, "面网掉漆两只")
    receive_complaint(inspector, number)
    analyse(inspector, number, liability="本公司", route="简易")
    inspector.see("记录处理结果：须待路径已确认")

    # 品质主管 sends it back with a reason, which 检验员 finds in My work and on the page
    supervisor.take("确认处理路径", number)
    supervisor.press("退回分析")
    supervisor.write("原因", "未核对同批库存")
    supervisor.press("退回分析")
    supervisor.see("已完成：退回分析")
    inspector.expect_work(f"分析确认 · {number}", there=True)
    inspector.see("未核对同批库存")
    analyse(inspector, number, liability="本公司", route="简易")

    # another route than that of the analysis takes a reason
    supervisor.take("确认处理路径", number)
    supervisor.press("确认处理路径")
    supervisor.tick("检讨会")
    supervisor.write("密码", "demo")
    supervisor.press("确认处理路径")
    supervisor.see("请说明改选其他路径的理由")
    supervisor.write("选择该路径的理由", "本月第三次掉漆")
    supervisor.write("密码", "demo")
    supervisor.press("确认处理路径")
    supervisor.see("已完成：确认处理路径")
    supervisor.expect_work(f"召集检讨会 · {number}", there=True)
    supervisor.expect_work(f"记录处理结果 · {number}", there=False)
