"""What a workbook holds beside the bare values: number formats, pictures, days since 1904, odd parts."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter

from cs.files.store import FileStore
from cs.imports import Column, Line, Problem, Table, TableRefused, read_table
from cs.imports.kinds import Remark
from tests.imports.test_tables import xls

COLUMNS = (
    Column("lot", ("批号",)),
    Column("shipped_on", ("日期",), "date"),
    Column("quantity", ("数量",), "integer"),
)
TITLES = ["批号", "日期", "数量"]


def workbook(*cells: object, formats: tuple[str, ...] = (), **options: object) -> io.BytesIO:
    """A workbook of one line; each cell has the number format of its place."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, TITLES)
        for column, cell in enumerate(cells):
            code = formats[column] if column < len(formats) else "General"
            sheet.write(1, column, cell, book.add_format({"num_format": code}))
    return io.BytesIO(file.getvalue())


def changed(file: io.BytesIO, change: Callable[[str, bytes], tuple[str, bytes]]) -> io.BytesIO:
    """The same workbook with its parts renamed or rewritten."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return io.BytesIO(made.getvalue())


def table_of(file: io.BytesIO) -> Table:
    return read_table(file, "a.xlsx", COLUMNS)


def line_of(file: io.BytesIO) -> Line:
    return table_of(file).lines[0]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (123, "00000", "00123"),
        (755123, "0000-000000", "0000-755123"),
        (13800138000, "000-0000-0000", "138-0013-8000"),
        (0.006, "0.00%", "0.60%"),
        (0.15, "0%", "15%"),
        (1234567, "#,##0", "1,234,567"),
        (12.5, '0.00"mm"', "12.50mm"),
        (5, '"L"000', "L005"),
        (-3, "0.0;(0.0)", "(3.0)"),
        (0.5, "[$¥-804]#,##0.00", "¥0.50"),
        (13800138000, "0.00E+00", "13800138000"),
        (5, ";;;", "5"),
        (7, "[Red]00", "07"),
        (7, "[>=100]00", "7"),
        (0.75, "h:mm", "18:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (46086, "yyyy/m/d", "2026-03-05"),
    ],
)
def test_a_text_is_the_number_that_people_see(number, code, shown):
    line = line_of(workbook(number, formats=(code,)))
    assert (line.values["lot"], line.problems) == (shown, [])


@pytest.mark.parametrize(
    ("code", "shown"), [('m"月"d"日"', "3月5日"), ("d-mmm", "5-Mar"), ("m/d", "3/5"), ("mmm-yy", "Mar-26")]
)
def test_a_day_that_excel_made_of_a_text_is_told(code, shown):
    line = line_of(workbook(46086, formats=(code,)))
    assert line.values["lot"] == shown
    assert line.problems == [Remark("lot", "perhaps_no_day", {"value": shown})]


def test_a_formatted_number_stays_a_number_and_a_day_a_day():
    line = line_of(workbook("L1", 46086.4, 12, formats=("", 'm"月"d"日"', '0"台"')))
    assert (line.values["shipped_on"], line.values["quantity"]) == (date(2026, 3, 5), 12)


def test_a_number_that_excel_has_cut_is_a_problem_under_any_format():
    problems = line_of(workbook(1234567890123456789, formats=("0",))).problems
    assert [problem.code for problem in problems] == ["shortened_number"]


@pytest.mark.parametrize("day", [44624, datetime(2026, 3, 5)])  # noqa: DTZ001 - as a workbook has it
def test_days_count_from_1904_where_the_workbook_says_so(day):
    formats = ("", "General" if isinstance(day, int) else "yyyy-mm-dd")
    line = line_of(workbook("44624", day, 44624, formats=formats, date_1904=True))
    assert list(line.values.values()) == ["44624", date(2026, 3, 5), 44624]


def formula(xml: str) -> io.BytesIO:
    """A workbook whose last cell is written so."""

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        return name, re.sub(rb'<c r="C2"[^>]*><v>1</v></c>', xml.encode(), part)

    return changed(workbook("L1", "2026-3-5", 1), change)


@pytest.mark.parametrize(
    "xml",
    ['<c r="C2"><f>A2</f></c>', '<c r="C2"><f>A2</f><v></v></c>', '<c r="C2" t="n"><f>A2</f><v/></c>'],
)
def test_a_formula_without_a_value_is_a_fault(xml):
    assert line_of(formula(xml)).problems == [Problem("quantity", "formula_without_value", {"value": ""})]


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell():
    line = line_of(formula('<c r="C2" t="str"><f>""</f><v></v></c>'))
    assert (line.values["quantity"], line.problems) == (None, [])


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="C2" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
        '<c r="C2" t="e"><f>_xlfn.DISPIMG("ID_1",1)</f><v>#NAME?</v></c>',
        '<c r="C2" t="inlineStr"><is><t>=DISPIMG("ID_1",1)</t></is></c>',
        '<c r="C2" t="e" vm="1"><v>#VALUE!</v></c>',
    ],
)
def test_a_picture_in_a_cell_is_empty_and_counted(xml):
    table = table_of(formula(xml))
    assert (table.lines[0].values["quantity"], table.lines[0].problems, table.pictures) == (None, [], 1)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ('t="d"><v>2026-03-05T00:00:00Z</v>', date(2026, 3, 5)),
        ('t="d"><v>2026-03-05</v>', date(2026, 3, 5)),
        ('t="d"><v>tomorrow</v>', None),
    ],
)
def test_a_day_that_the_file_writes_out_is_read(cell, day):
    line = line_of(formula(f'<c r="C2"><v>5</v></c><c r="B2" {cell}</c>'))
    assert (line.values["shipped_on"], line.values["quantity"]) == (day, 5)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1e30", "0.00"),
        ("1e999", "0.00"),
        ("-1e999", "0.00"),
        ("nan", "0%"),
        ("5", "0." + "0" * 40),
        ("5", "0" + "%" * 20),
        ("3e6", "yyyy/m/d"),
        ("2958465.9999999", "yyyy/m/d"),
        ("-5", "yyyy/m/d"),
    ],
)
@pytest.mark.parametrize("since_1904", [False, True])
def test_numbers_and_formats_beyond_reason_spoil_no_other_cell(number, code, since_1904):
    file = changed(
        workbook("L1", "2026-3-5", 7, formats=("", "", code), date_1904=since_1904),
        lambda name, part: (name, part.replace(b"<v>7</v>", f"<v>{number}</v>".encode())),
    )
    assert line_of(file).values["lot"] == "L1"


def test_letters_that_the_file_escapes_are_read():
    line = line_of(
        formula('<c r="C2"><v>5</v></c><c r="A2" t="inlineStr"><is><t>A_x0031__x000D_B</t></is></c>')
    )
    assert line.values["lot"] == "A1 B"


# Parts of the zip


def backslashes(name: str, part: bytes) -> tuple[str, bytes]:
    return name.replace("/", "\\"), part


def other_case(name: str, part: bytes) -> tuple[str, bytes]:
    return name.replace("sharedStrings", "SharedStrings"), part


def prefixed(name: str, part: bytes) -> tuple[str, bytes]:
    if "worksheets/" in name:
        part = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x=")
    return name, part


@pytest.mark.parametrize("change", [backslashes, other_case, prefixed])
def test_odd_parts_of_a_workbook_are_read(change, tmp_path):
    file = changed(workbook("L1", "2026-3-5", 1), change)
    assert list(line_of(file).values.values()) == ["L1", date(2026, 3, 5), 1]
    file.seek(0)
    assert FileStore(tmp_path).accept(file, "a.xls").name == "a.xlsx"


def test_a_workbook_with_macros_is_kept_as_one(tmp_path):
    macros = (b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml")
    file = changed(workbook("L1"), lambda name, part: (name, part.replace(*macros)))
    assert FileStore(tmp_path).accept(file, "a.xls").name == "a.xlsm"


def test_a_document_type_in_a_part_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    file = changed(
        workbook("L1"),
        lambda name, part: (name, part.replace(b"?>", b"?>" + bomb, 1) if "sheet1.xml" in name else part),
    )
    with pytest.raises(TableRefused) as refused:
        table_of(file)
    assert refused.value.code == "damaged"


def test_hidden_rows_between_far_cells_are_numbered_as_excel_shows_them():
    book = openpyxl.Workbook()
    for cell, value in {"A1": "批号", "B1": "日期", "A1000000": "L1", "B1000000": "2026-3-5"}.items():
        book.active[cell] = value
    file = io.BytesIO()
    book.save(file)
    assert [line.number for line in table_of(io.BytesIO(file.getvalue())).lines] == [1_000_000]


# Workbooks of before 2007


OLD_TITLES = {(0, place): title for place, title in enumerate(TITLES)}


def test_an_old_workbook_tells_its_number_formats_and_merged_cells():
    cells = {(1, 0): (123.0, 1), (1, 1): (46086.0, 2), (1, 2): 5.0, (2, 2): 6.0}
    file = xls(OLD_TITLES | cells, ("00000", 'm"月"d"日"'), merged=((1, 2, 0, 0), (1, 2, 1, 1)))
    assert [list(line.values.values()) for line in table_of(file).lines] == [
        ["00123", date(2026, 3, 5), 5],
        ["00123", date(2026, 3, 5), 6],
    ]


def test_days_of_an_old_workbook_count_from_1904_where_it_says_so():
    since_1904 = struct.pack("<HHH", 0x0022, 2, 1)
    file = xls(OLD_TITLES | {(1, 0): "L1", (1, 1): 44624.0, (1, 2): 5.0}, shared=since_1904)
    assert line_of(file).values["shipped_on"] == date(2026, 3, 5)


def test_an_old_workbook_without_formats_gives_its_numbers():
    file = xls(OLD_TITLES | {(1, 0): 123.0, (1, 1): 46086.0, (1, 2): 5.0})
    assert list(line_of(file).values.values()) == ["123", date(2026, 3, 5), 5]
