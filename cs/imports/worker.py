"""Reads a workbook in a process of its own: `python worker.py < file`; answers in JSON, one line each.

The parser is native code: two cells far apart in a file of 5 kB make it ask for 512 GB and end the whole
process. Here that ends only this one. So this file is run by its path and imports nothing of the application.

Lines: {"sheet": name}, then an array for each row from row 1 on; at last {"end": true} or {"refused": code,
…}. A date is {"d": iso text}, a formula that failed is {"e": "#N/A"}.
"""

import io
import itertools
import json
import posixpath
import struct
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

try:
    import resource
except ImportError:  # Windows has no such limit; there the process alone must do.
    resource = None

MEMORY = 1024 * 1024 * 1024
MAX_COLUMNS = 256
MAX_TEXT_LENGTH = 40_000
BIFF_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

Errors = dict[tuple[int, int], str]


def main() -> None:
    """Read the workbook on standard input, write its visible sheets to standard output; argument: most sheets
    allowed."""
    _bound_memory()
    data = sys.stdin.buffer.read()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = workbook.sheets_metadata
        if len(sheets) > int(sys.argv[1]):
            return _write_answer({"refused": "too_many_sheets", "count": len(sheets)})
        for index, sheet in enumerate(sheets):
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                _write_answer({"sheet": sheet.name})
                for row in _sheet_rows(workbook.get_sheet_by_index(index), find_errors(data, index)):
                    _write_answer(row)
    except PasswordError:
        return _write_answer({"refused": "encrypted"})
    except (CalamineError, OSError, ValueError):
        return _write_answer({"refused": "damaged"})
    return _write_answer({"end": True})


def _bound_memory() -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _write_answer(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")


def _sheet_rows(sheet: CalamineSheet, errors: Errors) -> Iterator[list[object]]:
    """Yield the rows from row 1 and column A on. The parser leaves out empty columns on the left, and reads
    errors as empty."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    by_row: dict[int, dict[int, str]] = {}
    for (at, column), error in errors.items():
        by_row.setdefault(at, {})[column] = error
    filled = sheet.iter_rows() if sheet.start else ()
    height = max(by_row, default=-1) + 1
    for number, cells in enumerate(itertools.chain(filled, itertools.repeat(None))):
        if cells is None and number >= height:
            return
        row = [_cell_as_json(cell) for cell in [*left, *(cells or ())][:MAX_COLUMNS]]
        for column, error in by_row.get(number, {}).items():
            if column < MAX_COLUMNS:
                row.extend([""] * (column + 1 - len(row)))
                row[column] = {"e": error}
        while row and row[-1] == "":
            row.pop()
        yield row


def _cell_as_json(cell: object) -> object:
    if isinstance(cell, str):
        return cell[:MAX_TEXT_LENGTH]
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, timedelta):
        return str(cell)
    return cell


def find_errors(data: bytes, index: int) -> Errors:
    """Return the formula errors of a sheet by (row, column) from 0: the parser gives an empty cell for
    them, which would be a loss."""
    try:
        return _xlsx_errors(data, index) if data.startswith(b"PK") else _xls_errors(data, index)
    except (LookupError, ValueError, struct.error, zipfile.BadZipFile, ElementTree.ParseError):
        return {}


def _xlsx_errors(data: bytes, index: int) -> Errors:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - memory is bounded
        sheet = [element for element in book.iter() if element.tag.endswith("}sheet")][index]
        relation = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        target = next(element.get("Target", "") for element in relations if element.get("Id") == relation)
        xml = archive.read(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/"))
    errors: Errors = {}
    if b't="e"' in xml or b"t='e'" in xml:
        for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314
            if element.tag.endswith("}c") and element.get("t") == "e":
                value = next((child.text for child in element if child.tag.endswith("}v")), None)
                errors[_cell_position(element.attrib["r"])] = value or "#N/A"
            elif element.tag.endswith("}row"):
                element.clear()
    return errors


def _cell_position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]) - 1, column - 1


def _xls_errors(data: bytes, index: int) -> Errors:
    """Walk the records of the sheet's part of the Workbook stream: BOOLERR, and FORMULA with an error as its
    result."""
    stream = _ole_stream(data, ("Workbook", "Book"))
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _sheet_records(stream, 0) if kind == 0x0085]
    errors: Errors = {}
    for kind, body in _sheet_records(stream, starts[index]):
        row, column = struct.unpack_from("<HH", body) if kind in (0x0205, 0x0006, 0x0206, 0x0406) else (0, 0)
        if kind == 0x0205 and body[7] == 1:
            errors[row, column] = BIFF_ERRORS.get(body[6], "#N/A")
        elif kind in (0x0006, 0x0206, 0x0406) and body[6] == 2 and body[12:14] == b"\xff\xff":
            errors[row, column] = BIFF_ERRORS.get(body[8], "#N/A")
    return errors


def _sheet_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        # A chart inside a sheet is a part of its own, with its own begin (0x0809) and end (0x000A).
        depth += (kind == 0x0809) - (kind == 0x000A)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _ole_stream(data: bytes, names: tuple[str, ...]) -> bytes:
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    fat_sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < 0xFFFFFFFA]
    extra = struct.unpack_from("<I", data, 68)[0]
    for _ in range(struct.unpack_from("<I", data, 72)[0]):
        *more, extra = struct.unpack_from(f"<{size // 4}I", data, (extra + 1) * size)
        fat_sectors += [number for number in more if number < 0xFFFFFFFA]
    fat: list[int] = []
    for number in fat_sectors:
        fat += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)

    def chain(number: int) -> bytes:
        parts: list[bytes] = []
        while number < 0xFFFFFFFA and len(parts) <= len(fat):
            parts.append(data[(number + 1) * size : (number + 2) * size])
            number = fat[number]
        return b"".join(parts)

    directory = chain(struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(directory), 128):
        name_length = struct.unpack_from("<H", directory, at + 64)[0]
        if directory[at : at + max(name_length - 2, 0)].decode("utf-16-le", "replace") in names:
            start, length = struct.unpack_from("<II", directory, at + 116)
            return chain(start)[:length]
    raise LookupError(names[0])


if __name__ == "__main__":
    main()
