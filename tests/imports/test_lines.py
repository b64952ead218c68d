"""What is no line is no record, and is counted; what is a line is never taken for a sum or a foot."""

import io

import pytest
import xlsxwriter

from cs.imports import Column, Table, read_table
from cs.imports.kinds import Remark
from cs.imports.lines import NoLine
from tests.imports.test_tables import text, xlsx

COLUMNS = (
    Column("number", ("编号", "No."), numbering="lines"),
    Column("customer", ("客户名称", "Customer"), required=True),
    Column("quantity", ("数量", "Quantity"), "integer"),
    Column("remarks", ("备注", "Remarks")),
)
TITLES = ["编号", "客户名称", "数量", "备注"]


def table_of(*rows: list) -> Table:
    return read_table(xlsx([TITLES, *rows, ["K9", "末行公司", 9, ""]]), "a.xlsx", COLUMNS)


def reason(row: list) -> str | None:
    """Why this row is no line; None where it is one."""
    left_out = table_of(row).no_lines
    assert [entry.number for entry in left_out] in ([], [2])
    return left_out[0].reason if left_out else None


@pytest.mark.parametrize(
    "row",
    [
        TITLES,
        ["No.", "Customer", "Quantity", "Remarks"],
        ["編號", "客戶名稱", "數量", "備註"],
        ["", "客户 名称", "", ""],
        ["编号", "客户名称", "数量", "（必填）"],
    ],
)
def test_titles_again_are_no_line(row):
    assert reason(row) == "title"


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", 300, ""],
        ["", "合 计", 300, ""],
        ["", "小计：", "300", ""],
        ["合计：2家", "", "", ""],
        ["", "柏骊客车 汇总", 300, ""],
        ["", "2026年3月小计", 300, ""],
        [13, "总计", 300, ""],
        ["Total", "", "1,200", ""],
        ["", "Grand Total", 12.5, ""],
        ["小計", "", 5, "合計"],
    ],
)
def test_sums_are_no_lines(row):
    assert reason(row) == "sum"


@pytest.mark.parametrize(
    "row",
    [
        ["制表：某某", "", "审核：某某", ""],
        ["制表人：", "张三", "日期：", "2026-3-5"],
        ["制表", "张三", "审核", "李四"],
        ["备注：以上数据截至三月", "", "", ""],
        ["第 1 页 共 3 页", "", "", ""],
        ["", "", "", "Page 1 of 3"],
        ["——以下空白——", "", "", ""],
        ["", "批准：", "", ""],
    ],
)
def test_the_foot_of_a_page_is_no_line(row):
    assert reason(row) == "foot"


@pytest.mark.parametrize(
    "row",
    [
        ["", "合计科技有限公司", 5, "x"],
        ["", "总计", 5, "张三"],
        ["1", "审核之家公司", 5, ""],
        ["K1", "甲公司", "", "备注：急"],
        ["K1", "客户名称", 5, "甲"],
        ["", "Total 道达尔", 5, "x"],
        ["", "", 5, ""],
    ],
)
def test_a_line_is_not_taken_for_anything_else(row):
    assert reason(row) is None
    assert len(table_of(row).lines) == 2


def test_a_number_without_a_line_is_counted_and_one_of_an_unknown_column_is_blank():
    assert reason([12, "", "", ""]) == "number"
    assert reason(["KS-2026-018", "", " ", ""]) == "number"
    rows = [["序号", "客户名称", "数量"], [1, "甲", 1], [2], [3]]
    table = read_table(xlsx(rows), "a.xlsx", COLUMNS)
    assert ([line.number for line in table.lines], table.no_lines) == ([2], [])


def test_a_text_file_is_sifted_too():
    table = read_table(text("客户名称,数量\n甲,1\n客户名称,数量\n乙,2\n合计,3\n"), "a.csv", COLUMNS)
    assert ([line.number for line in table.lines], table.no_lines) == (
        [2, 4],
        [NoLine(3, "title"), NoLine(5, "sum")],
    )


# Numbers that only count the lines


def numbers(*values: object) -> list[object]:
    rows = [TITLES, *([value, f"公司{place}", 1, ""] for place, value in enumerate(values))]
    return [line.values["number"] for line in read_table(xlsx(rows), "a.xlsx", COLUMNS).lines]


@pytest.mark.parametrize("values", [(1, 2, 3), (1, 2, 3, 1, 2), ("1", "2", "4", "1"), (1, 1, 1), (1,)])
def test_numbers_that_count_the_lines_are_no_old_numbers(values):
    assert numbers(*values) == [None] * len(values)


@pytest.mark.parametrize("values", [(101, 102, 103), ("A1", "A2"), (1, 50, 900), ("001", "002"), (3, 2, 1)])
def test_other_numbers_stay(values):
    assert numbers(*values) == [str(value) for value in values]


def test_a_line_says_that_its_number_was_dropped():
    rows = [TITLES, [1, "甲", 1, ""], [2, "乙", 1, ""]]
    lines = read_table(xlsx(rows), "a.xlsx", COLUMNS).lines
    assert [line.problems for line in lines] == [[Remark("number", "running_number", {"title": "编号"})]] * 2


# Merged cells


def merged(*ranges: tuple[int, int, int, int, object], rows: list[list]) -> Table:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([TITLES, *rows]):
            sheet.write_row(number, 0, row)
        for first, left, last, right, value in ranges:
            sheet.merge_range(first, left, last, right, value)
    return read_table(io.BytesIO(file.getvalue()), "a.xlsx", COLUMNS)


def test_merged_cells_repeat_their_value_but_no_quantity_and_no_number():
    rows = [["", "", "", "a"], ["", "", "", "b"], ["K2", "乙", 7, "c"]]
    table = merged((1, 0, 2, 0, "K1"), (1, 1, 2, 1, "甲"), (1, 2, 2, 2, 5), rows=rows)
    assert [tuple(line.values.values()) for line in table.lines] == [
        ("K1", "甲", 5, "a"),
        (None, "甲", None, "b"),
        ("K2", "乙", 7, "c"),
    ]


def test_a_line_as_high_as_three_rows_is_one_line():
    tall = [(1, column, 3, column, value) for column, value in enumerate(["K1", "甲", 5, "a"])]
    assert [line.number for line in merged(*tall, rows=[[], [], [], ["K2", "乙", 7, "c"]]).lines] == [2, 5]


# Titles with a unit


@pytest.mark.parametrize("title", ["数量(箱)", "数量（KG）", "数量/箱", "数量[千]", "数量(单位：箱)"])
def test_a_title_with_another_unit_is_another_column(title):
    table = read_table(xlsx([["客户名称", "备注", title], ["甲", "x", 5]]), "a.xlsx", COLUMNS)
    assert table.unknown_titles == [title]


@pytest.mark.parametrize("title", ["数量(PCS)", "数量（台）", "数量(个)", "数量(必填)", "数量/Qty"])
def test_a_title_with_pieces_is_the_quantity(title):
    table = read_table(xlsx([["客户名称", "备注", title], ["甲", "x", 5]]), "a.xlsx", COLUMNS)
    assert table.lines[0].values["quantity"] == 5


@pytest.mark.parametrize(
    ("title", "cell", "value"),
    [
        ("不良率(%)", 0.6, "0.6%"),
        ("不良率（％）", "0.6", "0.6%"),
        ("不良率(%)", "0.6%", "0.6%"),
        ("不良率(PPM)", 120, "120PPM"),
        ("不良率", 0.6, "0.6"),
        ("不良率(%)", "无", "无"),
    ],
)
def test_a_percent_in_a_title_belongs_to_its_values(title, cell, value):
    columns = (*COLUMNS, Column("rate", ("不良率", "不良率(%)", "不良率(PPM)")))
    table = read_table(xlsx([["客户名称", title], ["甲", cell]]), "a.xlsx", columns)
    assert table.lines[0].values["rate"] == value
