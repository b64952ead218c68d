"""Workbooks of today: a zip of XML parts, read cell by cell, so that cells far apart cost nothing."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from xml.etree import ElementTree

from workbook.formats import BUILT_IN, GENERAL, Formatter, formatter
from workbook.rows import MAX_ROWS, MAX_TEXT_LENGTH, Cells, answered_rows, tall_cells

PICTURE = "=DISPIMG()"
_WORKBOOK = re.compile(r"xl/workbook[0-9]*\.xml")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_xlsx(data: bytes, max_sheets: int) -> Iterator[object]:
    """Yield the answers for a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = _Package(archive)
        book_name = package.workbook_name()
        book = ElementTree.fromstring(package.read(book_name))  # noqa: S314 - memory is bounded
        sheets = [element for element in book.iter() if _local(element) == "sheet"]
        if len(sheets) > max_sheets:
            yield {"refused": "too_many_sheets", "count": len(sheets)}
            return
        parts = package.related(book_name)
        since_1904 = any(
            element.get("date1904") in ("1", "true")
            for element in book.iter()
            if _local(element) == "workbookPr"
        )
        cells = _CellReader(package, parts, since_1904=since_1904)
        for sheet in sheets:
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            kind, name = parts[relation]
            if kind == "worksheet" and sheet.get("state", "visible") == "visible":
                yield {"sheet": sheet.get("name", "")}
                yield from _sheet_rows(package.read(name), cells)
    yield {"end": True}


class _Package:
    """The parts of the zip by their names; some programs write these with backslashes or in other case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {_part_name(entry.filename): entry for entry in archive.infolist()}

    def read(self, name: str) -> bytes:
        xml = self._archive.read(self._entries[_part_name(name)])
        if b"<!DOCTYPE" in xml:
            raise ValueError("an Office file declares no document type")
        return xml

    def workbook_name(self) -> str:
        """Return the part that lists the sheets: the one that the package names, or one of the usual name."""
        for kind, name in self.related("").values():
            if kind == "officeDocument" and _part_name(name) in self._entries:
                return name
        return next(name for name in self._entries if _WORKBOOK.fullmatch(name))

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part refers to, by id: the last word of their kind, and their name."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if _part_name(relations) not in self._entries:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.join("/", folder, element.get("Target", "").replace("\\", "/")),
            )
            for element in ElementTree.fromstring(self.read(relations))  # noqa: S314
        }


def _part_name(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").casefold()


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


class _CellReader:
    """Reads cells by what the whole workbook shares: its texts and its number formats."""

    def __init__(self, package: _Package, parts: dict[str, tuple[str, str]], *, since_1904: bool) -> None:
        names = dict(parts.values())
        self._texts = _shared_texts(package.read(names["sharedStrings"])) if "sharedStrings" in names else []
        codes = _format_codes(package.read(names["styles"])) if "styles" in names else []
        by_code: dict[str, Formatter] = {}
        for code in [GENERAL, *codes]:
            by_code.setdefault(code, formatter(code, since_1904=since_1904))
        self._formatters = [by_code[code] for code in codes]
        self._general = by_code[GENERAL]

    def read(self, cell: ElementTree.Element) -> object:
        """Return the cell as it is answered."""
        kind, value, formula = cell.get("t", "n"), "", None
        for child in cell:
            if child.tag.endswith("}v"):
                value = child.text or ""
            elif child.tag.endswith("}f"):
                formula = child.text or ""
            elif child.tag.endswith("}is"):
                value = _text_of(child)
        if formula and "DISPIMG(" in formula.upper():
            return PICTURE
        if kind == "e":
            return PICTURE if cell.get("vm") else {"e": value or "#N/A"}
        if kind in ("str", "inlineStr"):
            return _unescaped(value)
        if not value:
            return "" if formula is None else {"e": ""}
        return self._value(kind, value, cell.get("s"))

    def _value(self, kind: str, value: str, style: str | None) -> object:
        if kind == "s":
            return self._texts[int(value)]
        if kind == "b":
            return value in ("1", "true")
        if kind == "d":
            return _iso_day(value)
        number = int(style or 0)
        return (self._formatters[number] if number < len(self._formatters) else self._general)(float(value))


def _iso_day(value: str) -> object:
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return value
    return {"d": moment.isoformat(), "s": value}


def _shared_texts(xml: bytes) -> list[str]:
    texts = []
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314
        if element.tag.endswith("}si"):
            texts.append(_unescaped(_text_of(element)))
            element.clear()
    return texts


def _text_of(element: ElementTree.Element) -> str:
    """Return the text of all its runs, without the pronunciation that may stand beside it."""
    parts = []
    for child in element:
        if child.tag.endswith("}t"):
            parts.append(child.text or "")
        elif child.tag.endswith("}r"):
            parts += [run.text or "" for run in child if run.tag.endswith("}t")]
    return "".join(parts)


def _unescaped(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text[:MAX_TEXT_LENGTH]


def _format_codes(xml: bytes) -> list[str]:
    """Return the number format of each style of cells."""
    styles = ElementTree.fromstring(xml)  # noqa: S314
    codes = dict(BUILT_IN)
    for element in styles.iter():
        if _local(element) == "numFmt":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", GENERAL)
    cell_styles = next((element for element in styles if _local(element) == "cellXfs"), ())
    return [codes.get(int(style.get("numFmtId", "0")), GENERAL) for style in cell_styles]


def _sheet_rows(xml: bytes, cells: _CellReader) -> Iterator[object]:
    ranges = (
        (int(first) - 1, int(last) - 1, _column(left.decode()), _column(right.decode()))
        for left, first, right, last in _MERGED.findall(xml, max(xml.rfind(b"sheetData>"), 0))
    )
    return answered_rows(_numbered_rows(xml, cells), tall_cells(ranges))


def _numbered_rows(xml: bytes, cells: _CellReader) -> Iterator[tuple[int, Cells]]:
    number = -1
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314
        if element.tag.endswith("}row"):
            number = max(number + 1, int(element.get("r", "0")) - 1)
            if number >= MAX_ROWS:
                raise ValueError("a sheet has no such row")
            yield number, _row_cells(element, cells)
            element.clear()


def _row_cells(row: ElementTree.Element, cells: _CellReader) -> Cells:
    values: Cells = {}
    column = -1
    for cell in row:
        letters = cell.get("r", "").rstrip("0123456789")
        column = _column(letters) if letters else column + 1
        if len(cell):
            values[column] = cells.read(cell)
    return values


@lru_cache(1_000)
def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1
