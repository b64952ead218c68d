"""A file to sheets of rows: what kind of file it is by content, and every limit, before anything is
parsed."""

import csv
import io
import itertools
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cs.files.encodings import possible_texts
from cs.files.types import (
    OLE_MAGIC,
    TABLE_ENDINGS,
    WEB_PAGE,
    is_control,
    is_office,
    is_program,
    weigh_zip,
)
from cs.imports.cells import CellError, Formatted, Repeated
from cs.processes import answers_of

# Starts the package `workbook` of this folder, without the application around it.
WORKER = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('workbook', alter_sys=True)"
TABLE_NAMES = " ".join(f".{ending}" for ending in TABLE_ENDINGS)  # as people read them
CHUNK = 64 * 1024
DELIMITERS = ",\t;|"
SNIFFED_CHARACTERS = 64 * 1024
ENCRYPTED_ENTRY = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_PART = re.compile(r"xl/workbook[0-9]*\.xml", re.IGNORECASE)
MEGABYTE = 1024 * 1024

Row = list[object]


class TableRefused(Exception):
    """The file as a whole cannot be read: `.code` is a key of MESSAGES, `.params` its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


@dataclass(frozen=True)
class Limits:
    """How much of a file is read: sizes in bytes, time in seconds."""

    size: int = 20 * MEGABYTE
    unpacked: int = 200 * MEGABYTE
    sheets: int = 50
    rows: int = 100_000
    seconds: int = 60


@dataclass(frozen=True)
class Sheet:
    """A sheet with its rows from row 1 on; `name` is None for a text file. `separated`: rows of a CSV,
    counted in cells."""

    name: str | None
    rows: Iterator[Row]
    separated: bool = False


def open_sheets(stream: BinaryIO, filename: str, limits: Limits) -> Generator[Sheet, None, None]:
    """Yield the sheets of a workbook, or a text file once for each possible delimiter. Raise TableRefused
    when it is neither.

    Rows are read as they are asked for: take a sheet's rows before asking for the next sheet.
    """
    ending = Path(filename.replace("\\", "/")).suffix.lower()
    if ending.removeprefix(".") not in TABLE_ENDINGS:
        raise TableRefused("wrong_ending", ending=ending, endings=TABLE_NAMES)
    data = _read_stream(stream, limits.size)
    if is_program(data):
        raise TableRefused("not_a_workbook")
    # The content decides: an .xls may hold an .xlsx, and a .csv may hold a workbook.
    if data.startswith(b"PK"):
        _check_zip(data, limits)
        return _workbook_sheets(data, limits)
    if data.startswith(OLE_MAGIC):
        if ENCRYPTED_ENTRY in data:
            raise TableRefused("encrypted")
        return _workbook_sheets(data, limits)
    if WEB_PAGE.match(data[:1024]):
        raise TableRefused("web_page")
    # Many programs write tab-separated text and call it .xls; nothing writes text and calls it .xlsx.
    if ending in (".xlsx", ".xlsm"):
        raise TableRefused("not_a_workbook")
    return _text_file(data, "not_a_workbook" if ending == ".xls" else "encoding")


def _read_stream(stream: BinaryIO, limit: int) -> bytes:
    """Read the whole file; never more than the limit and one chunk is read."""
    parts, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TableRefused("too_big", megabytes=limit // MEGABYTE)
        parts.append(chunk)
    data = b"".join(parts)
    if not data.strip():
        raise TableRefused("empty")
    return data


def _check_zip(data: bytes, limits: Limits) -> None:
    weight = weigh_zip(io.BytesIO(data))
    if weight is None:
        raise TableRefused("damaged")
    if weight.is_bomb(limits.unpacked):
        raise TableRefused("zip_bomb")
    if not is_office(weight, "xlsx") or not any(map(WORKBOOK_PART.fullmatch, weight.names)):
        raise TableRefused("not_a_workbook")
    # Unpacked once, a part at a time: a directory that lies about sizes does not survive its checksums.
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            whole = archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        whole = False
    if not whole:
        raise TableRefused("damaged")


def _workbook_sheets(data: bytes, limits: Limits) -> Generator[Sheet, None, None]:
    """Yield the sheets as the worker process sends them; the package `workbook` says why it is a
    process and what it answers."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        words = ("-I", "-c", WORKER, str(Path(__file__).parent), str(limits.sheets))
        with answers_of(*words, seconds=limits.seconds, stdin=file, stderr=subprocess.DEVNULL) as messages:
            answers = _Answers(messages)
            while (name := answers.next_sheet()) is not None:
                yield Sheet(name, answers.rows())


class _Answers:
    """The worker's answers, read one ahead, so that a sheet's rows end where the next sheet begins."""

    def __init__(self, messages: Iterator[Any]) -> None:
        self.messages = messages
        self.header: dict = {}

    def next_sheet(self) -> str | None:
        """Return the next sheet's name after skipping the rows that nobody read; None at the end."""
        for _ in self.rows():
            pass
        header, self.header = self.header, {}
        return header.get("sheet")

    def rows(self) -> Iterator[Row]:
        while not self.header:
            answer = next(self.messages, None)
            if answer is None:
                # The worker ended without its last word: it ran out of memory or time, or the parser broke.
                raise TableRefused("damaged")
            if isinstance(answer, list):
                yield [_cell_value(cell) if isinstance(cell, dict) else cell for cell in answer]
            elif "gap" in answer:
                yield from itertools.repeat([], answer["gap"])
            elif "refused" in answer:
                raise TableRefused(answer.pop("refused"), **answer)
            else:
                self.header = answer


def _cell_value(cell: Mapping[str, Any]) -> object:
    if "r" in cell:
        return Repeated(_cell_value(cell["r"]) if isinstance(cell["r"], dict) else cell["r"])
    if "e" in cell:
        return CellError(cell["e"])
    if "n" in cell:
        return Formatted(cell["n"], cell["s"], date.fromisoformat(cell["d"]) if "d" in cell else None)
    day = datetime.fromisoformat(cell["d"]) if "T" in cell["d"] else date.fromisoformat(cell["d"])
    return Formatted(day, cell["s"])


def _text_file(data: bytes, refusal: str) -> Generator[Sheet, None, None]:
    """Yield the text once for each delimiter that it holds: which one is right shows by the titles found."""
    texts = possible_texts(data)
    # A stray control character is a problem of its line; a file full of them is no text.
    if not any(_looks_like_text(text) for text in texts):
        raise TableRefused(refusal)
    if len(texts) > 1:
        raise TableRefused("unclear_encoding")
    text = texts[0]
    first, _, rest = text.partition("\n")
    if match := re.fullmatch(r'"?sep=(.)"?\r?', first):
        text, delimiters = rest, match[1]
    else:
        delimiters = [d for d in DELIMITERS if d in text[:SNIFFED_CHARACTERS]] or DELIMITERS[0]
    return (Sheet(None, _separated_rows(text, delimiter), separated=True) for delimiter in delimiters)


def _looks_like_text(text: str) -> bool:
    return sum(is_control(c) for c in text[:SNIFFED_CHARACTERS]) <= 1 + len(text) // 50


def _separated_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise TableRefused("quotation", row=number) from None
        if row is None:
            return
        yield [_without_text_mark(cell) for cell in row]


def _without_text_mark(cell: str) -> str:
    """Return a cell without the marks that keep Excel from calculating with it: ="0012" and '+86."""
    if len(cell) > 3 and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if re.match(r"'[-+=@＝＋－＠0-9\t\r]", cell) else cell
