"""What a register and a paper are: their form, their rows or blocks, and each column or box of them as a row
of a table.

From one definition come the page, the print, the Excel file, the CSV and the PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.procedure.rulebook import Form
from cs.queries.listing import Listing
from cs.records.procedure import rulebook
from cs.wording.formats import format_day, format_moment
from cs.wording.labels import choice, term
from cs.wording.language import in_language

EMPTY = "/"  # an empty box of a paper form is struck through (FORMS section 1)
ROWS_AT_ONCE = 500
NUMBER_KINDS = ("whole", "percent", "quantity", "rate", "money")
FORMATTERS: dict[str, Callable[[Any], str]] = {
    "day": format_day,
    "moment": format_moment,
    "percent": lambda value: f"{value:.2f}%",
    "rate": lambda value: f"{value.normalize():f}",
    "yes_no": lambda value: choice("yes_no", "yes" if value else "no"),
}


def in_words(value: Any, kind: str) -> str:
    """Return a value in words; empty for an unknown one. `kind`: text, whole, percent, quantity, rate,
    money, day, moment, yes_no.

    A value in parts is a tuple; a part that is (label, text) is a pair.
    """
    if isinstance(value, tuple):
        return " · ".join(f"{part[0]}: {part[1]}" if isinstance(part, tuple) else str(part) for part in value)
    if value is None or value == "":
        return ""
    return FORMATTERS.get(kind, str)(value)


@dataclass(frozen=True)
class Column:
    """One column of a register, or of a table on a paper. Width in characters; on paper it is a share of the
    line.

    `under`: on paper it stands under the column before it, in the same cell. `once`: page and paper show it
    on the first line of a case only; in a file each line is whole, since it is filtered and sorted by
    itself.
    """

    term: str
    value: Callable[[Any], Any]
    width: int = 12
    kind: str = "text"
    under: bool = False
    once: bool = False

    @property
    def title(self) -> str:
        return term(self.term)

    def in_words(self, row: Any) -> str:
        """Return the value as a page, a paper and a CSV file show it."""
        return in_words(self.value(row), self.kind) or EMPTY

    def on_line(self, row: Any, goes_on: bool) -> str:
        """Return the same for a line of a page, which may go on with the case of the line before it."""
        return gettext("as above") if self.once and goes_on else self.in_words(row)


class Printed:
    """What registers and papers have in common: the form of the procedure that they are."""

    form: str

    @property
    def form_row(self) -> Form:
        return rulebook().forms[self.form]

    @property
    def title(self) -> str:
        return in_language(self.form_row.name)

    @property
    def number(self) -> str:
        """Return the printed form number with its revision; empty where the factory has numbered neither."""
        return " ".join(part for part in (self.form_row.number, self.form_row.revision) if part)


@dataclass(frozen=True)
class Register(Printed):
    """A register: its form, the list that it shows, and its columns. The column of line numbers is added by
    itself."""

    name: str
    form: str
    kind: str
    listing: Listing
    columns: tuple[Column, ...]
    address: Callable[[Row[Any]], str] | None = None
    signed: tuple[str, ...] = ("drawn_up_by", "reviewed_by", "approved_by")
    case: Callable[[Row[Any]], Any] | None = None  # what makes lines that follow one another one case

    def lines(self, rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], bool]]:
        """Yield each row, and whether it goes on with the case of the row before it."""
        previous: Any = None
        for row in rows:
            case = self.case(row) if self.case else None
            yield row, case is not None and case == previous
            previous = case

    @property
    def cells(self) -> list[list[Column]]:
        """Return the columns by the cells in which they stand on paper."""
        cells: list[list[Column]] = []
        for column in self.columns:
            if column.under:
                cells[-1].append(column)
            else:
                cells.append([column])
        return cells

    def rows(self, args: MultiDict[str, str]) -> Iterator[Row[Any]]:
        """Yield the rows that the URL asks for, in its order, read in batches."""
        query = self.listing.ordered_query(args).execution_options(yield_per=ROWS_AT_ONCE)
        yield from db.session.execute(query)


# Papers of one case


@dataclass(frozen=True)
class Box:
    """One box of a paper, with its label. Four boxes make a line; `span` says how many it takes.

    `options`: the list of choices that a blank copy offers to tick. `if_filled`: it stands there only when it
    says something. `room`: on a blank copy, how many millimetres high a box of the whole line is.
    """

    term: str
    value: Callable[[Any], Any]
    span: int = 1
    kind: str = "text"
    options: str = ""
    if_filled: bool = False
    room: float = 13

    def in_words(self, subject: Any) -> str:
        return in_words(self.value(subject), self.kind)


@dataclass(frozen=True)
class Boxes:
    """Boxes in lines of four. The page of the record shows the same under this name."""

    name: str
    boxes: tuple[Box, ...]
    on_blank: bool = True

    def values_on_page(self, subject: Any) -> list[tuple[str, str, int | str]]:
        """Return (label, value, span) of each box, for the page."""
        texts = [(box, box.in_words(subject)) for box in self.boxes]
        return [
            (term(box.term), text, "full" if box.span == 4 else box.span)
            for box, text in texts
            if text or not box.if_filled
        ]


def reasons_for_ending(*reasons: str) -> Boxes:
    """Return the boxes for why a record ended early, by its fields; the page says it in its first line."""
    return Boxes(
        "ended",
        tuple(Box(reason, attrgetter(reason), 4, if_filled=True) for reason in reasons),
        on_blank=False,
    )


@dataclass(frozen=True)
class Table:
    """Rows on a paper; a blank copy has `blank_rows` empty ones."""

    term: str | None
    columns: tuple[Column, ...]
    rows: Callable[[Any], Sequence[Any]]
    blank_rows: int = 3


@dataclass(frozen=True)
class Pictures:
    """The photographs on the record; its other files are named."""

    term: str = "photos"


@dataclass(frozen=True)
class Drawing:
    """A drawn picture: SVG, or None where nothing is to be drawn. `legend`: its words, for a sheet in both
    languages. `each`: what of the block's subject is drawn one after another."""

    term: str
    svg: Callable[[Any], str | None]
    legend: Callable[[], list[str]]
    each: Callable[[Any], Sequence[Any]] | None = None


Part = Boxes | Table | Pictures | Drawing


def _record_itself(record: Any) -> Sequence[Any]:
    return (record,)


@dataclass(frozen=True)
class Block:
    """A block of a paper. `each`: what it is printed for: the record, or each of its meetings, replies,
    rounds; for none it is struck through."""

    letter: str
    title: Callable[[Any], str]  # of what it is printed for; of None on a blank copy
    parts: tuple[Part, ...]
    clause: str = ""
    subjects_of: Callable[[Any], Sequence[Any]] = _record_itself


class Signed(NamedTuple):
    """Who stands in a box for signing, as what, when, and the hash of what was signed where it was one with a
    password."""

    name: str
    role: str
    at: datetime | None
    content_hash: str | None = None


@dataclass(frozen=True)
class Signing:
    """A box in which people sign: whoever took one of these steps; the last one, or (`all_of_them`)
    everybody.

    `signed`: who stands in it by the record's own signatures, which tell more of these steps than that they
    were taken. `unsigned`: what stands in it while nobody has signed, nothing where somebody still will.
    """

    term: str
    steps: tuple[str, ...]
    all_of_them: bool = False
    signed: Callable[[Any], Sequence[Signed]] | None = None
    unsigned: Callable[[Any], str] = lambda _record: "/"


def _for_every_record(_record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Paper(Printed):
    """The paper of one case: its form, its blocks and who signs it. `there`: whether there is one of a record
    as it stands."""

    form: str
    blocks: tuple[Block, ...]
    signed: tuple[Signing, ...]
    exists_for: Callable[[Any], bool] = _for_every_record
    _by_name: dict[str, Boxes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = [part for block in self.blocks for part in block.parts]
        self._by_name.update({part.name: part for part in parts if isinstance(part, Boxes)})

    def values_on_page(self, name: str, subject: Any) -> list[tuple[str, str, int | str]]:
        """Return what the page of the record shows of the boxes by this name."""
        return self._by_name[name].values_on_page(subject)
