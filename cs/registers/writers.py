"""A register as a file: Excel with real dates and numbers, CSV that Chinese Excel opens right. No text of a user becomes a formula."""
from __future__ import annotations

import csv
import io
import re
import tempfile
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from cs.models.procedure import rulebook, zone
from cs.registers.definition import EMPTY, Register
from cs.words import choice, in_language, moment, term

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")  # a factory may call its form 客户/供应商
CELL_MOST = 32_767  # characters that a cell of Excel holds
SHEET_MOST = 1_048_576 - 2  # lines that a sheet of Excel holds below the two rows of the head


def head_of(register: Register) -> tuple[str, str]:
    """The title of the register, and its form number with the revision."""
    form = rulebook().forms[register.form]
    return in_language(form.name), " ".join(part for part in (form.number, form.revision) if part)


def as_csv(register: Register, args: MultiDict[str, str]) -> IO[bytes]:
    """The register as UTF-8 with a byte order mark, in a temporary file: a slow reader must not hold the database for so long."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is read from it
    lines = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([term("line_no"), *(column.title for column in register.columns)])
    for number, row in enumerate(register.rows(args), 1):
        cells = (column.in_words(row) for column in register.columns)
        writer.writerow([str(number), *(f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells)])
    lines.detach()
    file.seek(0)
    return file


def as_xlsx(register: Register, args: MultiDict[str, str], on: datetime) -> IO[bytes]:
    """The register as a workbook in a temporary file, written with flat memory."""
    title, number = head_of(register)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is read from it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                      "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": f"{title} {number}", "created": on.replace(tzinfo=None)})
    sheet = book.add_worksheet(_NO_SHEET_NAME.sub(" ", title)[:31].strip(" '") or register.name)
    plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}
    formats = {"text": book.add_format(plain), "whole": book.add_format(plain | {"num_format": "0"}),
               "percent": book.add_format(plain | {"num_format": "0.00%"}), "day": book.add_format(plain | {"num_format": "yyyy-mm-dd"}),
               "moment": book.add_format(plain | {"num_format": "yyyy-mm-dd hh:mm"}), "yes_no": book.add_format(plain | {"align": "center"})}
    header = book.add_format(plain | {"bold": True, "bg_color": "#E8EFEE", "align": "center"})
    for place, column in enumerate(register.columns, 1):
        sheet.set_column(place, place, column.width)
    sheet.set_column(0, 0, 6)
    sheet.set_landscape() if rulebook().forms[register.form].landscape else sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 2)
    sheet.set_footer(f"&L{number}&C&P / &N&R{gettext('Printed %(at)s', at=moment(on))}")
    head = (in_language(rulebook().company), title, number, gettext("as of %(at)s", at=moment(on)))
    sheet.write_string(0, 0, "  ".join(head), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_row(1, 0, [term("line_no"), *(column.title for column in register.columns)], header)
    line = 1
    for line, row in enumerate(register.rows(args), 2):
        sheet.write_number(line, 0, line - 1, formats["whole"])
        for place, column in enumerate(register.columns, 1):
            _write(sheet, line, place, column.kind, column.value(row), formats)
    sheet.autofilter(1, 0, max(line, 2), len(register.columns))
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, line: int, place: int, kind: str, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        sheet.write_string(line, place, EMPTY, formats["text"])
    elif kind == "whole":
        sheet.write_number(line, place, value, formats[kind])
    elif kind == "percent":
        sheet.write_number(line, place, float(value) / 100, formats[kind])
    elif kind == "day":
        sheet.write_datetime(line, place, value, formats[kind])
    elif kind == "moment":
        sheet.write_datetime(line, place, value.astimezone(zone()).replace(tzinfo=None, second=0, microsecond=0), formats[kind])
    elif kind == "yes_no":
        sheet.write_string(line, place, choice("yes_no", "yes" if value else "no"), formats[kind])
    else:
        sheet.write_string(line, place, str(value)[:CELL_MOST], formats["text"])
