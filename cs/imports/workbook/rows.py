"""The rows of a sheet as they are answered: without empty ends, with the value of merged cells repeated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_COLUMNS = 256
MAX_ROWS = 1_048_576
MAX_TEXT_LENGTH = 40_000

Cells = dict[int, object]
# Of each row, the merged cells that begin there and end in a later row: their column and last row.
Merged = Mapping[int, Sequence[tuple[int, int]]]


def tall_cells(ranges: Iterable[tuple[int, int, int, int]]) -> Merged:
    """Return the merged cells of more than one row, given as first row, last row, first and last column."""
    merged: dict[int, list[tuple[int, int]]] = {}
    for first, last, column, _ in ranges:
        if last > first:
            merged.setdefault(first, []).append((column, last))
    return merged


def answered_rows(rows: Iterable[tuple[int, Cells]], merged: Merged) -> Iterator[object]:
    """Yield the rows, numbered from 0, that hold anything, and the gaps between them. The first of the cells
    behind the last column that is read stands next to it, so that they are known to be there."""
    expected = 0
    repeated: dict[int, tuple[object, int]] = {}
    for number, cells in rows:
        own = {column: cell for column, cell in cells.items() if not _is_blank(cell)}
        filled = {column: cell for column, cell in own.items() if column < MAX_COLUMNS}
        if not filled:
            continue
        if len(own) > len(filled):
            filled[MAX_COLUMNS] = own[min(own.keys() - filled.keys())]
        repeated = {column: entry for column, entry in repeated.items() if entry[1] >= number}
        for column, (cell, _) in repeated.items():
            filled.setdefault(column, {"r": cell})
        for column, last in merged.get(number, ()):
            if column in filled:
                repeated[column] = filled[column], last
        if number > expected:
            yield {"gap": number - expected}
        yield [filled.get(column, "") for column in range(max(filled) + 1)]
        expected = number + 1


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
