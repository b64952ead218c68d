"""Tables as factories keep them: the row of titles wherever it stands, columns in any order, each line with
its problems.

`read_table` is the whole of it. Texts of problems and refusals are in MESSAGES, in English for gettext.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cs.imports.cells import Column, Problem, is_blank, raw_in_message, read_cell
from cs.imports.lines import Line, LineSieve, NoLine, drop_running_numbers
from cs.imports.sheets import Limits, Row, Sheet, TableRefused, open_sheets
from cs.imports.titles import title_key, title_parts

# The titles stand within the first rows, below a merged title, the company's name and empty rows.
HEADER_WITHIN = 30


# Marks a text for translation where it stands; gettext is asked where it is shown.
_N = str


MESSAGES = {
    # The file (TableRefused)
    "wrong_ending": _N("Files that end in “%(ending)s” cannot be imported. Accepted: %(endings)s"),
    "empty": _N("The file is empty."),
    "too_big": _N("The file is larger than %(megabytes)s MB. Please split it."),
    "zip_bomb": _N("The file would unpack to far more than its size. It is not read."),
    "not_a_workbook": _N("This is not an Excel workbook, whatever its name says."),
    "web_page": _N(
        "This is a web page with the name of a workbook. Open it in Excel, save it as .xlsx and import that."
    ),
    "encrypted": _N("The workbook is protected by a password. Save it without the password and import that."),
    "damaged": _N(
        "The workbook is damaged, or its filled cells are very far apart. Open it in Excel and save it again."
    ),
    "too_many_sheets": _N("The workbook has %(count)s sheets. Keep only the sheet to import."),
    "too_many_rows": _N("The sheet has more than %(rows)s rows. Please split it."),
    "unclear_encoding": _N(
        "The encoding of the file is not clear: GB18030, BIG5 or another. Save it as UTF-8, or as .xlsx."
    ),
    "encoding": _N("The text of the file cannot be read. Save it as UTF-8 or GB18030, or as .xlsx."),
    "quotation": _N(
        "The file cannot be read from row %(row)s on: a quotation mark is not closed or stands alone."
    ),
    "no_header": _N("No title row was found. Titles searched for: %(titles)s"),
    "no_lines": _N("There is no data below the titles."),
    # The table
    "title_missing": _N("The column “%(title)s” is missing."),
    "title_twice": _N("More than one column is titled “%(title)s”: %(found)s"),
    # A line
    "beyond_titles": _N(
        "The line has more cells than there are titles. A separator inside a text needs quotation marks."
    ),
    "required": _N("This must be filled in."),
    "formula_without_value": _N(
        "The workbook holds a formula but not its value. Open and save it in Excel or WPS, then import it."
    ),
    "formula_error": _N("“%(value)s” is an error in the workbook, not a value."),
    "control_characters": _N("“%(value)s” contains characters that cannot be shown."),
    "shortened_number": _N(
        "Excel has truncated this long number: %(value)s. Format the column as text and enter it again."
    ),
    "too_long": _N("%(length)s characters; at most %(max)s are allowed."),
    "not_a_number": _N("“%(value)s” is not a number."),
    "not_whole": _N("“%(value)s” is not a whole number."),
    "number_too_long": _N("“%(value)s” has more than %(digits)s digits."),
    "day_without_year": _N("“%(value)s” has no year. Write it as 2026-01-05."),
    "perhaps_no_day": _N("“%(value)s” is a date in the workbook. Excel makes one of text such as 3-5."),
    "running_number": _N("“%(title)s” only numbers the lines. These numbers are not imported."),
    "part_of_whole": _N("“%(value)s” was read as %(part)s of %(whole)s."),
    "not_a_date": _N("“%(value)s” is not a date. Write it as 2026-01-05."),
    "date_range": _N("“%(value)s” is not between the years %(first)s and %(last)s."),
    "unknown_choice": _N("“%(value)s” is not a known value. Possible: %(choices)s"),
}


@dataclass(frozen=True)
class Table:
    """What a file holds. `problems` are of the whole table (a title missing or there twice): mend these
    first."""

    sheet: str | None
    header_row: int
    columns_found: dict[str, str]
    unknown_titles: list[str]
    missing_titles: list[str]
    problems: list[Problem]
    lines: list[Line]
    no_lines: list[NoLine]
    pictures: int


@dataclass(frozen=True)
class _Header:
    row: int
    places: dict[str, int]
    titles: dict[str, str]
    unknown: list[str]
    twice: dict[str, list[str]]
    width: int


_Chosen = tuple[Sheet, _Header, Iterator[tuple[int, Row]]]


def problem_message(problem: Problem | TableRefused) -> tuple[str, Mapping[str, object]]:
    """Return the English text of a problem or refusal, to be translated, and the values to put into it."""
    return MESSAGES[problem.code], problem.params


def read_table(
    stream: BinaryIO, filename: str, columns: Sequence[Column], limits: Limits | None = None
) -> Table:
    """Read .xlsx, .xlsm, .xls, .csv, .tsv or .txt: the first visible sheet whose titles are known, line by
    line.

    Rows in which all known columns are blank are left out. Bad cells become problems of their line.
    Raises TableRefused, and nothing else, when the file as a whole cannot be read.
    """
    limits = limits or Limits()
    index = _title_index(columns)
    sheets = open_sheets(stream, filename, limits)
    try:
        chosen = _choose_sheet(sheets, index, min(2, len(columns)))
        if chosen is None:
            raise TableRefused("no_header", titles="、".join(column.titles[0] for column in columns))
        sheet, header, rows = chosen
        sieve = LineSieve(columns, header.places, header.titles, index)
        lines = list(_read_lines(rows, header, columns, sheet.separated, limits.rows, sieve))
    finally:
        sheets.close()
    if not lines:
        raise TableRefused("no_lines")
    drop_running_numbers(columns, lines)
    return _build_table(sheet, header, columns, lines, sieve)


def _build_table(
    sheet: Sheet, header: _Header, columns: Sequence[Column], lines: list[Line], sieve: LineSieve
) -> Table:
    missing = [column for column in columns if column.required and column.name not in header.places]
    problems = [Problem(column.name, "title_missing", {"title": column.titles[0]}) for column in missing]
    problems += [
        Problem(
            column.name,
            "title_twice",
            {"title": column.titles[0], "found": "、".join(header.twice[column.name])},
        )
        for column in columns
        if column.name in header.twice
    ]
    return Table(
        sheet=sheet.name,
        header_row=header.row,
        columns_found=header.titles,
        unknown_titles=header.unknown,
        missing_titles=[column.name for column in missing],
        problems=problems,
        lines=lines,
        no_lines=sieve.no_lines,
        pictures=sieve.pictures,
    )


def _choose_sheet(sheets: Iterable[Sheet], index: Mapping[str, str], enough: int) -> _Chosen | None:
    """Return the sheet to read, its header, and its numbered rows below. Of a text file's delimiters, the
    one that finds most."""
    best: _Chosen | None = None
    refused: TableRefused | None = None
    for sheet in sheets:
        numbered = enumerate(sheet.rows, start=1)
        try:
            top = list(itertools.islice(numbered, HEADER_WITHIN))
        except TableRefused as refusal:
            # With the wrong delimiter quotation marks stand in odd places: another one may still do.
            if not sheet.separated:
                raise
            refused = refused or refusal
            continue
        header = _find_header(top, index)
        if header is None or len(header.places) < enough:
            continue
        if best is None or len(header.places) > len(best[1].places):
            best = sheet, header, itertools.chain(top[header.row :], numbered)
        if not sheet.separated:
            break
    if best is None and refused is not None:
        raise refused
    return best


def _find_header(top: list[tuple[int, Row]], index: Mapping[str, str]) -> _Header | None:
    """Return the row that holds most known titles; two rows together where groups of columns have a common
    title above."""
    best: _Header | None = None
    above: Row = []
    for number, row in top:
        single = _match_titles(number, row, index)
        merged = _match_titles(
            number, [low or high for low, high in itertools.zip_longest(row, above, fillvalue="")], index
        )
        for header in (single, merged):
            if best is None or len(header.places) > len(best.places):
                best = header
        above = row
    return best


def _match_titles(number: int, row: Row, index: Mapping[str, str]) -> _Header:
    """Find the position of each column: titles that match in full first, then those that match in part
    (“数量(PCS)”)."""
    texts = {
        position: " ".join(cell.split())
        for position, cell in enumerate(row)
        if isinstance(cell, str) and cell.strip()
    }
    places: dict[str, int] = {}
    matches: dict[str, list[str]] = {}
    unknown: dict[int, str] = {}
    for position, text in texts.items():
        name = index.get(title_key(text))
        if name is None:
            unknown[position] = text
        else:
            places.setdefault(name, position)
            matches.setdefault(name, []).append(text)
    for position, text in list(unknown.items()):
        name = next((index[key] for key in title_parts(row[position]) if key in index), None)
        if name is not None and name not in places:
            places[name] = position
            matches[name] = [text]
            del unknown[position]
    repeated = {name: titles for name, titles in matches.items() if len(titles) > 1}
    return _Header(
        row=number,
        places=places,
        titles={name: titles[0] for name, titles in matches.items()},
        unknown=[raw_in_message(text) for text in unknown.values()],
        twice={name: list(map(raw_in_message, titles)) for name, titles in repeated.items()},
        width=1 + max(texts, default=-1),
    )


def _title_index(columns: Sequence[Column]) -> dict[str, str]:
    index: dict[str, str] = {}
    for column in columns:
        for title in column.titles:
            if index.setdefault(title_key(title), column.name) != column.name:
                raise ValueError(f"two columns share the title {title!r}")
    return index


def _read_lines(
    rows: Iterator[tuple[int, Row]],
    header: _Header,
    columns: Sequence[Column],
    separated: bool,
    limit: int,
    sieve: LineSieve,
) -> Iterator[Line]:
    count = 0
    for number, row in rows:
        if sieve.leaves_out(number, row):
            continue
        raw = {
            name: row[position] if position < len(row) else None for name, position in header.places.items()
        }
        if all(is_blank(cell) for cell in raw.values()):
            continue
        count += 1
        if count > limit:
            raise TableRefused("too_many_rows", rows=limit)
        values: dict[str, object] = {}
        problems: list[Problem] = sieve.prepare(raw)
        for column in columns:
            # A missing required column is one problem of the table, not one of each line.
            value, problem = read_cell(column, raw[column.name]) if column.name in raw else (None, None)
            values[column.name] = value
            if problem:
                problems.append(problem)
        # In a workbook a note beside the table is harmless; in a text file the cells have moved.
        if separated and any(not is_blank(cell) for cell in row[header.width :]):
            problems.append(Problem(None, "beyond_titles"))
        yield Line(number, values, problems)
