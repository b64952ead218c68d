"""Registers and papers as PDF: their sheets in Chinese, in English or in both, filled or blank.

A sheet is plain data for cs.printing.typeset: made once in each requested language, and merged for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from itertools import groupby
from pathlib import Path
from typing import Any

from flask import current_app, request
from flask_babel import force_locale, gettext
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.printing.definition import (
    Column,
    Paper,
    Printed,
    Register,
)
from cs.printing.fitting import Fitting, title_width
from cs.printing.fonts import typeface
from cs.printing.letters import printable
from cs.printing.sheet_parts import (
    LANDSCAPE_WIDTH,
    SheetParts,
    column_alignment,
    fitted_paper,
    printed_photograph,
    signers_of,
    signing_events,
    values_in_print,
)
from cs.printing.typeset import typeset
from cs.records.attachments import Attachment
from cs.records.company import company
from cs.records.events import Event
from cs.records.record import Record
from cs.wording.labels import state_name, term
from cs.wording.language import LANGUAGES, current_language, in_language

BOTH = "both"
LINE_NO, MAX_COLUMN_WEIGHT = (
    5,
    34,
)  # in characters: the column of numbers; on paper no column's own width counts for more
REGISTER_SIZES = ((13, 8.0), (16, 7.5), (99, 7.0))  # up to so many cells in a line: the size of the letters
BLANK_LINES = 14


class TooManyLines(ValueError):
    """A register has more lines than a PDF may hold, which is `max_lines`."""

    def __init__(self, max_lines: int) -> None:
        super().__init__(max_lines)
        self.max_lines = max_lines


def requested_language() -> str:
    """Return the language that the URL asks for (zh, en or both), else the reader's."""
    requested = request.args.get("language", "")
    return requested if requested in (*LANGUAGES, BOTH) else current_language()


def one_language() -> str:
    """Return the same for files in one language: the reader's where both are requested."""
    requested = requested_language()
    return requested if requested in LANGUAGES else current_language()


def language_links(address: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return (name, URL) of a sheet in each language and in both."""
    return [
        ("中文", address("zh")),
        ("English", address("en")),
        (gettext("Chinese and English"), address(BOTH)),
    ]


# The three kinds of sheets


def register_pdf(register: Register, args: MultiDict[str, str], requested: str) -> bytes:
    """Return the lines that the URL asks for; raise TooManyLines for more than CS_PDF_ROWS."""
    max_lines = current_app.config["CS_PDF_ROWS"]
    rows = list(db.session.execute(register.listing.ordered_query(args).limit(max_lines + 1)))
    if len(rows) > max_lines:
        raise TooManyLines(max_lines)
    return _typeset_sheet(
        "register",
        _fitted_register,
        _in_languages(
            requested,
            lambda: _register_sheet(register, rows, register.listing.criteria_in_words(args), 0),
        ),
    )


def paper_pdf(paper: Paper, record: Record, requested: str) -> bytes:
    """Return the paper of a record. Its date is that of the record's last event: the same content gives the
    same bytes."""
    files = [file for file in Attachment.of(record) if file.void_reason is None]
    events = signing_events(record, paper)
    pictures = {
        f"{file.sha256}.jpg": path for file in files if file.is_image and (path := printed_photograph(file))
    }
    last = max((event.at for event, _name in events), default=record.created_at).astimezone(UTC)
    date = {
        "year": last.year,
        "month": last.month,
        "day": last.day,
        "hour": last.hour,
        "minute": last.minute,
        "second": last.second,
    }
    return _typeset_sheet(
        "paper",
        fitted_paper,
        _in_languages(requested, lambda: _paper_sheet(paper, record, files, events, pictures))
        | {"date": date},
        pictures,
    )


def blank_pdf(form: Register | Paper, requested: str) -> bytes:
    """Return an empty copy to fill in by hand, for a day without power."""
    if isinstance(form, Register):
        return _typeset_sheet(
            "register",
            _fitted_register,
            _in_languages(requested, lambda: _register_sheet(form, [], [], BLANK_LINES)),
        )
    return _typeset_sheet(
        "paper", fitted_paper, _in_languages(requested, lambda: _paper_sheet(form, None, [], [], {}))
    )


def _typeset_sheet(
    layout: str,
    fitted: Callable[[dict[str, Any], Fitting], dict[str, Any]],
    sheet: dict[str, Any],
    pictures: dict[str, Path] | None = None,
) -> bytes:
    sheet, pictures = _with_logo(sheet, pictures or {})
    # all is read: the database is not held while the sheet waits for its turn and is set
    db.session.rollback()
    font = current_app.config["CS_PDF_FONT"] or None
    letters = typeface(font)
    sheet = fitted(printable(sheet, letters), Fitting(letters))
    return typeset(layout, sheet, font=font, pictures=pictures)


def _with_logo(sheet: dict[str, Any], pictures: dict[str, Path]) -> tuple[dict[str, Any], dict[str, Path]]:
    """Add the company's logo to a sheet and its pictures; without a logo both stay as they are."""
    logo, mime = company().logo, company().logo_mime
    path = current_app.extensions["files"].path(logo) if logo else None
    if path is None or not path.exists():
        return sheet, pictures
    name = "company-logo.png" if mime == "image/png" else "company-logo.jpg"
    return sheet | {"logo": name}, pictures | {name: path}


# Languages


def _in_languages(requested: str, sheet: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    made = []
    for code in LANGUAGES if requested == BOTH else (requested,):
        with force_locale(code):
            made.append(sheet())
    both: dict[str, Any] = _both_languages(*made) if requested == BOTH else made[0]
    return both | {"language": "zh" if requested == BOTH else requested}


def _both_languages(zh: Any, en: Any) -> Any:
    """Merge two sheets of the same shape: a text that differs becomes {zh, en}."""
    if isinstance(zh, dict):
        return {key: _both_languages(zh[key], en[key]) for key in zh}
    if isinstance(zh, list | tuple):
        return [_both_languages(*pair) for pair in zip(zh, en, strict=True)]
    return zh if zh == en else {"zh": zh, "en": en}


# Sheets


def _sheet_frame(form: Printed, mark: str) -> dict[str, Any]:
    """Return what every sheet has: company, title, numbers, retention."""
    return {
        "company": in_language(company().name),
        "title": form.title,
        "number": form.number,
        "mark": mark,
        "date": None,
        "page": gettext("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "date_word": term("date"),
        "unprintable_word": gettext("The following characters could not be printed:"),
        "retention": f"{term('retention')}: "
        f"{gettext('%(years)s years', years=form.form_row.retention_years)}",
    }


def _column_of_sheet(cell: Sequence[Column]) -> dict[str, Any]:
    return {
        "titles": [column.title for column in cell],
        "width": max(min(column.width, MAX_COLUMN_WEIGHT) for column in cell),
        "align": column_alignment(cell[0].kind),
    }


def _register_sheet(
    register: Register, rows: Sequence[Any], criteria: list[tuple[str, str]], empty: int
) -> dict[str, Any]:
    cells = register.cells
    columns = [{"titles": [term("line_no")], "width": LINE_NO, "align": "center"}]
    columns += [_column_of_sheet(cell) for cell in cells]

    def line(number: int, row: Any, goes_on: bool) -> list[list[Any]]:
        return [[str(number)], *(values_in_print(cell, row, goes_on) for cell in cells)]

    lines = [line(number, row, goes_on) for number, (row, goes_on) in enumerate(register.lines(rows), 1)]
    return _sheet_frame(register, "") | {
        "asked": [list(pair) for pair in criteria],
        "columns": columns,
        "rows": lines,
        "empty": empty,
        "signed": [{"title": term(word), "people": [], "unsigned": ""} for word in register.signed],
    }


def _fitted_register(sheet: dict[str, Any], fitting: Fitting) -> dict[str, Any]:
    """Set the size of the letters, the widths of the columns, and the places where words too long for them
    may break."""
    columns = sheet["columns"]
    size = next(size for max_columns, size in REGISTER_SIZES if len(columns) <= max_columns)
    titles = [column["titles"] for column in columns]
    cells = [list(column) for column in zip(titles, *sheet["rows"], strict=True)]
    weights = [column["width"] for column in columns]
    widths = fitting.column_widths(
        weights, cells, LANDSCAPE_WIDTH, size, [title_width(title) for title in titles]
    )
    fitted = [
        column | {"width": width, "titles": fitting.with_break_points(column["titles"], width, size)}
        for column, width in zip(columns, widths, strict=True)
    ]
    rows = [fitting.cells_with_break_points(row, widths, size) for row in sheet["rows"]]
    return sheet | {"size": size, "columns": fitted, "rows": rows}


def _paper_sheet(
    paper: Paper,
    record: Any,
    files: list[Attachment],
    events: list[tuple[Event, str]],
    pictures: dict[str, Path],
) -> dict[str, Any]:
    parts = SheetParts(record, files, pictures)
    blocks = []
    for subjects_of, group in groupby(paper.blocks, lambda block: block.subjects_of):
        together = list(group)
        subjects = [None] if record is None else subjects_of(record)
        blocks += [parts.filled_block(block, subject) for subject in subjects for block in together]
        if not subjects:
            blocks += [parts.not_applicable_block(block) for block in together]
    void = record is not None and record.void_reason
    return _sheet_frame(paper, record.title if record is not None else "") | {
        "blank": record is None,
        "stamp": state_name(record.kind, "void") if void else None,
        "blocks": blocks,
        "signed": [
            {
                "title": term(box.term),
                "people": signers_of(box, record, events),
                "unsigned": "" if record is None else box.unsigned(record),
            }
            for box in paper.signed
        ],
    }
