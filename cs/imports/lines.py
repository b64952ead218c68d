"""The lines of a table, and the rows below its titles that are none: titles again, sums, the foot of a page,
numbers without a line."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from cs.imports.cells import (
    CellError,
    Column,
    Formatted,
    Problem,
    Remark,
    Repeated,
    as_text,
    comparable,
    is_blank,
    is_picture,
    without_pieces,
)
from cs.imports.titles import ratio_unit, title_key

Reason = Literal["title", "sum", "foot", "number", "unread"]

_SUM = re.compile(
    r".{0,30}?(小计|合计|总计|共计|累计|总数|汇总|sum|(sub|grand)?-?total)(\(.*\))?([:=].*|[0-9.,]+.{0,3})?"
)
_SIGNED = r"(制表|制单|编制|编写|填表|填报|审核|审批|批准|核准|复核|会签|校对|经办|主管|统计|打印|导出)"
_FOOT = re.compile(
    rf"{_SIGNED}(人|员|人员|日期|时间)?(:.*)?"
    r"|(备注|注|附注|说明|note|notes|remark|remarks|日期|时间|单位|地址|电话|页码|页数):.*"
    r"|第?[0-9]+页[/,]?(共?[0-9]+页)?|共[0-9]+页.*|page[0-9]+((of|/)[0-9]+)?"
    r"|[-—]*(以下空白|以下无正文)[-—]*"
)
_NUMBER = re.compile(r"[-+¥$]?[0-9][0-9,]*(\.[0-9]+)?%?")
_PART = re.compile(r"([0-9]+)/([0-9]+)")
MAX_RUNNING_NUMBER = 9_999


@dataclass(frozen=True)
class Line:
    """A line of the table: `number` is the row in Excel; `values` holds every column asked for, None where
    empty or bad. `cells` are those of the file's columns, `rejected` the bad ones as they were, and `sheet`
    its sheet where several are taken."""

    number: int
    values: dict[str, object]
    problems: list[Problem] = field(default_factory=list)
    cells: tuple[object, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None

    @property
    def place(self) -> str:
        return place_of(self.number, self.sheet)


def place_of(number: int, sheet: str | None) -> str:
    """Return where a row stands, in words."""
    return f"{sheet} {number}" if sheet else str(number)


@dataclass(frozen=True)
class NoLine:
    """A row that is no line, and why; `sheet` as of a line."""

    number: int
    reason: Reason
    sheet: str | None = None

    @property
    def place(self) -> str:
        return place_of(self.number, self.sheet)


class LineSieve:
    """Tells the lines of a table from its other rows, and counts what it leaves out.

    `places` are the positions of the columns, `titles` their titles in this table; `index` holds every known
    title by its key; `noted` are the positions whose cells go into the notes; `sheet` is the name of the
    sheet where several are taken.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        places: Mapping[str, int],
        titles: Mapping[str, str],
        index: Mapping[str, str],
        noted: Collection[int] = (),
        sheet: str | None = None,
    ) -> None:
        self.no_lines: list[NoLine] = []
        self.pictures = 0
        self._index = index
        self._noted = noted
        self._sheet = sheet
        self._names = {position: name for name, position in places.items()}
        self._title_keys = {name: title_key(title) for name, title in titles.items()}
        self._numbering = {column.name for column in columns if column.numbering}
        self._parts = {column.name: column.part_of for column in columns if column.part_of}
        self._ratios = {
            column.name: unit
            for column in columns
            if column.kind == "text" and (unit := ratio_unit(titles.get(column.name, "")))
        }

    def leaves_out(self, number: int, row: Sequence[object]) -> bool:
        """Return whether a row is no line, and count it; count the pictures in a line."""
        filled = {
            position: _own_value(cell)
            for position, cell in enumerate(row)
            if isinstance(cell, Repeated) or not is_blank(cell)
        }
        reason = self._reason(filled, row) if filled else None
        if reason is not None:
            self.no_lines.append(NoLine(number, reason, self._sheet))
            return True
        self.pictures += sum(map(is_picture, row))
        return False

    def prepare(self, raw: dict[str, object]) -> list[Problem]:
        """Complete the cells of a line by what stands beside them: the whole of 3/200, the unit of a title.
        Return the remarks on it."""
        remarks: list[Problem] = []
        for name, whole_name in self._parts.items():
            cell = raw.get(name)
            text = unicodedata.normalize("NFKC", cell) if isinstance(cell, str) else ""
            part, slash, whole = ("".join(str(without_pieces(half)).split()) for half in text.partition("/"))
            if not _PART.fullmatch(part + slash + whole):
                continue
            if whole_name in raw and not is_blank(raw[whole_name]):
                if as_text(raw[whole_name]) != whole:
                    continue
            else:
                raw[whole_name] = whole
            raw[name] = part
            remarks.append(Remark(name, "part_of_whole", {"value": text, "part": part, "whole": whole}))
        for name, unit in self._ratios.items():
            cell = _own_value(raw.get(name))
            if _is_number(cell) and not as_text(cell).strip().endswith("%"):
                raw[name] = as_text(cell).strip() + unit
        return remarks

    def _reason(self, filled: Mapping[int, object], row: Sequence[object]) -> Reason | None:
        if self._is_title_row(filled):
            return "title"
        cells = list(filled.values())
        if len(cells) > 1 and _is_number(cells[0]):
            cells = cells[1:]  # the row was numbered beforehand
        if _is_sum_row(cells):
            return "sum"
        if _is_foot_row(cells):
            return "foot"
        typed = {position: cell for position, cell in filled.items() if not is_blank(row[position])}
        if not typed or not typed.keys().isdisjoint(self._noted) or not (self._names or self._noted):
            return None
        own = {self._names[position] for position in typed if position in self._names}
        if own:
            return "number" if own <= self._numbering else None
        return None if all(map(_is_number, typed.values())) else "unread"  # numbered beforehand, and empty

    def _is_title_row(self, filled: Mapping[int, object]) -> bool:
        """Return whether at least half of the cells are titles of their own columns."""
        cells = [(name, filled[position]) for position, name in self._names.items() if position in filled]
        matches = 0
        for number, (name, cell) in enumerate(cells):
            if number == 2 and not matches:
                return False
            if isinstance(cell, str):
                key = title_key(cell)
                matches += key == self._title_keys.get(name) or self._index.get(key) == name
        return 0 < len(cells) <= 2 * matches


def drop_running_numbers(columns: Sequence[Column], lines: Sequence[Line]) -> None:
    """Empty the columns whose numbers only count the lines: 1, 2, 3, and from 1 again in the next year."""
    for column in columns:
        filled = [line for line in lines if line.values[column.name] is not None]
        if not column.numbering or not _only_count(column, [line.values[column.name] for line in filled]):
            continue
        for line in filled:
            line.problems.append(Remark(column.name, "running_number", {"title": column.titles[0]}))
            line.values[column.name] = None


def _only_count(column: Column, values: list[object]) -> bool:
    texts = [str(value) for value in values]
    if not texts or not all(re.fullmatch("[1-9][0-9]{0,3}", text) for text in texts):
        return False
    numbers = [int(text) for text in texts]
    restarts = [after for before, after in pairwise(numbers) if after <= before]
    if restarts:
        return numbers[0] == 1 and set(restarts) == {1}
    # Records may be numbered 1, 2, 3 for good; an old register numbers its lines so.
    return column.numbering == "lines" and numbers[0] == 1 and 2 * numbers[-1] <= 3 * len(numbers)


def _own_value(cell: object) -> object:
    return cell.value if isinstance(cell, Repeated) else cell


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch("".join(unicodedata.normalize("NFKC", cell).split())) is not None
    value = cell.value if isinstance(cell, Formatted) else cell
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_sum_row(cells: Sequence[object]) -> bool:
    """Return whether a row begins with the word for a sum, and holds but numbers beside it."""
    first, *others = cells
    return _matches(_SUM, first) and all(
        _is_number(cell) or isinstance(cell, CellError) or _matches(_SUM, cell) for cell in others
    )


def _is_foot_row(cells: Sequence[object]) -> bool:
    """Return whether each cell is a word of the foot of a page, or the answer to the one before it."""
    asked = False
    for cell in cells:
        if _matches(_FOOT, cell):
            asked = not re.search(r"[:：].", str(cell).strip())
        elif asked:
            asked = False
        else:
            return False
    return True


def _matches(pattern: re.Pattern[str], cell: object) -> bool:
    return isinstance(cell, str) and len(cell) <= 200 and pattern.fullmatch(comparable(cell)) is not None
