"""Workbooks of before 2007. Their texts are read by python-calamine; errors, number formats and merged cells,
which it does not tell, by the records of the sheet."""

import io
import struct
from collections.abc import Iterator
from datetime import date, time, timedelta

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
from workbook.formats import BUILT_IN, GENERAL, Formatter, formatter
from workbook.rows import MAX_TEXT_LENGTH, Cells, answered_rows, tall_cells

BOF, EOF = 0x0809, 0x000A
BOUNDSHEET, DATEMODE, FORMAT, XF = 0x0085, 0x0022, 0x041E, 0x00E0
NUMBER, RK, MULRK, BOOLERR, MERGED = 0x0203, 0x027E, 0x00BD, 0x0205, 0x00E5
FORMULAS = (0x0006, 0x0206, 0x0406)
BIFF_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

SheetRecord = tuple[int, bytes]


def read_xls(data: bytes, max_sheets: int) -> Iterator[object]:
    """Yield the answers for a workbook."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = workbook.sheets_metadata
    if len(sheets) > max_sheets:
        yield {"refused": "too_many_sheets", "count": len(sheets)}
        return
    records = _WorkbookRecords(data)
    for index, sheet in enumerate(sheets):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            yield {"sheet": sheet.name}
            known, ranges = records.known_cells(index)
            rows = _numbered_rows(workbook.get_sheet_by_index(index), known)
            yield from answered_rows(rows, tall_cells(ranges))
    yield {"end": True}


def _numbered_rows(sheet: CalamineSheet, known: dict[int, Cells]) -> Iterator[tuple[int, Cells]]:
    """Yield the rows from row 1 and column A on. The parser leaves out empty columns on the left, and reads
    errors as empty."""
    left = sheet.start[1] if sheet.start else 0
    number = -1
    for number, row in enumerate(sheet.iter_rows() if sheet.start else ()):
        cells = {left + place: _cell_as_json(cell) for place, cell in enumerate(row)}
        yield number, cells | known.get(number, {})
    for after in sorted(row for row in known if row > number):
        yield after, known[after]


def _cell_as_json(cell: object) -> object:
    if isinstance(cell, str):
        return cell[:MAX_TEXT_LENGTH]
    if isinstance(cell, date):
        return {"d": cell.isoformat(), "s": cell.isoformat()}
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, timedelta):
        return str(cell)
    return cell


class _WorkbookRecords:
    """The records of the Workbook stream: number formats for all sheets, and the cells of each."""

    def __init__(self, data: bytes) -> None:
        try:
            self._stream = _ole_stream(data, ("Workbook", "Book"))
        except (LookupError, ValueError, struct.error):
            self._stream = b""
        shared = list(_records(self._stream, 0))
        since_1904 = any(kind == DATEMODE and body[:1] == b"\x01" for kind, body in shared)
        self._starts = [struct.unpack_from("<I", body)[0] for kind, body in shared if kind == BOUNDSHEET]
        codes = dict(BUILT_IN) | dict(_format_code(body) for kind, body in shared if kind == FORMAT)
        styles = [struct.unpack_from("<H", body, 2)[0] for kind, body in shared if kind == XF]
        self._general = formatter(GENERAL, since_1904=since_1904)
        by_id = {
            number: formatter(codes.get(number, GENERAL), since_1904=since_1904) for number in set(styles)
        }
        self._formatters: list[Formatter] = [by_id[number] for number in styles]

    def known_cells(self, index: int) -> tuple[dict[int, Cells], list[tuple[int, int, int, int]]]:
        """Return the numbers and errors of a sheet by row and column, and its merged ranges."""
        cells: dict[int, Cells] = {}
        ranges: list[tuple[int, int, int, int]] = []
        records = _records(self._stream, self._starts[index]) if index < len(self._starts) else ()
        for kind, body in records:
            if kind == MERGED:
                ranges += struct.iter_unpack("<4H", body[2 : 2 + 8 * struct.unpack_from("<H", body)[0]])
            else:
                for row, column, cell in self._cells_of(kind, body):
                    cells.setdefault(row, {})[column] = cell
        return cells, ranges

    def _cells_of(self, kind: int, body: bytes) -> Iterator[tuple[int, int, object]]:
        if kind == MULRK:
            row, first = struct.unpack_from("<HH", body)
            for place, at in enumerate(range(4, len(body) - 2, 6)):
                style, packed = struct.unpack_from("<HI", body, at)
                yield row, first + place, self._formatted(style, _unpacked_number(packed))
        elif kind in (NUMBER, RK, BOOLERR, *FORMULAS):
            row, column, style = struct.unpack_from("<HHH", body)
            if kind == RK:
                yield (
                    row,
                    column,
                    self._formatted(style, _unpacked_number(struct.unpack_from("<I", body, 6)[0])),
                )
            elif kind == BOOLERR:
                if body[7] == 1:
                    yield row, column, {"e": BIFF_ERRORS.get(body[6], "#N/A")}
            elif kind == NUMBER or body[12:14] != b"\xff\xff":
                yield row, column, self._formatted(style, struct.unpack_from("<d", body, 6)[0])
            elif body[6] == 2:
                yield row, column, {"e": BIFF_ERRORS.get(body[8], "#N/A")}

    def _formatted(self, style: int, value: float) -> object:
        return (self._formatters[style] if style < len(self._formatters) else self._general)(value)


def _format_code(body: bytes) -> tuple[int, str]:
    number, length = struct.unpack_from("<HH", body)
    wide = body[4] & 1
    text = body[5 : 5 + length * (1 + wide)]
    return number, text.decode("utf-16-le" if wide else "latin-1", "replace")


def _unpacked_number(packed: int) -> float:
    """Return the number of an RK value: 30 bits of an integer or of a floating point number, perhaps times
    100."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def _records(stream: bytes, at: int) -> Iterator[SheetRecord]:
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        # A chart inside a sheet is a part of its own, with its own begin and end.
        depth += (kind == BOF) - (kind == EOF)
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
