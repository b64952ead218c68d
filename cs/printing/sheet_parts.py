"""The parts of a printed form as the typesetter takes them: boxes, tables, pictures, and who signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select

from cs.extensions import db
from cs.files.store import FileRefused, NoSuchFile
from cs.printing.definition import (
    EMPTY,
    NUMBER_KINDS,
    Block,
    Box,
    Boxes,
    Column,
    Drawing,
    Paper,
    Pictures,
    Signed,
    Signing,
    Table,
    in_words,
)
from cs.printing.fitting import Fitting, title_width
from cs.records.attachments import Attachment
from cs.records.events import Event
from cs.records.record import Record
from cs.records.users import User
from cs.wording.formats import format_moment
from cs.wording.labels import choices, role_name, term

LABEL_WIDTH = 19.0  # of the label of a box (paper.typ)
LOW_BOX_HEIGHT = 4.4  # millimetres: the room to write in a box that does not take the whole line
PHOTOGRAPH = 480  # the thumbnail that is printed: 3 in a line at 200 dots per inch
LANDSCAPE_WIDTH, PORTRAIT_WIDTH = 277.0, 190.0  # millimetres between the margins of A4: landscape, portrait
PAPER_SIZE, LABEL_SIZE, SMALL = 8.0, 7.2, 6.5  # of the letters (paper.typ)


class SheetParts:
    """The blocks of one paper, part by part. Without a record they are those of a blank copy."""

    def __init__(self, record: Any, files: list[Attachment], pictures: dict[str, Path]) -> None:
        self.record, self.files, self.pictures = record, files, pictures

    def filled_block(self, block: Block, subject: Any) -> dict[str, Any]:
        drawn = [
            self._part(definition, each)
            for definition in block.parts
            for each in self._subjects(definition, subject)
        ]
        parts = [part for part in drawn if part is not None]
        return {"letter": block.letter, "title": block.title(subject), "clause": block.clause, "parts": parts}

    def _subjects(self, part: Any, subject: Any) -> Sequence[Any]:
        """Return what a part shows one after another: nearly always the subject of its block."""
        several = isinstance(part, Drawing) and part.each is not None and self.record is not None
        return part.each(subject) if several else (subject,)

    def not_applicable_block(self, block: Block) -> dict[str, Any]:
        """Return a block that the case does not need."""
        return {"letter": block.letter, "title": block.title(None), "clause": block.clause, "parts": []}

    def _part(self, part: Any, subject: Any) -> dict[str, Any] | None:
        match part:
            case Boxes():
                boxes = [
                    self._box(box, subject)
                    for box in part.boxes
                    if self._stands(box, subject) and (part.on_blank or self.record)
                ]
                return {"kind": "fields", "rows": lines_of_boxes(boxes)} if boxes else None
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
            "value": "" if blank else value_in_print(box.value(subject), box.kind),
            "span": box.span,
            "options": [name for _code, name in choices(box.options)] if blank and box.options else [],
            "room": box.room if box.span == 4 and not box.if_filled else LOW_BOX_HEIGHT,
        }

    def _table(self, part: Table, subject: Any) -> dict[str, Any]:
        subjects = [] if self.record is None else part.rows(subject)
        rows = [values_in_print(part.columns, row) for row in subjects]
        if self.record is not None and not rows:
            rows = [[EMPTY] * len(part.columns)]
        return {
            "kind": "rows",
            "title": term(part.term) if part.term else None,
            "widths": [column.width for column in part.columns],
            "aligns": [
                "right" if column_alignment(column.kind) == "right" else "left" for column in part.columns
            ],
            "titles": [column.title for column in part.columns],
            "rows": rows,
            "empty": part.blank_rows if self.record is None else 0,
        }

    def _pictures(self, part: Pictures) -> dict[str, Any]:
        shown = [
            {
                "file": name if (name := f"{file.sha256}.jpg") in self.pictures else None,
                "name": file.name,
                "by": f"{file.added_by.name} {format_moment(file.at)}",
            }
            for file in self.files
            if file.is_image
        ]
        others = [
            [[term("file"), file.name], f"{file.added_by.name} {format_moment(file.at)}"]
            for file in self.files
            if not file.is_image
        ]
        return {"kind": "pictures", "title": term(part.term), "pictures": shown, "others": others}


def fitted_paper(sheet: dict[str, Any], fitting: Fitting) -> dict[str, Any]:
    """Set the widths of the tables' columns, and the places where words too long for their box may break."""
    for part in (part for block in sheet["blocks"] for part in block["parts"]):
        if part["kind"] == "fields":
            for box in (box for line in part["rows"] for box in line):
                box["label"] = fitting.with_break_points(box["label"], LABEL_WIDTH, LABEL_SIZE)
                box["value"] = fitting.with_break_points(
                    box["value"], PORTRAIT_WIDTH / 4 * box["span"] - LABEL_WIDTH, PAPER_SIZE
                )
        elif part["kind"] == "rows":
            texts = [list(cells) for cells in zip(part["titles"], *part["rows"], strict=True)]
            titles = [title_width(title) * LABEL_SIZE / PAPER_SIZE for title in part["titles"]]
            widths = part["widths"] = fitting.column_widths(
                part["widths"], texts, PORTRAIT_WIDTH, PAPER_SIZE, titles
            )
            part["titles"] = fitting.cells_with_break_points(part["titles"], widths, PAPER_SIZE)
            part["rows"] = [fitting.cells_with_break_points(row, widths, PAPER_SIZE) for row in part["rows"]]
        elif part["kind"] == "pictures":
            for picture in part["pictures"]:
                picture["name"] = fitting.with_break_points(picture["name"], PORTRAIT_WIDTH / 3, SMALL)
            part["others"] = fitting.with_break_points(part["others"], PORTRAIT_WIDTH, PAPER_SIZE)
    return sheet


def lines_of_boxes(boxes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Arrange boxes in lines of four; the last box of a line takes what is left of it."""
    lines: list[list[dict[str, Any]]] = [[]]
    for box in boxes:
        if sum(placed_box["span"] for placed_box in lines[-1]) + box["span"] > 4:
            lines.append([])
        lines[-1].append(box)
    for line in lines:
        if line:
            line[-1]["span"] += 4 - sum(placed_box["span"] for placed_box in line)
    return lines


def signing_events(record: Record, paper: Paper) -> list[tuple[Event, str]]:
    """Return the record's last event, and those of the steps by which the paper is signed, in order: each
    with the name of who took it."""
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


def signers_of(box: Signing, record: Any, events: list[tuple[Event, str]]) -> list[dict[str, Any]]:
    """Return who stands in a box: whom the record's own signatures name; else the last who took one of its
    steps, or everybody with their last."""
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
            "name": signer.name,
            "as": signer.role,
            "at": format_moment(signer.at),
            "hash": signer.content_hash[:12] if signer.content_hash else None,
        }
        for signer in people
    ]


def printed_photograph(file: Attachment) -> Path | None:
    """Return the picture to print; None when it is gone or cannot be read any more."""
    try:
        picture: Path = current_app.extensions["files"].thumbnail(file.sha256, PHOTOGRAPH)
    except (NoSuchFile, FileNotFoundError, FileRefused):
        return None
    return picture


def value_in_print(value: Any, kind: str) -> Any:
    """Return a value for the sheet: its text, or the texts of its parts, each of which may be another in
    the other language."""
    if isinstance(value, tuple):
        return [list(part) if isinstance(part, tuple) else part for part in value]
    return in_words(value, kind) or EMPTY


def values_in_print(columns: Iterable[Column], row: Any, goes_on: bool = False) -> list[Any]:
    """Return the values of a line; `goes_on`: with the case of the line before it."""
    return [
        gettext("as above") if column.once and goes_on else value_in_print(column.value(row), column.kind)
        for column in columns
    ]


def column_alignment(kind: str) -> str:
    if kind in NUMBER_KINDS:
        return "right"
    return "left" if kind == "text" else "center"
