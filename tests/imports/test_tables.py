"""Tables as factories keep them come in as values; what cannot come in is said, line by line."""

import io
import random
import struct
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs.imports import MESSAGES, Column, Limits, Problem, TableRefused, problem_message, read_table
from cs.imports.cells import read_cell
from cs.imports.layouts import LEFT_OUT
from cs.imports.lines import NoLine
from cs.printing.writers import csv_cell

CUSTOMERS = (
    Column("code", ("客户编号", "客户代码", "customer code"), required=True, max_length=20),
    Column("name", ("客户名称", "客户全称", "customer name"), required=True, max_length=100),
    Column("phone", ("电话", "联系电话", "phone")),
    Column(
        "kind",
        ("客户类型", "type"),
        "choice",
        choices={"直接车辆配套": "oem", "生产厂家": "maker", "Maker": "maker"},
    ),
)
SHIPMENTS = (
    Column("lot", ("批号", "lot no."), required=True),
    Column("shipped_on", ("出货日期", "日期"), "date", required=True),
    Column("quantity", ("数量", "quantity"), "integer", required=True),
    Column("price", ("单价",), "decimal"),
)


def xlsx(*sheets: Iterable[Iterable], hidden: tuple[int, ...] = ()) -> io.BytesIO:
    """A workbook with these sheets of rows; dates get a date format."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy/m/d", "strings_to_formulas": False}) as book:
        for index, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            if index in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    file.seek(0)
    return file


def xls(
    cells: dict[tuple[int, int], object],
    codes: tuple[str, ...] = (),
    merged: tuple[tuple[int, int, int, int], ...] = (),
    shared: bytes = b"",
) -> io.BytesIO:
    """An old binary workbook with one sheet: texts, numbers, and errors as the byte that stands for them.

    Number format `codes` are the cells' styles, from 1 on: (number, style). `merged`: first row, last row,
    first column, last column. `shared`: further records of the whole workbook.
    """

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    sheet = record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for (row, column), cell in cells.items():
        value, style = cell if isinstance(cell, tuple) else (cell, 0)
        at = struct.pack("<HHH", row, column, style)
        if isinstance(value, str):
            sheet += record(
                0x0204,
                at + struct.pack("<HB", len(value.encode("utf-16-le")) // 2, 1) + value.encode("utf-16-le"),
            )
        elif isinstance(value, bytes):
            sheet += record(0x0205, at + value + b"\x01")
        else:
            sheet += record(0x0203, at + struct.pack("<d", value))
    for area in merged:
        sheet += record(0x00E5, struct.pack("<H4H", 1, *area))
    sheet += record(0x000A, b"")
    start = record(0x0809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + shared
    for number, code in enumerate(codes, start=164):
        start += record(0x041E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))
    for number in (0, *range(164, 164 + len(codes))) if codes else ():
        start += record(0x00E0, struct.pack("<HHHHBBBBIIH", 0, number, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    bound = record(
        0x0085, struct.pack("<IBBBB", len(start) + 24, 0, 0, 4, 1) + "出货明细".encode("utf-16-le")
    )
    stream = start + bound + record(0x000A, b"") + sheet
    stream += bytes(max(4096, -(-len(stream) // 512) * 512) - len(stream))

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return struct.pack("<64sHBBiii36sIQ", text, len(text), kind, 1, -1, -1, child, b"", first, size)

    sectors = len(stream) // 512
    fat = [-3, -2, *range(3, sectors + 2), -2]
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIiIiI",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        62,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        1,
        1,
        0,
        4096,
        -2,
        0,
        -2,
        0,
    )
    directory = entry("Root Entry", 5, 1, -2 & 0xFFFFFFFF, 0) + entry("Workbook", 2, -1, 2, len(stream))
    return io.BytesIO(
        head
        + struct.pack("<109i", 0, *[-1] * 108)
        + struct.pack("<128i", *fat, *[-1] * (128 - len(fat)))
        + directory.ljust(512, b"\0")
        + stream
    )


def text(content: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(content.encode(encoding))


def shipment(*cells: object) -> tuple[dict, list[Problem]]:
    """Values and problems of one line of lot, date, quantity, price."""
    line = read_table(xlsx([["批号", "日期", "数量", "单价"], cells]), "a.xlsx", SHIPMENTS).lines[0]
    assert all(problem_message(problem)[0] % problem.params for problem in line.problems)
    return line.values, line.problems


def refusal(stream: io.BytesIO, filename: str = "a.xlsx", columns=CUSTOMERS, **limits: int) -> TableRefused:
    with pytest.raises(TableRefused) as caught:
        read_table(stream, filename, columns, Limits(**limits))
    message, params = problem_message(caught.value)
    assert message % params  # every refusal can be said
    return caught.value


def outcome(stream: io.BytesIO, filename: str, columns) -> str:
    """'lines', or the code of the refusal; any other exception goes through."""
    try:
        table = read_table(stream, filename, columns)
    except TableRefused as refused:
        return refused.code
    for problem in [*table.problems, *(problem for line in table.lines for problem in line.problems)]:
        message, params = problem_message(problem)
        assert message % params
    return "lines" if table.lines else "a table of nothing"


# The titles


def test_columns_are_found_by_any_of_their_titles_in_any_order():
    table = read_table(
        xlsx([["Phone", "备注", "客户代码", "客户全称"], ["123", "x", "C1", "甲公司"]]), "a.xlsx", CUSTOMERS
    )
    assert table.columns_found == {"phone": "Phone", "code": "客户代码", "name": "客户全称"}
    assert table.unknown_titles == ["备注"]
    assert table.lines[0].values == {"code": "C1", "name": "甲公司", "phone": "123", "kind": None}


@pytest.mark.parametrize(
    "title",
    [
        "客户编号*",
        "＊客户编号",
        "客户编号（必填）",
        " 客 户 编 号 ",
        "客户\n编号",
        "客户编号：",
        "CUSTOMER　CODE",
        "Ｃｕｓｔｏｍｅｒ code",
        "客户编号 Customer Code",
        "客户编号/Customer No",
        "客户编号(ERP)",
        "【必填】客户编号",
    ],
)
def test_a_title_is_known_in_all_its_dresses(title):
    table = read_table(xlsx([[title, "客户名称"], ["C1", "甲"]]), "a.xlsx", CUSTOMERS)
    assert (table.lines[0].values["code"], table.unknown_titles, table.problems) == ("C1", [], [])


def test_the_header_is_found_below_a_merged_title_and_empty_rows():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "明捷电子 客户名称一览表 2026")
        sheet.write_row(3, 1, ["客户编号", "客户名称"])
        sheet.write_row(6, 1, ["C1", "甲"])
    table = read_table(io.BytesIO(file.getvalue()), "客户.xlsx", CUSTOMERS)
    assert (table.header_row, [line.number for line in table.lines]) == (4, [7])


def test_two_rows_of_titles_with_groups_above_are_read_together():
    rows = [["客户编号", "客户名称", "联系人", ""], ["", "", "电话", "姓名"], ["C1", "甲", "123", "某人"]]
    table = read_table(xlsx(rows), "a.xlsx", CUSTOMERS)
    assert (table.header_row, table.lines[0].values["name"], table.lines[0].values["phone"]) == (
        2,
        "甲",
        "123",
    )


def test_the_first_visible_sheet_with_known_titles_is_read():
    good = [["客户编号", "客户名称"], ["C1", "甲"]]
    table = read_table(xlsx([["说明"], ["请勿修改"]], good, good, hidden=()), "a.xlsx", CUSTOMERS)
    assert (table.sheet, len(table.lines)) == ("Sheet2", 1)
    assert read_table(xlsx([["说明"]], good, good, hidden=(1,)), "a.xlsx", CUSTOMERS).sheet == "Sheet3"


def test_of_two_titles_of_one_meaning_the_better_claim_takes_the_column():
    titles = ["Customer code", "客户编号", "客户名称", "Customer name"]
    table = read_table(xlsx([titles, ["a", "b", "c", "d"]]), "a.xlsx", CUSTOMERS)
    assert table.problems == []
    assert table.lines[0].values == {"code": "b", "name": "c", "phone": None, "kind": None}
    assert [(column.title, column.target, column.second) for column in table.columns] == [
        ("Customer code", LEFT_OUT, "code"),
        ("客户编号", "code", None),
        ("客户名称", "name", None),
        ("Customer name", LEFT_OUT, "name"),
    ]


def test_a_missing_required_column_is_one_problem_of_the_table_and_none_of_its_lines():
    table = read_table(xlsx([["客户编号", "电话"], ["C1", "1"], ["C2", "2"]]), "a.xlsx", CUSTOMERS)
    assert table.missing_titles == ["name"]
    assert table.problems == [Problem("name", "title_missing", {"title": "客户名称"})]
    assert [line.problems for line in table.lines] == [[], []]


def test_a_sheet_without_known_titles_is_read_for_mapping_by_hand():
    table = read_table(xlsx([["a", "b"], [1, 2]]), "a.xlsx", CUSTOMERS)
    assert (table.header_row, table.missing_titles, table.unknown_titles) == (1, ["code", "name"], ["a", "b"])
    assert [line.cells for line in table.lines] == [(1.0, 2.0)]


def test_a_sheet_with_titles_only_is_refused():
    assert refusal(xlsx([["客户编号", "客户名称"], ["", "  "]])).code == "no_lines"


def test_two_columns_of_one_title_are_a_fault_of_the_program():
    with pytest.raises(ValueError, match="share the title"):
        read_table(xlsx([["a"]]), "a.xlsx", [Column("a", ("名称",)), Column("b", ("名 称",))])


# Lines


def test_blank_lines_are_left_out_and_a_total_row_is_no_line():
    rows = [["序号", "批号", "日期", "数量"], [1, "L1", "2026-1-5", 3], [2], ["", " "], ["合计", "", "", 3]]
    table = read_table(xlsx(rows), "a.xlsx", SHIPMENTS)
    assert [(line.number, line.problems) for line in table.lines] == [(2, [])]
    assert table.no_lines == [NoLine(5, "sum")]


def test_a_note_beside_the_table_of_a_workbook_is_passed_over():
    table = read_table(xlsx([["客户编号", "客户名称"], ["C1", "甲", "", "看这里"]]), "a.xlsx", CUSTOMERS)
    assert table.lines[0].problems == []


def test_a_csv_line_longer_than_its_titles_is_a_problem_and_a_shorter_one_is_not():
    table = read_table(text("客户编号,客户名称,电话\nC1,甲,乙,1,2\nC2,丙\n"), "a.csv", CUSTOMERS)
    assert [line.problems for line in table.lines] == [[Problem(None, "beyond_titles")], []]


# Dates, numbers, texts, choices


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 1, 5),
        datetime(2026, 1, 5, 16, 30),  # noqa: DTZ001 - as a workbook gives it
        46027,
        46027.5,
        20260105,
        "2026-1-5",
        "2026/01/05",
        "2026.1.5",
        "20260105",
        "2026年1月5日",
        "２０２６－１－５",
        " 2026-01-05 ",
        "2026-01-05 00:00:00",
        "2026-01-05T08:00:00",
        "2026-01-05T08:00:00Z",
        "2026/1/5 上午 10:20:00",
        "2026-01-05 下午",
        "2026年1月5日 星期一",
        "2026-1-5（周一）",
        "2026.1.5 Mon",
        "2026/1/5 3:20 PM",
        "2026\\1\\5",
        "2026年1月5日 8时30分",
        "46027",
    ],
)
def test_a_date_is_read_however_it_is_written(cell):
    assert shipment("L1", cell, 1) == (
        {"lot": "L1", "shipped_on": date(2026, 1, 5), "quantity": 1, "price": None},
        [],
    )


@pytest.mark.parametrize("cell", ["1月5日", "1-5", "1/5", "1.5", "1月5日 周一"])
def test_a_day_without_a_year_is_asked_for(cell):
    assert shipment("L1", cell, 1)[1] == [Problem("shipped_on", "day_without_year", {"value": cell})]


@pytest.mark.parametrize("cell", ["2026-2-30", "1/5/2026", "26-1-5", "明天", True, 5, "2026年1月", "260105"])
def test_what_is_no_date_or_may_be_two_is_a_problem(cell):
    shown = {True: "TRUE"}.get(cell, str(cell))
    assert shipment("L1", cell, 1)[1] == [Problem("shipped_on", "not_a_date", {"value": shown})]


def test_a_date_of_another_age_is_a_problem():
    params = {"value": "1026-01-05", "first": 1950, "last": 2100}
    assert shipment("L1", "1026-01-05", 1)[1] == [Problem("shipped_on", "date_range", params)]


@pytest.mark.parametrize(
    "cell",
    [
        1234,
        1234.0,
        "1,234",
        "１，２３４",
        "1234.00",
        " 1 234 ",
        "+1234",
        "¥1,234",
        "1234PCS",
        "1,234 台",
        "１２３４个",
    ],
)
def test_a_whole_number_is_read_however_it_is_written(cell):
    assert shipment("L1", "2026-1-5", cell)[0]["quantity"] == 1234


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.5", "not_whole"),
        (1.5, "not_whole"),
        ("1,5", "not_a_number"),
        ("12,34", "not_a_number"),
        ("五", "not_a_number"),
        ("500箱", "not_a_number"),
        ("3pcs4pcs", "not_a_number"),
        ("3/200", "not_a_number"),
        (True, "not_a_number"),
        ("9" * 400, "number_too_long"),
        (1e300, "number_too_long"),
        (date(2026, 1, 5), "not_a_number"),
        ("٣", "not_a_number"),
        ("nan", "not_a_number"),
        ("", "required"),
    ],
)
def test_what_is_no_whole_number_is_a_problem(cell, code):
    assert [(p.column, p.code) for p in shipment("L1", "2026-1-5", cell)[1]] == [("quantity", code)]


@pytest.mark.parametrize("kind", ["decimal", "integer"])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_infinity_and_no_number_are_problems(kind, number):
    assert read_cell(Column("price", ("单价",), kind), number)[1].code == "not_a_number"


@pytest.mark.parametrize(
    ("cell", "value"),
    [("-1,234.50", "-1234.50"), (0.1 + 0.2, "0.3"), ("０．５", "0.5"), ("−3", "-3"), (12, "12")],
)
def test_a_decimal_keeps_its_digits(cell, value):
    price = shipment("L1", "2026-1-5", 1, cell)[0]["price"]
    assert (price, str(price)) == (Decimal(value), value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (13800138000.0, "13800138000"),
        (20260105001, "20260105001"),
        (0.5, "0.5"),
        ("　A１２ｂ　", "A12b"),
        (True, "TRUE"),
        (date(2026, 1, 5), "2026-01-05"),
        ("第一行\n第二行", "第一行 第二行"),
        ("𠮷😀👨\u200d👩", "𠮷😀👨\u200d👩"),
        ("（甲）", "（甲）"),
        ("\u202eA\u200b1\ufeff", "A1"),
    ],
)
def test_a_text_is_what_the_user_meant(cell, value):
    assert shipment(cell, "2026-1-5", 1)[0]["lot"] == value


def test_line_breaks_stay_where_a_column_wants_them():
    columns = [Column("address", ("地址",), multiline=True)]
    table = read_table(xlsx([["地址"], ["东莞\r\n长安"]]), "a.xlsx", columns)
    assert table.lines[0].values == {"address": "东莞\n长安"}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.38001E+10", "shortened_number"),
        ("A\x01B", "control_characters"),
        ("A\x00B", "control_characters"),
        ("#N/A", "formula_error"),
        ("########", "formula_error"),
        ("x" * 40_000, "too_long"),
    ],
)
def test_a_text_that_cannot_be_kept_is_a_problem(cell, code):
    table = read_table(text(f"批号,日期,数量\n{cell},2026-1-5,1\n"), "a.csv", SHIPMENTS)
    assert [(p.column, p.code) for p in table.lines[0].problems] == [("lot", code)]
    assert table.lines[0].values["lot"] is None


def test_a_number_that_excel_has_cut_is_a_problem_in_a_workbook_too():
    assert [p.code for p in shipment(1234567890123456789, "2026-1-5", 1)[1]] == ["shortened_number"]


def test_a_text_longer_than_its_column_says_how_long_it_is():
    table = read_table(xlsx([["客户编号", "客户名称"], ["C" * 21, "甲"]]), "a.xlsx", CUSTOMERS)
    problem = Problem("code", "too_long", {"value": "C" * 21, "max": 20, "length": 21})
    assert table.lines[0].problems == [problem]


@pytest.mark.parametrize("cell", ["生产厂家", " 生产　厂家", "maker", "ＭＡＫＥＲ"])
def test_a_choice_is_read_by_title_or_code(cell):
    table = read_table(xlsx([["客户编号", "客户名称", "客户类型"], ["C1", "甲", cell]]), "a.xlsx", CUSTOMERS)
    assert table.lines[0].values["kind"] == "maker"


def test_an_unknown_choice_says_what_is_possible():
    table = read_table(
        xlsx([["客户编号", "客户名称", "客户类型"], ["C1", "甲", "朋友"]]), "a.xlsx", CUSTOMERS
    )
    problem = Problem("kind", "unknown_choice", {"value": "朋友", "choices": "直接车辆配套、生产厂家"})
    assert table.lines[0].problems == [problem]


def test_a_formula_is_taken_by_its_value_and_its_error_is_a_problem():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 1, ["批号", "日期", "数量", "单价"])
        sheet.write_row(2, 1, ["L1", "2026-1-5"])
        sheet.write_formula(2, 3, "=1+2", None, 3)
        sheet.write_formula(2, 4, "=NA()", None, "#N/A")
        sheet.write_formula(5, 4, "=1/0", None, "#DIV/0!")
    first, last = read_table(io.BytesIO(file.getvalue()), "a.xlsx", SHIPMENTS).lines
    assert (first.values["quantity"], first.problems) == (
        3,
        [Problem("price", "formula_error", {"value": "#N/A"})],
    )
    assert (last.number, last.problems[-1]) == (6, Problem("price", "formula_error", {"value": "#DIV/0!"}))


# Old workbooks and text files


def test_an_old_xls_is_read_with_its_errors():
    cells = {(1, 0): "批号", (1, 1): "日期", (1, 2): "数量", (3, 0): "L𠮷", (3, 1): 46027.0, (3, 2): 5.0}
    table = read_table(xls(cells | {(4, 0): "L2", (4, 1): 46027.0, (4, 2): b"\x2a"}), "a.xls", SHIPMENTS)
    first, second = table.lines
    assert (table.sheet, table.header_row, first.number) == ("出货明细", 2, 4)
    assert first.values == {"lot": "L𠮷", "shipped_on": date(2026, 1, 5), "quantity": 5, "price": None}
    assert second.problems == [Problem("quantity", "formula_error", {"value": "#N/A"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_text_file_is_read_in_its_encoding_and_with_its_delimiter(encoding, delimiter):
    rows = [["客户清单，全部；"], [], ["客户编号", "客户名称", "电话"], ["C1", '"甲,乙;丙\t丁|戊"', "0769-1"]]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    table = read_table(text(content, encoding), "客户.csv", CUSTOMERS)
    assert (table.header_row, table.lines[0].number) == (3, 4)
    assert table.lines[0].values == {"code": "C1", "name": "甲,乙;丙 丁|戊", "phone": "0769-1", "kind": None}


def test_tab_separated_text_that_calls_itself_xls_is_read():
    assert (
        read_table(text("客户编号\t客户名称\nC1\t甲", "gb18030"), "导出.xls", CUSTOMERS)
        .lines[0]
        .values["name"]
        == "甲"
    )


def test_a_csv_line_is_numbered_as_excel_shows_it():
    table = read_table(text('客户编号,客户名称\nC1,"甲\n乙"\n\nC2,丙\n'), "a.csv", CUSTOMERS)
    assert [line.number for line in table.lines] == [2, 4]


def test_the_marks_against_formulas_in_a_csv_are_taken_off():
    table = read_table(text('sep=;\n客户编号;客户名称;电话\n="0012";甲;\'+86 769\n'), "a.csv", CUSTOMERS)
    assert table.lines[0].values == {"code": "0012", "name": "甲", "phone": "+86 769", "kind": None}


@pytest.mark.parametrize(
    "text_in_cell", ["0012345", "3-5", "=1+1", "＝1+1", "－A1", "@a", "+86 769", "123456789012345678"]
)
def test_a_text_comes_back_out_of_our_own_csv_as_it_was(text_in_cell):
    cell = csv_cell(text_in_cell, "text").replace('"', '""')
    table = read_table(text(f'客户编号,客户名称,电话\nC1,甲,"{cell}"\n'), "a.csv", CUSTOMERS)
    assert table.lines[0].values["phone"] == text_in_cell


def test_a_workbook_that_calls_itself_csv_is_read_as_a_workbook():
    assert read_table(xlsx([["客户编号", "客户名称"], ["C1", "甲"]]), "a.csv", CUSTOMERS).sheet == "Sheet1"


def test_an_open_quotation_mark_is_refused_with_its_row():
    refused = refusal(text('客户编号,客户名称\nC1,甲\nC2,"乙\n'), "a.csv")
    assert (refused.code, refused.params) == ("quotation", {"row": 3})


# Files that are refused as a whole


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF-1.7", "wrong_ending"),
        ("a", b"x", "wrong_ending"),
        ("a.xlsx", b"", "empty"),
        ("a.csv", b" \r\n ", "empty"),
        ("a.xlsx", b"MZ\x90\x00" + bytes(200), "not_a_workbook"),
        ("a.xls", b"MZ\x90\x00" + bytes(200), "not_a_workbook"),
        ("a.csv", b"\x7fELF\x02\x01" + bytes(200), "not_a_workbook"),
        ("a.xlsx", b"PK\x03\x04 this is no zip", "damaged"),
        ("a.xlsx", "客户编号,客户名称\nC1,甲".encode(), "not_a_workbook"),
        ("a.xls", b"<html><table><tr><td>x</td></tr></table>", "web_page"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "web_page"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "damaged"),
        ("a.xls", bytes(range(256)) * 9, "not_a_workbook"),
        ("a.csv", bytes(range(256)) * 9, "encoding"),
        ("a.csv", b"\xff\xfe\x00", "encoding"),
    ],
)
def test_a_file_that_is_no_table_is_refused(name, content, code):
    assert refusal(io.BytesIO(content), name).code == code


def test_a_word_file_that_calls_itself_xlsx_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<x/>")
    assert refusal(io.BytesIO(file.getvalue())).code == "not_a_workbook"


def test_a_workbook_with_a_password_is_refused():
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert refusal(io.BytesIO(content)).code == "encrypted"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    file = xlsx([["客户编号", "客户名称"], ["C1", "甲"]])
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w") as bomb,
    ):
        for _ in range(210):
            bomb.write(bytes(1024 * 1024))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    assert (len(file.getvalue()) < 300_000, refusal(io.BytesIO(file.getvalue())).code) == (True, "zip_bomb")


def test_a_zip_of_thousands_of_parts_is_refused():
    file = xlsx([["客户编号", "客户名称"], ["C1", "甲"]])
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(2001):
            archive.writestr(f"xl/{number}.zip", "")
    assert refusal(io.BytesIO(file.getvalue())).code == "zip_bomb"


def test_a_damaged_part_of_a_workbook_is_refused():
    content = bytearray(xlsx([["客户编号", "客户名称"], ["C1", "甲"]]).getvalue())
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    content[at : at + 8] = bytes(8)
    assert refusal(io.BytesIO(bytes(content))).code == "damaged"


def test_two_cells_at_the_ends_of_a_sheet_cost_nothing():
    book = openpyxl.Workbook()
    for row in (["客户编号", "客户名称"], ["C1", "甲"]):
        book.active.append(row)
    book.active["XFD1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    table = read_table(io.BytesIO(file.getvalue()), "a.xlsx", CUSTOMERS, Limits(seconds=10))
    assert [line.number for line in table.lines] == [2]


def test_a_workbook_of_200_sheets_is_refused_with_its_count():
    refused = refusal(xlsx(*[[["客户编号", "客户名称"], ["C1", "甲"]]] * 200))
    assert (refused.code, refused.params) == ("too_many_sheets", {"count": 200})


def test_more_rows_than_allowed_are_refused():
    rows = [["客户编号", "客户名称"], *[["C1", "甲"]] * 11]
    assert refusal(xlsx(rows), rows=10).params == {"rows": 10}
    assert refusal(text("客户编号,客户名称\n" + "C1,甲\n" * 11), "a.csv", rows=10).code == "too_many_rows"
    assert len(read_table(xlsx(rows), "a.xlsx", CUSTOMERS, Limits(rows=11)).lines) == 11


def test_a_file_that_is_too_big_is_read_no_further_than_the_limit():
    stream = io.BytesIO(bytes(10 * 1024 * 1024))
    refused = refusal(stream, size=1024 * 1024)
    assert (refused.code, refused.params, stream.tell()) == (
        "too_big",
        {"megabytes": 1},
        1024 * 1024 + 64 * 1024,
    )


def test_a_workbook_that_takes_too_long_is_given_up():
    assert refusal(xlsx([["客户编号", "客户名称"], *[["C1", "甲"]] * 20_000]), seconds=0).code == "damaged"


# Whatever comes


OUTCOMES = {"lines", *MESSAGES}
FUZZ = settings(suppress_health_check=list(HealthCheck), derandomize=True)


@FUZZ
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xls", "a.xlsx", "a.txt"]))
def test_any_bytes_give_a_table_or_a_refusal(content, name):
    assert outcome(io.BytesIO(content), name, CUSTOMERS) in OUTCOMES


@FUZZ
@given(st.text(max_size=200))
def test_any_text_below_the_titles_gives_lines_or_a_refusal(content):
    stream = io.BytesIO(f"批号,日期,数量,单价\n{content}\n,,,{content}".encode("utf-8", "surrogatepass"))
    assert outcome(stream, "a.csv", SHIPMENTS) in OUTCOMES


@pytest.mark.parametrize("seed", range(12))
def test_a_workbook_with_wrong_bytes_gives_a_table_or_a_refusal(seed):
    chance = random.Random(seed)
    new = xlsx([["客户编号", "客户名称"], *[["C1", "甲"]] * 9]).getvalue()
    old = xls({(0, 0): "客户编号", (0, 1): "客户名称", (1, 0): "C1", (1, 1): "甲"}).getvalue()
    content = bytearray(new if seed % 2 else old)
    for _ in range(6):
        content[chance.randrange(len(content) if seed % 2 else 1800)] = chance.randrange(256)
    assert outcome(io.BytesIO(bytes(content)), "a.xls", CUSTOMERS) in OUTCOMES


# Messages


def test_every_message_can_be_filled_with_the_values_of_its_problem():
    values, problems = shipment("", "x", 1.5, "y")
    shown = [message % params for message, params in map(problem_message, problems)]
    assert shown == [
        "This must be filled in.",
        "“x” is not a date. Write it as 2026-01-05.",
        "“1.5” is not a whole number.",
        "“y” is not a number.",
    ]
    assert values == dict.fromkeys(values)


@pytest.mark.parametrize("mark", ["/", "／", "-", "——", "\\", "N/A"])
def test_a_box_that_is_struck_through_is_empty(mark):
    line = read_table(xlsx([["批号", "日期", "数量"], [mark, "2026-01-05", 3]]), "a.xlsx", SHIPMENTS).lines[0]
    assert (line.values["lot"], [problem.code for problem in line.problems]) == (None, ["required"])
