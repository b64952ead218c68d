"""Lines that cannot be imported: their workbook holds what people saw, and comes back as it was."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from tests.importing import counts, offer, reasons, remarks
from tests.support import Browser

TITLES = ["客户代码", "客户名称", "合作日期", "规模", "回复天数", "备注"]


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


def formatted_book() -> bytes:
    """Two lines without a name, whose code is merged and whose other cells are formatted."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        zeros, day, percent, note = (
            book.add_format({"num_format": shown}) for shown in ("00000", "yyyy/m/d", "0.0%", "m-d")
        )
        sheet.write_row(0, 0, TITLES)
        sheet.merge_range(1, 0, 2, 0, None)
        sheet.write_number(1, 0, 123, zeros)
        sheet.merge_range(1, 4, 2, 4, 7)
        for row in (1, 2):
            sheet.write_datetime(row, 2, date(2024, 3, 5), day)
            sheet.write_number(row, 3, 0.605, percent)
            sheet.write_datetime(row, 5, date(2024, 3, 5), note)
    return file.getvalue()


def bad_lines(browser: Browser) -> bytes:
    return browser.get(f"{browser.page}/bad-lines.xlsx").response.data


def test_formatted_and_merged_cells_stand_there_as_people_see_them(clerk):
    offer(clerk, "customers", formatted_book())
    sheet = openpyxl.load_workbook(io.BytesIO(bad_lines(clerk))).active
    first, second = [[cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=2)]
    day = sheet["D2"].value.date()
    assert (first[0], day, first[3], first[4], first[5]) == ("00123", date(2024, 3, 5), "60.5%", 7, "3-5")
    assert (second[0], second[4]) == (None, None)  # neither codes nor quantities are repeated


def test_the_mended_workbook_is_read_as_the_file_was(clerk):
    offer(clerk, "customers", formatted_book())
    book = openpyxl.load_workbook(io.BytesIO(bad_lines(clerk)))
    book.active["C2"], book.active["C3"] = "甲公司", "乙公司"
    mended = io.BytesIO()
    book.save(mended)
    offer(clerk, "customers", mended.getvalue())
    assert counts(clerk) == [2, 0, 0, 0]
    shown = [
        cell.get_text(strip=True)
        for cell in clerk.soup.select(".panel")[-1].select("tbody tr:first-child td")
    ]
    assert shown == ["00123", "甲公司", "2024-03-05", "7", "60.5%", "3-5"]


# Formulas whose value the file does not hold


def without_value(title: str, name: str = "甲公司") -> bytes:
    """A table written by a program that does not calculate."""
    book = openpyxl.Workbook()
    book.active.append(["客户名称", title])
    book.active.append([name, '="x"&1'])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("title", ["简称", "合作日期", "备注", "规模"])
def test_a_formula_without_a_value_refuses_the_line_in_every_column(clerk, title):
    """Nothing of it could be kept in the notes."""
    offer(clerk, "customers", without_value(title))
    assert counts(clerk) == [0, 0, 0, 1]
    assert "请用 Excel 或 WPS 打开并保存后再导入" in reasons(clerk)[2][0]
    assert remarks(clerk) == []


def test_a_formula_without_a_value_is_not_lost_on_the_way_into_the_notes(clerk):
    offer(clerk, "customers", without_value("司机"))
    form = clerk.form("form.mapping") | {"column-1": "into_notes"}
    clerk.post(f"{clerk.page}/columns", form)
    clerk.get(clerk.page)
    assert counts(clerk) == [0, 0, 0, 1]
    assert "请用 Excel 或 WPS 打开并保存后再导入" in reasons(clerk)[2][0]


# What comes after


def test_who_confirms_first_is_told_how_to_see_the_bad_lines(clerk):
    table = [["客户名称", "联系人"], ["甲公司", "王"], ["", "李"]]
    offer(clerk, "customers", table)
    clerk.post(clerk.page, clerk.form())
    clerk.get(clerk.location)
    assert "有 1 行无法导入。重新读取同一文件即可查看原因" in clerk.text
    assert counts(offer(clerk, "customers", table)) == [0, 1, 0, 1]
    offer(clerk, "customers", [["客户名称"], ["甲公司"], ["乙公司"]])
    clerk.post(clerk.page, clerk.form())
    assert "无法导入" not in clerk.get(clerk.location).text


def test_a_column_without_a_title_is_known_again_behind_the_reasons(clerk):
    offer(clerk, "customers", [["客户名称", "联系人", ""], ["甲公司", "王", "甲"], ["", "李", "乙"]])
    clerk.post(f"{clerk.page}/columns", clerk.form("form.mapping") | {"column-2": "short_name"})
    offer(clerk, "customers", bad_lines(clerk))
    chosen = clerk.soup.select(".file-column")[-1].select("option[selected]")
    assert [option["value"] for option in chosen] == ["short_name"]


def test_rows_that_are_no_lines_are_named_by_their_sheet(clerk):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name in ("甲表", "乙表"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate([["客户名称", "联系人"], [f"{name}公司", "王"], ["合计", 1]]):
                sheet.write_row(row, 0, cells)
    offer(clerk, "customers", file.getvalue())
    clerk.post(f"{clerk.page}/columns", clerk.form("form.mapping") | {"sheet": ["0", "1"]})
    assert "第 甲表 3、乙表 3 行" in clerk.get(clerk.page).text
