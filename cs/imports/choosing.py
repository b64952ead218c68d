"""Which sheets of a file are taken, and the rows below their titles."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cs.imports.cells import is_blank
from cs.imports.layouts import Guide, Layout
from cs.imports.sheets import Row, Sheet, TableRefused
from cs.imports.titles import (
    HEADER_WITHIN,
    IGNORED_TITLES,
    MAX_FILE_COLUMNS,
    Header,
    TitleIndex,
    find_header,
)

KEPT_ROWS = 2  # rows that are kept for each line allowed: some are no lines


@dataclass
class ReadSheet:
    """A sheet while it is read: `rows` below the titles, of sheets that may be taken."""

    index: int
    sheet: Sheet
    header: Header
    fits: bool
    top: list[tuple[int, Row]]
    below: Iterator[tuple[int, Row]]
    rows: list[tuple[int, Row]] = field(default_factory=list)
    count: int = 0
    positions: dict[str, int] = field(default_factory=dict)


def read_sheets(sheets: Iterable[Sheet], index: TitleIndex, guide: Guide, limit: int) -> list[ReadSheet]:
    """Read the sheets of a workbook, or the one reading of a text file, of those for each delimiter, that
    finds most titles."""
    read: list[ReadSheet] = []
    refused: TableRefused | None = None
    for number, sheet in enumerate(sheets):
        numbered = enumerate(sheet.rows, start=1)
        try:
            top = list(itertools.islice(numbered, HEADER_WITHIN))
        except TableRefused as refusal:
            # With the wrong delimiter quotation marks stand in odd places: another one may still do.
            if not sheet.separated:
                raise
            refused = refused or refusal
            continue
        row = guide.layout.row if number in (guide.layout.sheets or (number,)) else None
        header = find_header(top, index, guide.remembered, row)
        fits = len(header.places) >= index.enough or (
            bool(header.keys) and header.fingerprint in guide.remembered
        )
        below = itertools.chain([pair for pair in top if pair[0] > header.row], numbered)
        entry = ReadSheet(number, sheet, header, fits, top, below)
        read.append(entry)
        if not sheet.separated:
            _keep_rows(entry, limit, keep=_may_be_taken(entry, read, guide.layout))
    if not read and refused is not None:
        raise refused
    if read and read[0].sheet.separated:
        best = _best_delimiter(read, guide.layout)
        _keep_rows(best, limit, keep=True)
        return [best]
    return read


def _may_be_taken(entry: ReadSheet, read: list[ReadSheet], layout: Layout) -> bool:
    """Return whether the rows of a sheet are kept: it was chosen, or without a choice is the best so far.
    That is the first whose titles are known, else the one with most titles."""
    if layout.sheets:
        return entry.index in layout.sheets
    if not any(map(_filled, entry.top)):
        return False
    before = [other for other in read if other is not entry and other.rows]
    if any(other.fits for other in before):
        return False
    if not entry.fits and any(len(other.header.texts) >= len(entry.header.texts) for other in before):
        return False
    for other in before:
        other.rows = []
    return True


def _keep_rows(entry: ReadSheet, limit: int, *, keep: bool) -> None:
    for pair in entry.below:
        if _filled(pair):
            entry.count += 1
            if keep and entry.count <= KEPT_ROWS * limit:
                entry.rows.append((pair[0], pair[1][:MAX_FILE_COLUMNS]))


def _filled(pair: tuple[int, Row]) -> bool:
    return not all(map(is_blank, pair[1]))


def _best_delimiter(read: list[ReadSheet], layout: Layout) -> ReadSheet:
    chosen = [entry for entry in read if entry.index in layout.sheets]
    return max(
        chosen or read,
        key=lambda entry: (len(entry.header.places), max((len(row) for _, row in entry.top), default=0)),
    )


def sheets_taken(read: list[ReadSheet], layout: Layout) -> list[ReadSheet]:
    """Return the sheets of which lines are taken, with the positions of their columns."""
    if layout.sheets:
        taken = [entry for entry in read if entry.index in layout.sheets]
    else:
        fitting = [entry for entry in read if entry.fits]
        taken = [entry for entry in fitting or read if entry.rows][:1]
    for entry in taken:
        entry.positions = column_positions(entry)
    return taken


def column_positions(entry: ReadSheet) -> dict[str, int]:
    """Return where the columns of a sheet stand: those with a title, and those that hold anything."""
    filled: set[int] = set()
    for _number, row in entry.rows:
        filled.update(position for position, cell in enumerate(row) if not is_blank(cell))
    untitled = filled - entry.header.texts.keys()
    ignored = [position for position, key in entry.header.keys.items() if key in IGNORED_TITLES]
    keys = dict(entry.header.keys)
    for position in untitled:
        # The column of reasons moves those behind it, in a list of bad lines that comes back.
        keys[position] = f"#{position + 1 - sum(before < position for before in ignored)}"
    return {keys[position]: position for position in sorted(keys)}
