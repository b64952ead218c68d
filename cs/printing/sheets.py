"""Registers and papers as PDF: their sheets in Chinese, in English or in both, filled or blank.

A sheet is plain data (what cs.registers.typeset sets): it is made once in each language asked for, and laid
together for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from itertools import groupby
from pathlib import Path
from typing import Any

from flask import current_app, request
from flask_babel import force_locale, gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.files.store import FileRefused, NoSuchFile
from cs.printing.definition import (
    EMPTY,
    Block,
    Box,
    Boxes,
    Drawing,
    Paper,
    Pictures,
    Printed,
    Register,
    Signed,
    Signing,
    Table,
    in_words,
)
from cs.printing.fitting import breakable, laid_out
from cs.printing.typeset import typeset
from cs.records.attachments import Attachment
from cs.records.events import Event
from cs.records.procedure import rulebook
from cs.records.record import Record
from cs.records.users import User
from cs.wording.words import LANGUAGES, choices, in_language, language, moment, role_name, state_name, term

BOTH = "both"
WIDE, TALL = 277.0, 190.0  # millimetres between the margins of A4: landscape, portrait
LABEL = 19.0  # of the label of a box (paper.typ)
LINE_NO, WIDEST = (
    5,
    34,
)  # in characters: the column of numbers; on paper no column's own width counts for more
REGISTER_SIZES = ((13, 8.0), (16, 7.5), (99, 7.0))  # up to so many cells in a line: the size of the letters
PAPER_SIZE, SMALL = 8.0, 6.5
BLANK_LINES = 14
LOW = 4.4  # millimetres: the room to write in a box that does not take the whole line
PHOTOGRAPH = 480  # the thumbnail that is printed: 3 in a line at 200 dots per inch


class TooManyLines(ValueError):
    """A register asks for more lines than a PDF may hold; `most` says how many it may."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def asked_language() -> str:
    """The language that the address asks for (zh, en or both), else the reader's."""
    asked = request.args.get("language", "")
    return asked if asked in (*LANGUAGES, BOTH) else language()


def one_language() -> str:
    """The same for files that hold one language: where both are asked for, the reader's."""
    asked = asked_language()
    return asked if asked in LANGUAGES else language()


def language_links(address: Callable[[str], str]) -> list[tuple[str, str]]:
    """(name, address) of a sheet in each language and in both."""
    return [
        ("中文", address("zh")),
        ("English", address("en")),
        (gettext("Chinese and English"), address(BOTH)),
    ]


# The three kinds of sheets


def register_pdf(register: Register, args: MultiDict[str, str], asked: str) -> bytes:
    """The lines that the address asks for; TooManyLines where they are more than CS_PDF_ROWS."""
    most = current_app.config["CS_PDF_ROWS"]
    rows = list(db.session.execute(register.listing.ordered(args).limit(most + 1)))
    if len(rows) > most:
        raise TooManyLines(most)
    return _set(
        "register",
        _fitted_register(
            _in_languages(asked, lambda: _register_sheet(register, rows, register.listing.said(args), 0))
        ),
    )


def paper_pdf(paper: Paper, record: Record, asked: str) -> bytes:
    """The paper of a record. Its date is that of the record's last event: the same content gives the same
    bytes."""
    files = [file for file in Attachment.of(record) if file.void_reason is None]
    events = _events(record, paper)
    pictures = {f"{file.sha256}.jpg": path for file in files if file.is_image and (path := _photograph(file))}
    last = max((event.at for event, _name in events), default=record.created_at).astimezone(UTC)
    date = {
        "year": last.year,
        "month": last.month,
        "day": last.day,
        "hour": last.hour,
        "minute": last.minute,
        "second": last.second,
    }
    return _set(
        "paper",
        _fitted_paper(_in_languages(asked, lambda: _paper_sheet(paper, record, files, events, pictures)))
        | {"date": date},
        pictures,
    )


def blank_pdf(form: Register | Paper, asked: str) -> bytes:
    """An empty copy to write on by hand, for a day without power."""
    if isinstance(form, Register):
        return _set(
            "register",
            _fitted_register(_in_languages(asked, lambda: _register_sheet(form, [], [], BLANK_LINES))),
        )
    return _set("paper", _fitted_paper(_in_languages(asked, lambda: _paper_sheet(form, None, [], [], {}))))


def _set(layout: str, sheet: dict[str, Any], pictures: dict[str, Path] | None = None) -> bytes:
    # all is read: the database is not held while the sheet waits for its turn and is set
    db.session.rollback()
    return typeset(layout, sheet, font=current_app.config["CS_PDF_FONT"] or None, pictures=pictures)


# Languages


def _in_languages(asked: str, sheet: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    made = []
    for one in LANGUAGES if asked == BOTH else (asked,):
        with force_locale(one):
            made.append(sheet())
    both: dict[str, Any] = _together(*made) if asked == BOTH else made[0]
    return both | {"language": "zh" if asked == BOTH else asked}


def _together(zh: Any, en: Any) -> Any:
    """Two sheets of the same shape as one: a text that differs becomes {zh, en}."""
    if isinstance(zh, dict):
        return {key: _together(zh[key], en[key]) for key in zh}
    if isinstance(zh, list | tuple):
        return [_together(*pair) for pair in zip(zh, en, strict=True)]
    return zh if zh == en else {"zh": zh, "en": en}


# Sheets


def _frame(form: Printed, mark: str) -> dict[str, Any]:
    """What stands around every sheet."""
    return {
        "company": in_language(rulebook().company),
        "title": form.title,
        "number": form.number,
        "mark": mark,
        "date": None,
        "page": gettext("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "date_word": term("date"),
        "retention": f"{term('retention')}: "
        f"{gettext('%(years)s years', years=form.form_row.retention_years)}",
    }


def _register_sheet(
    register: Register, rows: Sequence[Any], asked: list[tuple[str, str]], empty: int
) -> dict[str, Any]:
    cells = register.cells
    columns = [{"titles": [term("line_no")], "width": LINE_NO, "align": "center"}]
    columns += [
        {
            "titles": [column.title for column in cell],
            "width": max(min(column.width, WIDEST) for column in cell),
            "align": _align(cell[0].kind),
        }
        for cell in cells
    ]
    lines = [
        [[str(number)], *([_said(column.value(row), column.kind) for column in cell] for cell in cells)]
        for number, row in enumerate(rows, 1)
    ]
    return _frame(register, "") | {
        "asked": [list(pair) for pair in asked],
        "columns": columns,
        "rows": lines,
        "empty": empty,
        "signed": [{"title": term(word), "people": []} for word in register.signed],
    }


def _fitted_register(sheet: dict[str, Any]) -> dict[str, Any]:
    """With the size of the letters and the widths of the columns, and places where words too long for them
    may break."""
    columns = sheet["columns"]
    size = next(size for most, size in REGISTER_SIZES if len(columns) <= most)
    cells = [
        [columns[place]["titles"], *(row[place] for row in sheet["rows"])] for place in range(len(columns))
    ]
    widths = laid_out([column["width"] for column in columns], cells, WIDE, size)
    fitted = [
        column | {"width": width, "titles": breakable(column["titles"], width, size)}
        for column, width in zip(columns, widths, strict=True)
    ]
    rows = [
        [breakable(cell, width, size) for cell, width in zip(row, widths, strict=True)]
        for row in sheet["rows"]
    ]
    return sheet | {"size": size, "columns": fitted, "rows": rows}


def _align(kind: str) -> str:
    return {"whole": "right", "percent": "right", "quantity": "right", "money": "right", "text": "left"}.get(
        kind, "center"
    )


def _paper_sheet(
    paper: Paper,
    record: Any,
    files: list[Attachment],
    events: list[tuple[Event, str]],
    pictures: dict[str, Path],
) -> dict[str, Any]:
    parts = _Parts(record, files, pictures)
    blocks = []
    for each, group in groupby(paper.blocks, lambda block: block.each):
        together = list(group)
        subjects = [None] if record is None else each(record)
        blocks += [parts.of(block, subject) for subject in subjects for block in together]
        if not subjects:
            blocks += [parts.struck(block) for block in together]
    void = record is not None and record.void_reason
    return _frame(paper, record.title if record is not None else "") | {
        "blank": record is None,
        "stamp": state_name(record.kind, "void") if void else None,
        "blocks": blocks,
        "signed": [{"title": term(box.term), "people": _people(box, record, events)} for box in paper.signed],
    }


class _Parts:
    """The blocks of one paper, part by part. Without a record they are those of a blank copy."""

    def __init__(self, record: Any, files: list[Attachment], pictures: dict[str, Path]) -> None:
        self.record, self.files, self.pictures = record, files, pictures

    def of(self, block: Block, subject: Any) -> dict[str, Any]:
        parts = [part for one in block.parts if (part := self._part(one, subject)) is not None]
        return {"letter": block.letter, "title": block.title(subject), "clause": block.clause, "parts": parts}

    def struck(self, block: Block) -> dict[str, Any]:
        """A block that the case does not need."""
        return {"letter": block.letter, "title": block.title(None), "clause": block.clause, "parts": []}

    def _part(self, part: Any, subject: Any) -> dict[str, Any] | None:
        match part:
            case Boxes():
                boxes = [
                    self._box(box, subject)
                    for box in part.boxes
                    if self._stands(box, subject) and (part.on_blank or self.record)
                ]
                return {"kind": "fields", "rows": _lines(boxes)} if boxes else None
            case Table():
                return self._table(part, subject)
            case Pictures():
                return self._pictures(part)
            case Drawing():
                svg = None if self.record is None else part.svg(subject)
                return (
                    {"kind": "drawing", "title": term(part.term), "svg": svg or "", "legend": part.legend()}
                    if svg or self.record is None
                    else None
                )
        raise TypeError(part)

    def _stands(self, box: Box, subject: Any) -> bool:
        return not box.if_filled or self.record is None or bool(box.in_words(subject))

    def _box(self, box: Box, subject: Any) -> dict[str, Any]:
        blank = self.record is None
        return {
            "label": term(box.term),
            "value": "" if blank else _said(box.value(subject), box.kind),
            "span": box.span,
            "options": [name for _code, name in choices(box.options)] if blank and box.options else [],
            "room": box.room if box.span == 4 and not box.if_filled else LOW,
        }

    def _table(self, part: Table, subject: Any) -> dict[str, Any]:
        found = [] if self.record is None else part.rows(subject)
        rows = [[_said(column.value(row), column.kind) for column in part.columns] for row in found]
        if self.record is not None and not rows:
            rows = [[EMPTY] * len(part.columns)]
        return {
            "kind": "rows",
            "title": term(part.term) if part.term else None,
            "widths": [column.width for column in part.columns],
            "aligns": ["right" if _align(column.kind) == "right" else "left" for column in part.columns],
            "titles": [column.title for column in part.columns],
            "rows": rows,
            "empty": part.blank_rows if self.record is None else 0,
        }

    def _pictures(self, part: Pictures) -> dict[str, Any]:
        shown = [
            {
                "file": name if (name := f"{file.sha256}.jpg") in self.pictures else None,
                "name": file.name,
                "by": f"{file.added_by.name} {moment(file.at)}",
            }
            for file in self.files
            if file.is_image
        ]
        others = [
            [[term("file"), file.name], f"{file.added_by.name} {moment(file.at)}"]
            for file in self.files
            if not file.is_image
        ]
        return {"kind": "pictures", "title": term(part.term), "pictures": shown, "others": others}


def _fitted_paper(sheet: dict[str, Any]) -> dict[str, Any]:
    """With the widths of the tables' columns, and places where words too long for their box may break."""
    for part in (part for block in sheet["blocks"] for part in block["parts"]):
        if part["kind"] == "fields":
            for box in (box for line in part["rows"] for box in line):
                box["label"] = breakable(box["label"], LABEL, PAPER_SIZE)
                box["value"] = breakable(box["value"], TALL / 4 * box["span"] - LABEL, PAPER_SIZE)
        elif part["kind"] == "rows":
            texts = [list(cells) for cells in zip(part["titles"], *part["rows"], strict=True)]
            widths = part["widths"] = laid_out(part["widths"], texts, TALL, PAPER_SIZE)
            part["titles"] = [
                breakable(title, width, PAPER_SIZE)
                for title, width in zip(part["titles"], widths, strict=True)
            ]
            part["rows"] = [
                [breakable(cell, width, PAPER_SIZE) for cell, width in zip(row, widths, strict=True)]
                for row in part["rows"]
            ]
        elif part["kind"] == "pictures":
            for one in part["pictures"]:
                one["name"] = breakable(one["name"], TALL / 3, SMALL)
            part["others"] = breakable(part["others"], TALL, PAPER_SIZE)
    return sheet


def _lines(boxes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Boxes in lines of four; the last box of a line takes what is left of it."""
    lines: list[list[dict[str, Any]]] = [[]]
    for box in boxes:
        if sum(one["span"] for one in lines[-1]) + box["span"] > 4:
            lines.append([])
        lines[-1].append(box)
    for line in lines:
        if line:
            line[-1]["span"] += 4 - sum(one["span"] for one in line)
    return lines


# Who signed


def _events(record: Record, paper: Paper) -> list[tuple[Event, str]]:
    """The record's last event, and those of the steps by which the paper is signed, in order: each with the
    name of who took it."""
    steps = [step for box in paper.signed for step in box.steps]
    query = (
        select(
            Event.seq,
            Event.name,
            Event.role,
            Event.at,
            Event.by_id,
            Event.data,
            Event.content_hash,
            User.name.label("who"),
        )
        .outerjoin(User, User.id == Event.by_id)
        .where(Event.kind == record.kind, Event.record_id == record.id)
        .where((Event.name.in_(steps)) | (Event.seq == record.version))
        .order_by(Event.seq)
    )
    return [(row, row.who or "") for row in db.session.execute(query)]  # type: ignore[misc]


def _people(box: Signing, record: Any, events: list[tuple[Event, str]]) -> list[dict[str, Any]]:
    """Who stands in a box: whom the record's own signatures name; else the last who took one of its steps, or
    everybody with their last."""
    if record is None:
        return []
    if box.signed is not None:
        people = box.signed(record)
    else:
        last = {
            event.by_id if box.all_of_them else None: (event, who)
            for event, who in events
            if event.name in box.steps
        }
        people = [
            Signed(
                who,
                role_name(event.role),
                event.at,
                event.content_hash if '"signed":' in event.data else None,
            )
            for event, who in last.values()
        ]
    return [
        {
            "name": one.name,
            "as": one.role,
            "at": moment(one.at),
            "hash": one.content_hash[:12] if one.content_hash else None,
        }
        for one in people
    ]


# Pieces


def _photograph(file: Attachment) -> Path | None:
    """The picture to print; None when it is gone or cannot be read any more."""
    try:
        return current_app.extensions["files"].thumbnail(file.sha256, PHOTOGRAPH)
    except (NoSuchFile, FileNotFoundError, FileRefused):
        return None


def _said(value: Any, kind: str) -> Any:
    """A value for the sheet: its text, or the texts of its parts, each of which may be another in the other
    language."""
    if isinstance(value, tuple):
        return [list(part) if isinstance(part, tuple) else part for part in value]
    return in_words(value, kind) or EMPTY
