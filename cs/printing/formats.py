"""The kinds of file that a register can be had as: one row each, from which the buttons, the downloads and
the exports come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from werkzeug.datastructures import MultiDict

from cs.files.store import MIMES, clean_name
from cs.printing.definition import Register
from cs.printing.writers import MAX_SHEET_LINES, as_csv, as_xlsx
from cs.records.procedure import zone

Writer = Callable[[Register, "MultiDict[str, str]", datetime], IO[bytes]]


@dataclass(frozen=True)
class Format:
    """A kind of file by its ending. `max_lines`: how many it can hold; None: any number."""

    title: str
    icon: str
    write: Writer
    max_lines: int | None = None


FORMATS: dict[str, Format] = {
    "xlsx": Format("Excel", "file-earmark-excel", as_xlsx, MAX_SHEET_LINES),
    "csv": Format("CSV", "filetype-csv", lambda register, args, _on: as_csv(register, args)),
}


def mime_of(ending: str) -> str:
    return MIMES[ending]


def file_name(register: Register, ending: str, on: datetime, *, to_the_minute: bool = False) -> str:
    """Return the file's name for the reader's computer: form number, title, day in the factory."""
    moment = on.astimezone(zone()).strftime("%Y-%m-%d %H%M" if to_the_minute else "%Y-%m-%d")
    return clean_name(f"{register.form_row.number} {register.title} {moment}.{ending}")
