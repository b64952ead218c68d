"""Tables as factories keep them: the row of titles wherever it stands, columns in any order, each line with
its problems.

`read_table` is the whole of it; a Guide tells it what a person said of this file or of others with the same
titles. Texts of problems and refusals are in MESSAGES, in English for gettext.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from cs.imports.cells import CellError, Column, Problem, Remark, is_blank, raw_in_message, read_cell
from cs.imports.choosing import ReadSheet, read_sheets, sheets_taken
from cs.imports.layouts import INTO_NOTES, LEFT_OUT, FileColumn, Guide, choose_columns
from cs.imports.lines import Line, LineSieve, NoLine, drop_running_numbers
from cs.imports.sheets import Limits, TableRefused, open_sheets
from cs.imports.titles import MAX_FILE_COLUMNS, TitleIndex

SAMPLES = 3  # values of each column that are shown beside what it is
SAMPLE_LINES = 50
SAMPLE_LENGTH = 60
TOP_COLUMNS = 12  # columns of the first rows, by which a person finds the row of titles

_ANY_TEXT = Column("text", ("text",), multiline=True)

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
    "no_lines": _N("There is no data below the titles."),
    # The table
    "title_missing": _N("The column “%(title)s” is missing."),
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
class SheetSummary:
    """A sheet of the file: its number in the file, and whether its titles are known."""

    index: int
    name: str | None
    lines: int
    fits: bool
    chosen: bool


@dataclass(frozen=True)
class Table:
    """What a file holds. `problems` are of the whole table (a title missing): mend these first. `top` are the
    first rows of the sheet, `fingerprints` those of the titles of each sheet taken. `too_wide`: it has
    columns behind the last one that is read."""

    sheet: str | None
    header_row: int
    columns_found: dict[str, str]
    unknown_titles: list[str]
    missing_titles: list[str]
    problems: list[Problem]
    lines: list[Line]
    sheets: list[SheetSummary] = field(default_factory=list)
    columns: list[FileColumn] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    top: list[tuple[int, list[str]]] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    no_lines: list[NoLine] = field(default_factory=list)
    pictures: int = 0
    too_wide: bool = False

    @property
    def sheets_left(self) -> list[SheetSummary]:
        """Return the sheets whose titles are known, but whose lines are not taken."""
        return [sheet for sheet in self.sheets if sheet.fits and sheet.lines and not sheet.chosen]


def problem_message(problem: Problem | TableRefused) -> tuple[str, Mapping[str, object]]:
    """Return the English text of a problem or refusal, to be translated, and the values to put into it."""
    return MESSAGES[problem.code], problem.params


def read_table(
    stream: BinaryIO,
    filename: str,
    columns: Sequence[Column],
    limits: Limits | None = None,
    guide: Guide | None = None,
) -> Table:
    """Read .xlsx, .xlsm, .xls, .csv, .tsv or .txt: the sheets that were chosen, else the first visible one
    whose titles are known, else the first that holds anything.

    Rows in which all known columns are blank are left out. Bad cells become problems of their line.
    Raises TableRefused, and nothing else, when the file as a whole cannot be read.
    """
    limits, guide = limits or Limits(), guide or Guide()
    index = TitleIndex.of(columns, guide.others)
    sheets = open_sheets(stream, filename, limits)
    try:
        read = read_sheets(sheets, index, guide, limits.rows)
    finally:
        sheets.close()
    taken = sheets_taken(read, guide.layout)
    if not taken:
        raise TableRefused("no_lines")
    titles = {key: name for key, (name, _rank) in index.claims.items()}
    return _build_table(read, taken, columns, guide, limits.rows, titles)


def _build_table(
    read: list[ReadSheet],
    taken: list[ReadSheet],
    columns: Sequence[Column],
    guide: Guide,
    limit: int,
    titles: Mapping[str, str],
) -> Table:
    names = {column.name for column in columns}
    file_columns = choose_columns(taken, names, guide)
    lines: list[Line] = []
    sieves: list[LineSieve] = []
    for entry in taken:
        noted = [entry.positions[column.key] for column in _noted_columns(entry, file_columns)]
        sheet = entry.sheet.name if len(taken) > 1 else None
        sieve = LineSieve(columns, *_columns_of(entry, file_columns, names), titles, noted, sheet)
        lines += _read_lines(entry, file_columns, columns, guide.notes, sheet, sieve)
        sieves.append(sieve)
    drop_running_numbers(columns, lines)
    if len(lines) > limit or any(entry.count > len(entry.rows) for entry in taken):
        raise TableRefused("too_many_rows", rows=limit)
    found: dict[str, str] = {}
    for column in file_columns:
        if column.target in names:
            found.setdefault(column.target, column.title or column.letters)
    missing = [column for column in columns if column.required and column.name not in found]
    return Table(
        sheet="、".join(entry.sheet.name for entry in taken if entry.sheet.name) or None,
        header_row=taken[0].header.row,
        columns_found=found,
        unknown_titles=[
            raw_in_message(column.title)
            for column in file_columns
            if column.target == LEFT_OUT and column.title and not column.by_person and not column.ignored
        ],
        missing_titles=[column.name for column in missing],
        problems=[Problem(column.name, "title_missing", {"title": column.titles[0]}) for column in missing],
        lines=lines,
        sheets=[
            SheetSummary(entry.index, entry.sheet.name, entry.count, entry.fits, entry in taken)
            for entry in read
        ],
        columns=file_columns,
        samples=_samples(lines, len(file_columns)),
        top=[(number, list(map(text_of_cell, row[:TOP_COLUMNS]))) for number, row in taken[0].top],
        fingerprints=[entry.header.fingerprint for entry in taken],
        no_lines=[no_line for sieve in sieves for no_line in sieve.no_lines],
        pictures=sum(sieve.pictures for sieve in sieves),
        too_wide=any(len(row) > MAX_FILE_COLUMNS for entry in taken for _number, row in entry.top),
    )


def _columns_of(
    entry: ReadSheet, file_columns: Sequence[FileColumn], names: set[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return where the columns of a sheet stand, and under which titles."""
    own = [column for column in file_columns if column.target in names and column.key in entry.positions]
    places = {column.target: entry.positions[column.key] for column in own}
    return places, {column.target: column.title for column in own}


def _noted_columns(entry: ReadSheet, file_columns: Sequence[FileColumn]) -> list[FileColumn]:
    """Return the columns of a sheet that go into the notes."""
    return [
        column for column in file_columns if column.target == INTO_NOTES and column.key in entry.positions
    ]


def _read_lines(
    entry: ReadSheet,
    file_columns: Sequence[FileColumn],
    columns: Sequence[Column],
    notes: str | None,
    name: str | None,
    sieve: LineSieve,
) -> Iterator[Line]:
    """Read the rows of a sheet in which a column that is taken is filled; any column where none is."""
    by_name = {column.name: column for column in columns}
    places, _titles = _columns_of(entry, file_columns, set(by_name))
    found = {column.target for column in file_columns}
    noted = _noted_columns(entry, file_columns)
    looked_at = [*places.values(), *(entry.positions[column.key] for column in noted)]
    looked_at = looked_at or list(entry.positions.values())
    ends = 1 + max(entry.positions.values(), default=-1) if noted else entry.header.width
    for number, row in entry.rows:
        if sieve.leaves_out(number, row):
            continue
        if all(is_blank(_cell_at(row, position)) for position in looked_at):
            continue
        values: dict[str, object] = {}
        raw_cells = {name: _cell_at(row, position) for name, position in places.items()}
        problems = sieve.prepare(raw_cells)
        rejected: dict[str, str] = {}
        for column in columns:
            # A missing required column is one problem of the table, not one of each line.
            raw = raw_cells.get(column.name)
            known = column.name in found or column.name in raw_cells
            value, problem = read_cell(column, raw) if known else (None, None)
            values[column.name] = value
            if problem:
                problems.append(problem)
            if problem and not isinstance(problem, Remark):
                rejected[column.name] = text_of_cell(raw)
        noted_cells = [(column, _cell_at(row, entry.positions[column.key])) for column in noted]
        texts = [(column, text_of_cell(cell)) for column, cell in noted_cells]
        if CellError("") in [cell for _column, cell in noted_cells]:
            problems.append(Problem(notes, "formula_without_value"))
        if notes is not None:
            more = [(column.title or column.letters, text) for column, text in texts if text]
            values[notes], problem = with_notes(by_name[notes], values[notes], more)
            problems += [problem] if problem else []
        # In a workbook a note beside the table is harmless; in a text file the cells have moved.
        if entry.sheet.separated and any(not is_blank(cell) for cell in row[ends:]):
            problems.append(Problem(None, "beyond_titles"))
        cells = tuple(_cell_at(row, entry.positions.get(column.key)) for column in file_columns)
        yield Line(number, values, problems, cells, rejected, name)


def with_notes(
    column: Column, notes: object, more: Sequence[tuple[str, str]]
) -> tuple[object, Problem | None]:
    """Return notes with further lines “title：value”, or the problem that they become too long."""
    if not more:
        return notes, None
    text = "\n".join([*([str(notes)] if notes else []), *(f"{title}：{value}" for title, value in more)])
    if column.max_length and len(text) > column.max_length:
        return notes, Problem(column.name, "too_long", {"max": column.max_length, "length": len(text)})
    return text, None


def _cell_at(row: Sequence[object], position: int | None) -> object:
    return row[position] if position is not None and position < len(row) else None


def text_of_cell(raw: object) -> str:
    """Return a cell as text for the notes, whatever it holds."""
    value, problem = read_cell(_ANY_TEXT, raw)
    if problem is None or isinstance(problem, Remark):
        return str(value or "")
    return raw_in_message(raw.text if isinstance(raw, CellError) else raw)


def _samples(lines: Sequence[Line], width: int) -> list[list[str]]:
    """Return the first values of each column of the file."""
    samples: list[list[str]] = [[] for _ in range(width)]
    for line in lines[:SAMPLE_LINES]:
        for shown, cell in zip(samples, line.cells, strict=True):
            if len(shown) < SAMPLES and (text := text_of_cell(cell)):
                shown.append(text[:SAMPLE_LENGTH])
    return samples
