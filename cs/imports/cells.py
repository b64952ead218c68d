"""One cell: from what Excel or a CSV file holds to a value of its column's kind, or the reason why not."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from cs.files.types import is_control
from cs.records import texts
from cs.records.characters import in_simplified_characters
from cs.records.texts import cleaned
from cs.records.typed_values import read_day, read_number

Kind = Literal["text", "integer", "decimal", "date", "choice"]

EXCEL_DAY_ZERO = date(1899, 12, 30)
YEARS = range(1950, 2101)
# Excel keeps 15 digits of a number and makes the rest zero, so a longer one is no longer what was typed.
EXCEL_DIGITS = 15
# No cell of Excel holds more; a column may allow less.
MAX_CELL_LENGTH = 32_767
SHOWN = 60
STRUCK_THROUGH = ("/", "\\", "-", "--", "—", "——", "n/a")  # an empty box of a form is struck through

_ERRORS = re.compile(r"#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!|#+)")
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]{2,}", re.IGNORECASE)
# What may stand beside a day: its weekday, the time, the half of the day. None of it changes the day.
_BESIDE_DAY = (
    r"([\s,T]|\(?(星期|周|礼拜)[一二三四五六日天]\)?|\(?(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\)?"
    r"|上午|下午|早上|中午|晚上|凌晨|[ap]\.?m\.?"
    r"|[0-9]{1,2}[:时点]([0-9]{1,2}分?)?([:]?[0-9]{1,2}(\.[0-9]+)?秒?)?|z|[+-][0-9]{2}:?[0-9]{2})*"
)
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.\\年]\s*([0-9]{1,2})\s*[-/.\\月]\s*([0-9]{1,2})(?![0-9])\s*[日号]?" + _BESIDE_DAY,
    re.IGNORECASE,
)
_DAY_OF_SOME_YEAR = re.compile(
    r"([0-9]{1,2})\s*([-/.]|月)\s*([0-9]{1,2})(?![0-9])\s*[日号]?" + _BESIDE_DAY, re.IGNORECASE
)
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
# Words for a piece beside a quantity; a box or a kilogram is no piece.
PIECES = (
    "pcs?",
    "pieces?",
    "ea",
    "sets?",
    "units?",
    *"个只台件套块支条部片颗粒张根枚",
)
_PIECES = re.compile(r"(?<=[0-9])\s*(" + "|".join(PIECES) + r")\.?\s*$", re.IGNORECASE)
_PICTURE = re.compile(r"=?(_xlfn\.)?DISPIMG\(.*", re.IGNORECASE | re.DOTALL)
# A value and no code, or None with the code of a problem and its params.
Read = tuple[object, str | None, dict[str, object]]


@dataclass(frozen=True)
class Problem:
    """Why a cell, a line or a table cannot be taken: `column` is a Column's name, or None for the whole
    line."""

    column: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class Remark(Problem):
    """What is said of a line that is taken all the same."""

    value_dropped = False


@dataclass(frozen=True)
class CellError:
    """A formula that gave an error instead of a value: '#N/A'; empty where the file holds no value of it."""

    text: str


@dataclass(frozen=True)
class Formatted:
    """A number or day as the workbook holds it, and the text that people see. `day`: the day that a bare
    number means, where the workbook counts days from 1904."""

    value: object
    shown: str
    day: date | None = None


@dataclass(frozen=True)
class Repeated:
    """A cell below the first of several that are merged: it holds what that one holds."""

    value: object


@dataclass(frozen=True)
class Column:
    """A column to look for: its titles (the first is the one shown to users) and what its cells must hold.

    `choices` maps each title a user may write (and, by itself, each code) to the code that is kept; a column
    of texts may have them too: then other words are kept as they stand. `multiline` keeps line breaks inside
    a text; otherwise they become spaces. `numbering`: its cells number records, or perhaps only lines;
    by themselves they make no line. `part_of`: the column of the whole, where 3/200 is 3 of 200.
    """

    name: str
    titles: tuple[str, ...]
    kind: Kind = "text"
    required: bool = False
    max_length: int | None = None
    choices: Mapping[str, str] | None = None
    multiline: bool = False
    numbering: Literal["lines", "records", ""] = ""
    part_of: str | None = None

    @cached_property
    def codes(self) -> dict[str, str]:
        """Return each code by the comparable form of each title and of the code itself."""
        choices = self.choices or {}
        titles = [*zip(choices.values(), choices.values(), strict=True), *choices.items()]
        return {comparable(title): code for title, code in titles}

    @property
    def possible(self) -> list[str]:
        """Return one title for each code: the first is the one users know."""
        titles: dict[str, str] = {}
        for title, code in (self.choices or {}).items():
            titles.setdefault(code, title)
        return list(titles.values())


def comparable(text: str) -> str:
    """Return a text for comparing as records compare it, traditional characters as simplified ones."""
    return in_simplified_characters(texts.comparable(text))


def is_picture(raw: object) -> bool:
    """Return whether a cell holds a picture, as WPS keeps it."""
    return isinstance(raw, str) and "(" in raw and _PICTURE.fullmatch(raw.strip()) is not None


def is_blank(raw: object) -> bool:
    """Return whether a cell holds nothing of its own."""
    if isinstance(raw, str):
        return not raw.strip() or is_picture(raw)
    return raw is None or isinstance(raw, Repeated)


def read_cell(column: Column, raw: object) -> tuple[object, Problem | None]:
    """Return the value of a cell and no problem, or None and the problem. An empty cell is None: a problem
    where required. A value that is taken may have a Remark."""
    raw = own_or_repeated(column, raw)
    if isinstance(raw, CellError):
        code = "formula_error" if raw.text else "formula_without_value"
        return None, Problem(column.name, code, {"value": raw.text})
    if is_picture(raw):
        raw = None
    seen = raw
    if isinstance(raw, Formatted):
        raw = meaning(column, raw)
    if isinstance(raw, str):
        raw, code = _cleaned_text(raw, column.multiline)
        if code:
            return None, Problem(column.name, code, {"value": raw_in_message(raw)})
    if raw is None or raw == "" or (isinstance(raw, str) and comparable(raw) in STRUCK_THROUGH):
        return None, Problem(column.name, "required") if column.required else None
    value, code, params = _READERS[column.kind](column, raw)
    if code is None:
        return value, _remark_on(column, seen)
    return None, Problem(column.name, code, {"value": raw_in_message(seen), **params})


def own_or_repeated(column: Column, raw: object) -> object:
    """Return what a cell holds in a column: below the first of several that are merged the value of that
    one, but neither a quantity nor a number of a line."""
    if not isinstance(raw, Repeated):
        return raw
    return None if column.kind in ("integer", "decimal") or column.numbering else raw.value


def meaning(column: Column, cell: Formatted) -> object:
    """Return what a formatted cell means in a column: the text that people see where it holds texts."""
    if column.kind in ("text", "choice"):
        is_day = isinstance(cell.value, date) and _DATE.fullmatch(cell.shown)
        return cell.value if is_day or _too_precise(cell.value) else cell.shown
    return cell.day if column.kind == "date" and cell.day else cell.value


def _remark_on(column: Column, cell: object) -> Remark | None:
    """Return the remark on a text that Excel may have made a day of: 3-5 becomes 5 March."""
    if column.kind != "text" or not isinstance(cell, Formatted) or not isinstance(cell.value, date):
        return None
    whole = _DATE.fullmatch(cell.shown)
    return None if whole else Remark(column.name, "perhaps_no_day", {"value": cell.shown})


def raw_in_message(raw: object) -> str:
    """Return a raw cell as a user saw it, cut short, for a message."""
    text = "".join(" " if is_control(c) else c for c in as_text(raw)[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _cleaned_text(text: str, multiline: bool) -> tuple[str, str | None]:
    text = cleaned(text, multiline=multiline)
    if _ERRORS.fullmatch(text):
        return text, "formula_error"
    # A lone surrogate or a noncharacter cannot be stored or printed.
    if any(is_control(c) or 0xD800 <= ord(c) <= 0xDFFF or ord(c) & 0xFFFE == 0xFFFE for c in text):
        return text, "control_characters"
    return text, None


def as_text(raw: object) -> str:
    if isinstance(raw, Formatted):
        return raw.shown
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        # 13800138000.0 is a telephone number that Excel took for a number.
        return format(_exact_decimal(raw), "f")
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d" if raw.time() == datetime.min.time() else "%Y-%m-%d %H:%M")
    return str(raw)


def _exact_decimal(number: float) -> Decimal:
    """Return the number as Excel shows it: 15 digits, so that 0.1 + 0.2 is 0.3."""
    value = Decimal(format(number, f".{EXCEL_DIGITS}g"))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**20 else value


def _too_precise(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= 10**EXCEL_DIGITS


def _read_text(column: Column, raw: object) -> Read:
    text = as_text(raw)
    # 1.38001E+10 is what Excel writes into a CSV for a long number: its digits are gone.
    if _too_precise(raw) or (isinstance(raw, str) and _SHORTENED.fullmatch(text)):
        return None, "shortened_number", {}
    limit = column.max_length or MAX_CELL_LENGTH
    if len(text) > limit:
        return None, "too_long", {"max": limit, "length": len(text)}
    return text, None, {}


def _read_number(column: Column, raw: object) -> Read:
    value = _value_of(without_pieces(raw) if column.kind == "integer" else raw)
    if value is None:
        return None, "not_a_number", {}
    if value.adjusted() >= EXCEL_DIGITS or len(value.as_tuple().digits) > 2 * EXCEL_DIGITS:
        return None, "number_too_long", {"digits": EXCEL_DIGITS}
    if column.kind == "decimal":
        return value, None, {}
    if value != value.to_integral_value():
        return None, "not_whole", {}
    return int(value), None, {}


def without_pieces(raw: object) -> object:
    """Return a quantity without the word for a piece behind it: 500台 is 500."""
    return _PIECES.sub("", unicodedata.normalize("NFKC", raw)) if isinstance(raw, str) else raw


def _value_of(raw: object) -> Decimal | None:
    if isinstance(raw, str):
        return read_number(unicodedata.normalize("NFKC", raw).strip().removeprefix("¥"))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    value = _exact_decimal(float(raw))
    return value if value.is_finite() else None


def _read_date(_column: Column, raw: object) -> Read:
    day = None
    if isinstance(raw, datetime):
        day = raw.date()
    elif isinstance(raw, date):
        day = raw
    elif not isinstance(raw, bool):
        day = _date_of(unicodedata.normalize("NFKC", as_text(raw)))
    if day is None:
        return None, "day_without_year" if _is_day_of_some_year(raw) else "not_a_date", {}
    if day.year not in YEARS:
        return None, "date_range", {"first": YEARS[0], "last": YEARS[-1]}
    return day, None, {}


def _is_day_of_some_year(raw: object) -> bool:
    match = _DAY_OF_SOME_YEAR.fullmatch(unicodedata.normalize("NFKC", raw)) if isinstance(raw, str) else None
    return match is not None and 1 <= int(match[1]) <= 12 and 1 <= int(match[3]) <= 31


def _date_of(text: str) -> date | None:
    if match := _DATE.fullmatch(text):
        return read_day(f"{match[1]}-{match[2]}-{match[3]}")
    if day := read_day(text):
        return day
    # Five digits are days since 1900 in every year that a factory can mean; two-digit years are not guessed.
    return EXCEL_DAY_ZERO + timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else None


def _read_choice(column: Column, raw: object) -> Read:
    code = column.codes.get(comparable(as_text(raw)))
    if code is None:
        return None, "unknown_choice", {"choices": "、".join(column.possible)}
    return code, None, {}


_READERS = {
    "text": _read_text,
    "integer": _read_number,
    "decimal": _read_number,
    "date": _read_date,
    "choice": _read_choice,
}
