"""Small files of every kind that factories keep, each with the right reading."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from cs.files.store import THUMBNAIL_SIZES, FileStore
from cs.imports import Limits, Problem, Table, read_table
from cs.imports.customers import CUSTOMERS
from cs.imports.history import REGISTER
from cs.imports.kinds import Kind, Known, Remark
from cs.imports.lines import NoLine
from cs.imports.master_data import SHIPMENTS
from cs.imports.sheets import open_sheets
from tests.source import ROOT

FILES = Path(ROOT) / "tests/imports/files"


def kept(name: str, kind: Kind) -> Table:
    """The table of a file, by the columns that the section looks for."""
    with (FILES / name).open("rb") as stream:
        return read_table(stream, name, kind.columns("zh"))


def cells(table: Table, *names: str) -> list[tuple[object, ...]]:
    """What the lines hold in these columns."""
    return [tuple(line.values[name] for name in names) for line in table.lines]


def problems(table: Table) -> list[Problem]:
    return [problem for line in table.lines for problem in line.problems]


@pytest.fixture(autouse=True)
def in_the_app(app):
    with app.app_context():
        yield


# What is no line


def test_a_second_row_of_titles_is_no_line():
    table = kept("B01-customers-second-title-row.xlsx", CUSTOMERS)
    assert cells(table, "full_name", "short_name") == [("试验甲公司", "试甲")]
    assert table.no_lines == [NoLine(2, "title")]


def test_repeated_titles_sums_and_the_foot_are_no_lines():
    table = kept("B01-customers-repeated-titles-and-foot.xlsx", CUSTOMERS)
    assert cells(table, "full_name") == [("试验乙公司",), ("试验丙公司",)]
    assert table.no_lines == [NoLine(3, "title"), NoLine(5, "sum"), NoLine(6, "foot")]


def test_merged_cells_hold_their_value_in_every_line():
    table = kept("B09-merged-cells.xlsx", REGISTER)
    day = date(2026, 3, 5)
    assert cells(table, "complaint_date", "customer", "model") == [
        (day, "柏骊客车", "A1"),
        (day, "柏骊客车", "A2"),
        (day, "柏骊客车", "A3"),
    ]


def test_a_space_in_the_last_row_costs_nothing():
    name = "B17-space-in-the-last-row.xlsx"
    with (FILES / name).open("rb") as stream:
        assert [len(list(sheet.rows)) for sheet in open_sheets(stream, name, Limits())] == [2]
    assert cells(kept(name, CUSTOMERS), "full_name") == [("试验丑公司",)]


# The value that people see


def test_leading_zeros_of_a_number_format_are_part_of_a_text():
    table = kept("B03-number-format-leading-zeros.xlsx", CUSTOMERS)
    assert cells(table, "number", "phone") == [("00123", "0000-755123")]


def test_a_percent_in_a_column_of_texts_is_read_as_it_is_shown():
    assert cells(kept("B03-percent-in-text-column.xlsx", REGISTER), "defect_rate") == [("0.60%",)]


def test_a_formula_without_a_value_is_a_fault():
    table = kept("B04-formula-without-value.xlsx", CUSTOMERS)
    fault = {"value": ""}
    assert problems(table) == [
        Problem("short_name", "formula_without_value", fault),
        Problem("remarks", "formula_without_value", fault),
    ]


def test_a_unit_in_the_brackets_of_a_title_is_part_of_its_meaning():
    table = kept("B05-unit-in-brackets.xlsx", SHIPMENTS)
    assert (cells(table, "quantity"), table.unknown_titles) == ([(120,)], ["数量(箱)"])


def test_unformatted_days_of_a_workbook_that_counts_from_1904():
    assert cells(kept("B12-1904-unformatted.xlsx", SHIPMENTS), "shipped_on") == [(date(2026, 3, 5),)]


def test_units_stand_beside_quantities():
    table = kept("B13-units-in-quantities.xlsx", REGISTER)
    assert cells(table, "defect_qty", "checked_qty", "shipped_qty") == [(3, None, 500), (3, 200, 500)]
    remark = Remark("defect_qty", "part_of_whole", {"value": "3/200", "part": "3", "whole": "200"})
    assert problems(table) == [remark]


def test_days_as_people_write_them():
    table = kept("B14-dates-as-people-write-them.xlsx", SHIPMENTS)
    plain = date(2026, 3, 5)
    assert [row[0] for row in cells(table, "shipped_on")] == [plain, plain, plain, plain, None, None, plain]
    assert [(problem.code, problem.params["value"]) for problem in problems(table)] == [
        ("day_without_year", "3月5日"),
        ("not_a_date", "26.3.5"),
    ]


def test_a_picture_in_a_cell_of_wps_is_counted():
    table = kept("B15-wps-picture-in-cell.xlsx", REGISTER)
    assert (cells(table, "remarks"), table.pictures, problems(table)) == ([(None,)], 1, [])


def test_both_telephone_numbers_are_kept_whole():
    table = kept("B02-phone-cut-at-40.xlsx", CUSTOMERS)
    numbers = ("0755-87654321转8001/8002/8003", "13800138000/13900139000")
    assert cells(table, "phone", "mobile") == [numbers]
    columns = {column.name: column for column in CUSTOMERS.columns("zh")}
    values = CUSTOMERS.read(table.lines[0], Known(columns, table.columns_found, datetime.now(UTC)), [])
    assert values["contacts"][0]["phone"] == "13800138000/13900139000 / 0755-87654321转8001/8002/8003"


# One decision about a file


@pytest.mark.parametrize(
    ("name", "customer", "stored_as"),
    [
        ("B08-plain.xlsm", "试验辛公司", "B08-plain.xlsx"),
        ("B08-xlsx-named.xls", "试验辛公司", "B08-xlsx-named.xlsx"),
        ("B08-tab-text-named.xls", "试验壬公司", "B08-tab-text-named.txt"),
        ("B08-vertical-tab.csv", "试验癸公司", "B08-vertical-tab.csv"),
        ("B11-big5.csv", "測試甲有限公司", "B11-big5.csv"),
    ],
)
def test_a_table_is_read_and_kept_by_its_content(name, customer, stored_as, tmp_path):
    assert cells(kept(name, CUSTOMERS), "full_name") == [(customer,)]
    with (FILES / name).open("rb") as stream:
        assert FileStore(tmp_path).accept(stream, name).name == stored_as


def test_a_vertical_tab_is_a_line_break():
    assert cells(kept("B08-vertical-tab.csv", CUSTOMERS), "remarks") == [("a\nb",)]


def test_a_workbook_whose_parts_have_other_names_is_read():
    assert cells(kept("B16-workbook2.xlsx", REGISTER), "customer", "remarks") == [("柏骊客车", "IMG")]


@pytest.mark.parametrize("size", THUMBNAIL_SIZES)  # the larger is the one that is printed
def test_a_grey_picture_of_16_bits_is_grey_in_its_thumbnail(tmp_path, size):
    store = FileStore(tmp_path)
    with (FILES / "B19-gray-16-bit.png").open("rb") as stream:
        sha256 = store.accept(stream, "B19-gray-16-bit.png").sha256
    with Image.open(store.thumbnail(sha256, size)) as small:
        assert small.convert("L").getextrema() == (117, 117)  # 30000 of 65535
