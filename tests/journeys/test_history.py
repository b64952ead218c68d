"""Five years of Excel: the sales manager brings an old register in, by clicks alone; an open case of it goes
on with quality (5.6, 7.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from tests.importing import xlsx
from tests.journeys.conftest import Person, receive_complaint

TITLES = [
    "序号",
    "投诉编号",
    "投诉日期",
    "客户",
    "型号/品名",
    "批号",
    "出货数",
    "不良数",
    "不良现象",
    "类别",
    "严重度",
    "原因简述",
    "对策简述",
    "应回复",
    "实际回复",
    "结案日",
    "状态",
]
DONE = [
    1,
    "KS-01",
    date(2024, 3, 4),
    "华声汽配",
    "CA-6920",
    "L2402",
    500,
    3,
    "无声",
    "性能/功能",
    "MA",
    "虚焊",
    "点检",
    date(2024, 3, 6),
    date(2024, 3, 5),
    date(2024, 4, 1),
    "已结案",
]
OPEN = [
    2,
    "KS-02",
    date(2024, 5, 6),
    "华声汽配",
    "旧机型-9",
    "L2404",
    300,
    2,
    "外壳有划痕",
    "外观",
    "MI",
    "",
    "",
    date(2024, 5, 8),
    "",
    "",
    "处理中",
]
WRONG = [
    3,
    "KS-03",
    date(2024, 6, 3),
    "华声汽配",
    "CA-6920",
    "L2405",
    200,
    1,
    "标签贴错",
    "标识",
    "MI",
    "看错",
    "防错",
    date(2024, 6, 5),
    date(2024, 6, 1),
    date(2024, 7, 1),
    "已结案",
]


def read(manager: Person, path: Path, lines: list[list]) -> None:
    """From the list of complaints to the preview of a table."""
    path.write_bytes(xlsx([["2024年客户抱怨明细表"], TITLES, *lines]))
    manager.go("客户投诉")
    manager.press("导入旧台账")
    manager.page.locator("input[type=file]").first.set_input_files(str(path))
    manager.press("读取文件")
    manager.see("预览")


def test_an_old_register_comes_in_and_its_open_case_goes_on(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    manager, inspector, clerk = (
        person("sales_manager", tablet=False),
        person("quality_inspector"),
        person("sales_clerk"),
    )
    path = tmp_path / "2024年客诉台账.xlsx"
    clerk.go("客户投诉")
    expect(clerk.page.get_by_role("link", name="导入旧台账")).to_have_count(0)

    # 业务经理 reads the file: one line cannot be true, one model is not known
    read(manager, path, [DONE, OPEN, WRONG])
    manager.see("2024-06-01 早于投诉日期（2024-06-03）")
    manager.see("本系统没有型号“旧机型-9”，按原文保留。")
    manager.see("品质接收 (检验员、品质主管)")
    manager.press("导入 2 行，跳过 1 行")
    manager.see("已导入 2 行，跳过 1 行。")

    # the wrong day is corrected in Excel and the whole file is read again: only that line is new
    read(manager, path, [DONE, OPEN, [*WRONG[:-3], date(2024, 6, 4), *WRONG[-2:]]])
    manager.press("导入 1 行，跳过 2 行")
    manager.see("已导入 1 行，跳过 2 行。")
    for number in ("CC-202403-0001", "CC-202405-0001", "CC-202406-0001"):
        manager.see(number)

    # an old case is found by its own number and read like any other
    manager.page.get_by_role("searchbox").fill("KS-01")
    expect(manager.page.locator("#rows tbody tr")).to_have_count(1)
    manager.page.get_by_role("link", name="CC-202403-0001").click()
    manager.see("由“2024年客诉台账.xlsx”第 3 行导入")
    expect(manager.page.locator(".state").first).to_have_text("已结案")

    # quality finds the open one in My work and takes it on; the closed ones ask nothing of anybody
    inspector.expect_work("CC-202403-0001", there=False)
    inspector.expect_work("品质接收 · CC-202405-0001", there=True)
    receive_complaint(inspector, "CC-202405-0001")
    inspector.see("旧机型-9")
    inspector.expect_work("分析确认 · CC-202405-0001", there=True)
    inspector.expect_work("品质接收 · CC-202405-0001", there=False)
