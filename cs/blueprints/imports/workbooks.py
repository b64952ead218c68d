"""The workbooks that an import gives out: the example table, and the lines that could not be imported."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from flask import Response, send_file
from flask_babel import gettext

from cs.blueprints.imports.reading import FileReading, reason_in_words
from cs.imports.cells import CellError, Column, Formatted, Problem, meaning, own_or_repeated
from cs.imports.kinds import Kind
from cs.imports.plans import Plan
from cs.imports.tables import Line
from cs.imports.titles import REASONS_TITLE
from cs.wording.formats import list_in_words
from cs.wording.labels import choice
from cs.wording.language import current_language

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
TITLES = {"bold": True, "bg_color": "#E6F0EF", "border": 1}
REASON_WIDTH = 60
ANY_TEXT = Column("text", ("text",))


def example_workbook(kind: Kind) -> Response:
    """Return an empty table with its titles, and a second sheet that explains the columns."""
    columns = kind.columns(current_language())
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        bold, text = book.add_format(TITLES), book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet, help_sheet = book.add_worksheet(gettext("Import")), book.add_worksheet(gettext("Columns"))
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.titles[0] + (" *" if column.required else ""), bold)
            sheet.set_column(
                index,
                index,
                max(12, 2 * len(column.titles[0])),
                {"date": day, "integer": None}.get(column.kind, text),
            )
        heads = (
            gettext("Column"),
            gettext("Required"),
            gettext("Example"),
            gettext("Possible"),
            gettext("Also accepted"),
        )
        for index, head in enumerate(heads):
            help_sheet.write_string(0, index, head, bold)
        help_sheet.set_column(0, 4, 24, text)
        for row, column in enumerate(columns, start=1):
            value = kind.examples[0].get(column.name)
            group = kind.groups.get(column.name)
            sample = choice(group, value) if group else str(value or "")
            cells = (
                column.titles[0],
                choice("yes_no", "yes") if column.required else "",
                sample,
                list_in_words(column.possible),
                list_in_words(column.titles[1:]),
            )
            for index, cell in enumerate(cells):
                help_sheet.write_string(row, index, cell)
    return _download(file, f"{gettext('Import')}-{kind.section}.xlsx")


def bad_lines_workbook(reading: FileReading, made: Plan, name: str) -> Response:
    """Return the lines that cannot be imported as they stand in the file, each with its reasons before it.
    Mended, the workbook can be read again: the column of reasons is passed over."""
    file = io.BytesIO()
    shown = [(index, column) for index, column in enumerate(reading.table.columns) if not column.ignored]
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        bold = book.add_format(TITLES)
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#B3261E"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        text = book.add_format({"num_format": "@"})
        formats = {"date": day, "moment": moment, "text": text}
        sheet = book.add_worksheet(gettext("Not imported"))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, REASON_WIDTH)
        sheet.write_string(0, 0, REASONS_TITLE[current_language()], bold)
        for place, (_index, column) in enumerate(shown, start=1):
            sheet.write_string(0, place, column.title, bold)
            sheet.set_column(place, place, max(12, min(40, 2 * len(column.title))))
        for row, (line, problems) in enumerate(made.bad, start=1):
            sheet.write_string(row, 0, _reasons(reading, line, problems), wrapped)
            for place, (index, column) in enumerate(shown, start=1):
                read_as = reading.columns.get(column.target, ANY_TEXT)
                _write_cell(sheet, row, place, _as_seen(read_as, line.cells[index]), formats)
    return _download(file, f"{gettext('Not imported')}-{name.rpartition('.')[0] or name}.xlsx")


def _reasons(reading: FileReading, line: Line, problems: Sequence[Problem]) -> str:
    reasons = [gettext("Row %(row)s", row=line.place)]
    for problem in problems:
        title = f"{reading.columns[problem.column].titles[0]} " if problem.column else ""
        reasons.append(title + reason_in_words(problem))
    return "\n".join(reasons)


def _as_seen(column: Column, raw: object) -> object:
    """Return what a cell holds to those who see it in this column, so that it is read again as it was."""
    cell = own_or_repeated(column, raw)
    return meaning(column, cell) if isinstance(cell, Formatted) else cell


def _write_cell(sheet: Any, row: int, place: int, cell: object, formats: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell.replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, formats["date"])
    elif cell is not None:
        text = cell.text if isinstance(cell, CellError) else str(cell)
        sheet.write_string(row, place, text, formats["text"])


def _download(file: io.BytesIO, name: str) -> Response:
    file.seek(0)
    return send_file(file, as_attachment=True, download_name=name, mimetype=MIME)
