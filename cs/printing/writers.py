"""A register as a file: Excel with real dates and numbers, CSV that Chinese Excel opens right. No text of a
user becomes a formula.

Both are written in the language that is spoken around them.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from datetime import datetime
from math import ceil
from typing import IO, Any

import xlsxwriter
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from cs.printing.definition import EMPTY, NUMBER_KINDS, Register, in_words
from cs.records.company import company
from cs.records.procedure import zone
from cs.wording.formats import format_moment, list_in_words
from cs.wording.labels import choice, term
from cs.wording.language import in_language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# What Excel and WPS turn into a number, a date, a time or a truth value: 0012345 loses its zeros
_READ_AS_VALUE = re.compile(
    r"(?=.*\d)(?:[\d\s.,:/%+()¥$€．，：／％＋－（）￥年月日时分秒-]|(?<=\d)E(?=[-+]?\d)|上午|下午"
    r"|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?"
    r"|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)+(?:[AP]M|\s[AP])?|TRUE|FALSE",
    re.IGNORECASE | re.DOTALL,
)
MAX_QUOTED = 255  # letters of a text in a formula
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")  # a factory may call its form 客户/供应商
MAX_CELL_CHARACTERS = 32_767  # characters that a cell of Excel holds
MAX_FOOTER_CHARACTERS = 255  # the same of a header or footer
HEAD_ROWS = 3  # title, what was asked for, column titles
# characters across A4 landscape that are still read; a wider register is printed on pages side by side
PAGE_WIDTH = 200
MAX_SHEET_LINES = 1_048_576 - HEAD_ROWS  # lines that a sheet of Excel holds below the head


def is_read_as_value(text: str) -> bool:
    """Return whether Excel takes a text for a number, a date, a time or a truth value."""
    return _READ_AS_VALUE.fullmatch(text) is not None


def _without_formula(text: str) -> str:
    """Return a CSV cell that no program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_cell(text: str, kind: str) -> str:
    """Return a cell of a CSV file. A text that Excel would turn into a number or a date is written as
    ="0012345": Excel and WPS show it without the mark (an apostrophe would be seen), and the import reads it
    back."""
    if kind in NUMBER_KINDS:
        return text
    if kind == "text" and len(text) <= MAX_QUOTED and is_read_as_value(text):
        return f'="{text}"'
    return _without_formula(text)


def as_csv(register: Register, args: MultiDict[str, str]) -> IO[bytes]:
    """Return the register as UTF-8 with a byte order mark, in a temporary file: a slow reader must not hold
    the database for so long."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is read from it
    lines = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    titles = [term("line_no"), *(column.title for column in register.columns)]
    writer.writerow([_without_formula(title) for title in titles])
    for number, row in enumerate(register.rows(args), 1):
        writer.writerow(
            [str(number), *(csv_cell(column.in_words(row), column.kind) for column in register.columns)]
        )
    lines.detach()
    file.seek(0)
    return file


def as_xlsx(register: Register, args: MultiDict[str, str], on: datetime) -> IO[bytes]:
    """Return the register as a workbook in a temporary file, written with flat memory."""
    title, number = register.title, register.number
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is read from it
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    book.set_properties({"title": f"{title} {number}", "created": on.replace(tzinfo=None)})
    sheet = book.add_worksheet(_NO_SHEET_NAME.sub(" ", title)[:31].strip(" '") or register.name)
    plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}
    formats = {
        "text": book.add_format(plain),
        "number_text": book.add_format(plain | {"num_format": "@"}),  # stays a text when it is typed over
        "whole": book.add_format(plain | {"num_format": "0"}),
        "percent": book.add_format(plain | {"num_format": "0.00%"}),
        "day": book.add_format(plain | {"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format(plain | {"num_format": "yyyy-mm-dd hh:mm"}),
        "yes_no": book.add_format(plain | {"align": "center"}),
    }
    formats |= {
        "quantity": book.add_format(plain | {"num_format": "0.###"}),
        "rate": book.add_format(plain | {"num_format": "0.######"}),
        "money": book.add_format(plain | {"num_format": "#,##0.00"}),
    }
    header = book.add_format(plain | {"bold": True, "bg_color": "#E8EFEE", "align": "center"})
    for position, column in enumerate(register.columns, 1):
        sheet.set_column(position, position, column.width)
    sheet.set_column(0, 0, 6)
    _set_page(sheet, register, on)
    head = (in_language(company().name), title, number, gettext("as of %(at)s", at=format_moment(on)))
    sheet.write_string(0, 0, "  ".join(head), book.add_format({"bold": True, "font_size": 14}))
    criteria = list_in_words(f"{label}: {value}" for label, value in register.listing.criteria_in_words(args))
    sheet.write_string(1, 0, criteria[:MAX_CELL_CHARACTERS], book.add_format({"font_size": 10}))
    for position, words in enumerate((term("line_no"), *(column.title for column in register.columns))):
        sheet.write_string(HEAD_ROWS - 1, position, words, header)
    line = HEAD_ROWS - 1
    for line, row in enumerate(register.rows(args), HEAD_ROWS):
        sheet.write_number(line, 0, line - HEAD_ROWS + 1, formats["whole"])
        for position, column in enumerate(register.columns, 1):
            _write_cell(sheet, line, position, column.kind, column.value(row), formats)
    sheet.autofilter(HEAD_ROWS - 1, 0, max(line, HEAD_ROWS), len(register.columns))
    book.close()
    file.seek(0)
    return file


def _set_page(sheet: Any, register: Register, on: datetime) -> None:
    """Set A4 as the form asks, legible: head and first columns on every page, form number, page and
    retention in the foot."""
    form = register.form_row
    sheet.set_landscape() if form.landscape else sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.6)
    sheet.fit_to_pages(ceil(sum(column.width for column in register.columns) / PAGE_WIDTH), 0)
    sheet.repeat_rows(0, HEAD_ROWS - 1)
    sheet.repeat_columns(0, 1)
    sheet.freeze_panes(HEAD_ROWS, 2)
    retention = f"{term('retention')}: {gettext('%(years)s years', years=form.retention_years)}"
    left, right = (
        text.replace("&", "&&")
        for text in (register.number, f"{retention} · {gettext('Printed %(at)s', at=format_moment(on))}")
    )
    foot = f"&C&P / &N&R{right}"
    sheet.set_footer(f"&L{left[: MAX_FOOTER_CHARACTERS - len(foot) - 2]}{foot}")


def _write_cell(sheet: Any, line: int, position: int, kind: str, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        sheet.write_string(line, position, EMPTY, formats["text"])
    elif kind == "whole":
        sheet.write_number(line, position, value, formats[kind])
    elif kind == "percent":
        sheet.write_number(line, position, float(value) / 100, formats[kind])
    elif kind in ("quantity", "rate", "money"):
        sheet.write_number(line, position, float(value), formats[kind])
    elif kind == "day":
        sheet.write_datetime(line, position, value, formats[kind])
    elif kind == "moment":
        sheet.write_datetime(
            line,
            position,
            value.astimezone(zone()).replace(tzinfo=None, second=0, microsecond=0),
            formats[kind],
        )
    elif kind == "yes_no":
        sheet.write_string(line, position, choice("yes_no", "yes" if value else "no"), formats[kind])
    else:
        text = in_words(value, kind)[:MAX_CELL_CHARACTERS]
        sheet.write_string(line, position, text, formats["number_text" if is_read_as_value(text) else "text"])
