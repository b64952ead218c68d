"""A list of customers whose titles nobody knows: on a tablet the clerk says which sheet it is and what its
columns are; the next list with the same titles is read by itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import expect

from tests.journeys.conftest import Person

COVER = [["某某公司", "往来一览", "名册", "二〇二六年", "内部资料"], ["制作", "业务部", "", "", ""]]
TITLES = ["名号", "唤作", "司机"]


def write_book(path: Path, lines: list[list[str]]) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in (("封面", COVER), ("名单", [TITLES, *lines])):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    path.write_bytes(file.getvalue())


def read(clerk: Person, path: Path, lines: list[list[str]]) -> None:
    """From the list of customers to the preview of a table."""
    write_book(path, lines)
    clerk.go("客户")
    clerk.press("导入")
    clerk.page.locator("input[type=file]:not([capture])").set_input_files(str(path))
    clerk.press("读取文件")
    clerk.see("文件中的各列")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_of_unknown_titles_is_mapped_by_hand_and_the_next_one_by_itself(
    person: Callable[..., Person], tmp_path: Path, javascript: bool
) -> None:
    clerk, path = person("sales_clerk", javascript=javascript), tmp_path / "名册.xlsx"

    def apply() -> None:
        if not javascript:
            clerk.press("应用")
        clerk.wait_for_form()

    def say_what(title: str, meaning: str) -> None:
        box = clerk.page.locator(".file-column").filter(has_text=title)
        value = box.locator("option", has_text=meaning).first.get_attribute("value")
        box.locator("select").select_option(value)
        apply()

    # the cover was taken for the list: the clerk chooses the other sheet
    read(clerk, path, [["甲汽配有限公司", "甲汽配", "老王"], ["乙汽配有限公司", "", ""]])
    clerk.see("该文件还不能导入")
    clerk.see("缺少“客户全称”列")
    clerk.page.locator(".mapping-sheets label", has_text="名单").click()
    apply()
    clerk.page.locator(".mapping-sheets label", has_text="封面").click()
    apply()
    expect(clerk.page.locator(".file-column")).to_have_count(3)

    # what each column is; the cards above say at once what would come in
    say_what("名号", "客户全称")
    say_what("唤作", "客户简称")
    say_what("司机", "写入备注")
    expect(clerk.page.locator(".card-stat b").first).to_have_text("2")
    clerk.press("导入 2 行")
    clerk.see("已导入 2 行，跳过 0 行。")
    clerk.page.locator("#rows tr", has_text="甲汽配").get_by_role("link").first.click()
    clerk.see("司机：老王")

    # the next list: the same titles, nothing to choose
    read(clerk, path, [["甲汽配有限公司", "甲汽配", "老王"], ["丙汽配有限公司", "丙汽配", "老李"]])
    expect(clerk.page.locator(".card-stat b")).to_have_text(["1", "1", "0", "0"])
    expect(clerk.page.locator(".mapping-help")).to_contain_text("已按")
    clerk.press("导入 1 行，跳过 1 行")
    clerk.see("已导入 1 行，跳过 1 行。")
    clerk.see("丙汽配")
