"""What a file holds and an import does not take is named on the preview: sheets, rows, columns, notes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from tests.importing import counts, offer, reasons, remarks
from tests.support import Browser

FILES = Path(__file__).parents[1] / "imports" / "files"


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


def messages(browser: Browser) -> list[str]:
    return [message.get_text(" ", strip=True) for message in browser.soup.select("#preview .message")]


def choose(browser: Browser, **fields: object) -> Browser:
    browser.post(f"{browser.page}/columns", browser.form("form.mapping") | fields)
    return browser.get(browser.page)


def new_lines(browser: Browser) -> list[list[str]]:
    table = browser.soup.select(".panel table")[-1]
    return [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tr")]


def test_another_sheet_with_known_titles_is_named_and_its_choice_stands_open(as_role):
    manager = as_role("sales_manager")
    name = "B06-sheet-for-each-year.xlsx"
    offer(manager, "complaints", (FILES / name).read_bytes(), name)
    assert "2026" in messages(manager)[0]
    assert manager.soup.select_one(".mapping-panel").has_attr("open")
    choose(manager, sheet=["0", "1"])
    assert messages(manager) == []


def test_a_row_with_nothing_in_the_columns_taken_is_counted(clerk):
    rows = [["客户名称", "司机"], ["甲公司", "老王"], ["", "老李"], ["", 4]]
    offer(clerk, "customers", rows)
    assert counts(clerk) == [1, 0, 0, 0]
    assert "要导入的各列都为空 1 行 (第 3 行" in messages(clerk)[-1]
    assert "第 4 行" not in messages(clerk)[-1]  # it was numbered beforehand, and is empty


def test_a_row_that_fills_only_the_notes_is_a_line(clerk):
    rows = [["客户代码", "客户名称", "司机"], ["K1", "甲公司", "老王"], ["", "", "老李"], ["K2", "", "老张"]]
    offer(clerk, "customers", rows)
    choose(clerk, **{"column-2": "into_notes"})
    assert counts(clerk) == [1, 0, 0, 2]
    assert list(reasons(clerk)) == [3, 4]


def test_what_goes_into_the_notes_is_shown(clerk):
    offer(clerk, "customers", [["客户名称", "司机"], ["甲公司", "老王"]])
    choose(clerk, **{"column-1": "into_notes"})
    assert new_lines(clerk) == [["行号", "客户全称", "备注"], ["2", "甲公司", "司机：老王"]]


def test_columns_that_are_too_many_are_told(clerk):
    titles = ["客户名称", *(f"杂项{number}" for number in range(300))]
    offer(clerk, "customers", [titles, ["甲公司", *["x"] * 300]])
    assert any("只读取表格的前 256 列" in message for message in messages(clerk))


def test_a_title_merged_over_two_rows_is_known(clerk):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 1, 0, "客户名称")
        sheet.merge_range(0, 1, 0, 2, "联系信息")
        sheet.write_row(1, 1, ["联系人", "电话"])
        sheet.write_row(2, 0, ["甲公司", "王工", "0755-1"])
    offer(clerk, "customers", file.getvalue())
    assert new_lines(clerk) == [["行号", "客户全称", "联系人", "电话"], ["3", "甲公司", "王工", "0755-1"]]


@pytest.mark.parametrize("unit", ["US$", "$", "USD"])
def test_a_price_in_dollars_is_not_read_as_one_without_currency(as_role, unit):
    clerk = as_role("sales_manager")
    offer(clerk, "products", [["型号", "规格", f"单价({unit})"], ["M-1", "功放", 12.5]])
    assert f"单价({unit})" in messages(clerk)[0]


def test_a_table_without_titles_says_that_its_first_row_would_be_lost(clerk):
    offer(clerk, "customers", [["甲公司", "王工", "0755-1"], ["乙公司", "李工", "0755-2"]])
    assert "目前把第 1 行当作标题，该行不导入" in messages(clerk)[0]


def test_a_closed_line_of_an_old_register_awaits_nothing(as_role):
    manager = as_role("sales_manager")
    titles = ["投诉日期", "客户", "投诉内容", "回复日期", "结案日期"]
    lines = [
        ["2026-03-05", "华声汽配", "破音", "2026-03-06", "2026-03-20"],
        ["2026-03-06", "华声汽配", "无声", "", ""],
    ]
    offer(manager, "complaints", [titles, *lines])
    [panel] = [panel for panel in manager.soup.select(".panel") if panel.h2.get_text() == "导入后的状态"]
    awaited = {
        row.th.get_text(strip=True): row.select("td")[-1].get_text(strip=True) for row in panel.select("tr")
    }
    assert awaited["已结案"] == "无待办"
    assert awaited["已接收"].startswith("接下来：")


def test_a_customer_under_nearly_the_name_of_another_is_told(clerk):
    """The form asks before it makes such a customer; an import is no way round the question."""
    offer(clerk, "customers", [["客户名称"], ["广州示例（电子）有限公司"]])
    clerk.post(clerk.page, clerk.form())
    offer(
        clerk, "customers", [["客户名称"], ["广州示例电子有限公司"], ["别的公司"], ["廣州示例(電子)有限公司"]]
    )
    assert remarks(clerk) == [
        "客户全称 与已有客户“广州示例（电子）有限公司”的名称几乎相同，请核对是否同一家。"
    ]
    names = [["客户名称"], ["深圳样本·汽配有限公司"], ["深圳样本汽配有限公司"]]
    offer(clerk, "customers", names)
    assert remarks(clerk) == [
        "客户全称 与第 2 行的客户“深圳样本·汽配有限公司”名称几乎相同，请核对是否同一家。"
    ]
